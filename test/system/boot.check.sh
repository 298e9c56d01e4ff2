# Containers start with the machine: root's by berth.service, a user's by a unit of her own systemd, which runs without a login.
# cgroups: v2
P=/usr/local
# as npm run install:system does it
install_tree() {
	mkdir -p $P/lib/systemd/system $P/lib/systemd/user /etc/systemd/system/multi-user.target.wants /etc/systemd/user/default.target.wants
	cp -a /src/dist/bin /src/dist/libexec /src/dist/share $P/
	cp -a /src/dist/lib/lxc $P/lib/
	for unit in berth.service berth@.service berth-net.service; do sed "s,@PREFIX@,$P,g" $P/share/berth/boot/$unit > $P/lib/systemd/system/$unit; done
	sed "s,@PREFIX@,$P,g" $P/share/berth/boot/berth-user.service > $P/lib/systemd/user/berth.service
	ln -s $P/lib/systemd/system/berth.service /etc/systemd/system/multi-user.target.wants/
	ln -s $P/lib/systemd/user/berth.service /etc/systemd/user/default.target.wants/
	systemctl daemon-reload
	systemd-analyze verify --man=no $P/lib/systemd/system/berth.service $P/lib/systemd/system/berth-net.service
	equal enabled "$(systemctl is-enabled berth.service)"
}
containers() {
	printf '%s\n' 'lxc.net.0.type = empty' 'berth.restart = unless-stopped' 'lxc.group = onboot' > /tmp/boot.conf
	lxc-create -n atboot -t busybox -f /tmp/boot.conf
	printf '%s\n' 'lxc.idmap = u 0 100000 65536' 'lxc.idmap = g 0 100000 65536' >> /tmp/boot.conf
	chmod 644 /tmp/boot.conf
	chmod 711 /home/alice
	runuser -l alice -c "$P/bin/lxc-create -n hers -t busybox -f /tmp/boot.conf"
}
of_root() { lxc-info -n atboot -sH; }
of_alice() { runuser -l alice -c "$P/bin/lxc-info -n hers -sH"; }
# no bridge is asked for, and dnsmasq may not be there
roots_boot() {
	systemctl mask --now berth-net.service > /dev/null 2>&1
	systemctl start berth.service
	equal RUNNING "$(of_root)"
	equal active "$(systemctl is-active berth.service)"
}
users_boot() {
	loginctl enable-linger alice
	systemctl restart "user@$(id -u alice).service"
	eventually sh -c "runuser -l alice -c '$P/bin/lxc-info -n hers -sH' | grep -qx RUNNING"
	# it lives in a scope of its own, with her limits at hand
	has "$(cat "/proc/$(runuser -l alice -c "$P/bin/lxc-info -n hers -pH")/cgroup")" "user@$(id -u alice).service"
}
# again PREFIX NAME: its init is killed, and the monitor starts it again, in the cgroups that it had
again() {
	pid=$(sh -c "$1 $P/bin/lxc-info -n $2 -pH")
	before=$(cat "/proc/$pid/cgroup")
	for try in 1 2 3; do
		kill -9 "$pid"
		eventually sh -c "new=\$($1 $P/bin/lxc-info -n $2 -pH) && [ -n \"\$new\" ] && [ \"\$new\" != $pid ]"
		pid=$(sh -c "$1 $P/bin/lxc-info -n $2 -pH")
	done
	eventually sh -c "$1 $P/bin/lxc-info -n $2 -sH | grep -qx RUNNING"
	equal "$before" "$(cat "/proc/$pid/cgroup")"
	has "$(sh -c "$1 $P/bin/lxc-info -n $2")" "Restarts:       3"
}
roots_again() { again "" atboot; }
users_again() { again "runuser -u alice -- env HOME=/home/alice" hers; }
users_stop() {
	systemctl stop "user@$(id -u alice).service"
	equal STOPPED "$(of_alice)"
	has "$(runuser -l alice -c "$P/bin/lxc-info -n hers")" "status 0"
}
roots_stop() {
	systemctl stop berth.service
	equal STOPPED "$(of_root)"
	has "$(lxc-info -n atboot)" "status 0"
}
failing() {
	echo 'lxc.rootfs.path = /nonexistent' >> /var/lib/lxc/atboot/config
	! systemctl start berth.service
	has "$(journalctl -u berth.service -o cat)" "root file system '/nonexistent' does not exist"
	systemctl reset-failed berth.service
	sed -i '/nonexistent/d' /var/lib/lxc/atboot/config
}
away() {
	lxc-destroy -n atboot
	runuser -l alice -c "$P/bin/lxc-destroy -n hers"
	rm -rf $P/bin/lxc-* $P/bin/berth $P/libexec/berth $P/lib/lxc $P/lib/systemd $P/share/berth $P/share/lxc /etc/systemd/system/multi-user.target.wants/berth.service /etc/systemd/user/default.target.wants/berth.service
	systemctl unmask berth-net.service > /dev/null 2>&1
	systemctl daemon-reload
	systemctl start "user@$(id -u alice).service"
}
check "the units are taken as they are" install_tree
check "two containers that start at boot" containers
check "root's starts with the service" roots_boot
check "a user's starts with her own systemd, without a login" users_boot
check "root's is started again by its policy" roots_again
check "hers, too" users_again
check "it is shut down with it" users_stop
check "root's is shut down with the service" roots_stop
check "what fails at boot is told in the journal" failing
check "away again" away
