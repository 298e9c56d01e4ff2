# The machine itself is what the checks believe it to be.
# cgroups: v2 v1 hybrid
is_layout() {
	case $LAYOUT in
		v2) equal cgroup2fs "$(stat -fc %T /sys/fs/cgroup)" ;;
		v1) equal tmpfs "$(stat -fc %T /sys/fs/cgroup)"; test ! -d /sys/fs/cgroup/unified ;;
		hybrid) equal cgroup2fs "$(stat -fc %T /sys/fs/cgroup/unified)"; test -d /sys/fs/cgroup/memory ;;
	esac
}
check "systemd runs, all of it" equal running "$(systemctl is-system-running)"
check "cgroups are laid out as asked" is_layout
check "Berth runs here" lxc-ls --version
every_context() {
	for context in $ALL_CONTEXTS; do
		equal "$context alice" "$context $(in_context $context alice id -un)"
	done
}
check "each context runs a command as the user" every_context
