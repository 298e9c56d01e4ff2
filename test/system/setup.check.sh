# berth setup makes a user ready in one step, says before what it changes, and takes it back; berth doctor says what is so.
# cgroups: v2 v1 hybrid
U=dave
H=/home/$U
D=/src/dist/bin
S=/tmp/setup
mkdir -p $S
# whatever a setup may touch: names and texts
picture() {
	for path in /etc/subuid /etc/subgid /etc/lxc /etc/systemd/system /etc/sysctl.d /etc/apparmor.d/berth /etc/berth /var/lib/systemd/linger /var/lib/berth/setup $H/.config; do
		find $path ! -name '*-' -type f -exec md5sum {} + -o ! -name '*-' -print 2> /dev/null
	done | sort
	find /sys/fs/cgroup -path '*/berth/*' | sort
	sysctl -n kernel.unprivileged_userns_clone user.max_user_namespaces 2> /dev/null
}
as_dave() { in_context "$1" $U sh -c "cd; $2"; }
doctor_says() { sed -n "/\"id\": \"$1\"/,/}/s/^ *\"$2\": \"*\([^\"]*\)\"*,*$/\1/p" "$3"; }

newcomer() {
	useradd -m -s /bin/bash $U
	sed -i "/^$U:/d" /etc/subuid /etc/subgid
	install -d -o $U -m 700 $H/.ssh
	install -o $U -m 600 /home/alice/.ssh/authorized_keys $H/.ssh/authorized_keys
	picture > $S/before
}
not_ready() {
	berth doctor --user $U --format json > $S/doctor && return 1
	equal false "$(sed -n 's/^ *"isReady": \(.*\),$/\1/p' $S/doctor)"
	equal "fails /etc/subuid has no line for $U" "$(doctor_says ids.subuid state $S/doctor) $(doctor_says ids.subuid why $S/doctor)"
	equal "as root: berth setup $U" "$(doctor_says ids.subuid remedy $S/doctor)"
	equal fails "$(doctor_says cgroup.place state $S/doctor)"
}
dry() {
	berth setup $U --dry-run > $S/dry
	cat $S/dry
	has "$(cat $S/dry)" "/etc/subuid: the line '$U:"
	has "$(cat $S/dry)" "/etc/subgid: the line '$U:"
	has "$(cat $S/dry)" /etc/lxc/lxc-usernet
	[ "$LAYOUT" = v2 ] || has "$(cat $S/dry)" berth-cgroups
	has "$(cat $S/dry)" "loginctl enable-linger $U"
	picture > $S/after
	cmp $S/before $S/after
}
apply() {
	berth setup $U --yes
	equal "$U: nothing to do" "$(berth setup $U --yes)"
	picture > $S/applied
}
ready() {
	berth doctor --user $U --format json > $S/doctor || { cat $S/doctor; return 1; }
	equal true "$(sed -n 's/^ *"isReady": \(.*\),$/\1/p' $S/doctor)"
	for id in cgroup.place cgroup.memory cgroup.pids ids.subuid session.bus session.linger; do equal "$id works" "$id $(doctor_says $id state $S/doctor)"; done
}
creates() { as_dave su 'lxc-create -P ~/c -n web -t busybox'; }
LIMITS="lxc.cgroup2.memory.max=64M lxc.cgroup2.pids.max=50"
[ "$LAYOUT" = v2 ] || LIMITS="lxc.cgroup.memory.limit_in_bytes=64M lxc.cgroup.pids.max=50"
works() { # CONTEXT
	as_dave "$1" "sh $HERE/start.sh $H/c web $LIMITS lxc.net.0.type=empty && lxc-stop -P $H/c -n web -k" > $S/seen 2> $S/seen.err || { cat $S/seen $S/seen.err; return 1; }
	cat $S/seen $S/seen.err
	equal 'RUNNING 67108864 50 FROZEN' "$(for what in state memoryLimitBytes pidsLimit frozen; do sed -n "s/^$what //p" $S/seen; done | paste -sd ' ')"
	equal '' "$(cat $S/seen.err)"
	for what in memory pids; do echo "power $U:$1 $what in force" >> $S/powers; done
	printf 'power %s:%s start RUNNING\npower %s:%s freeze FROZEN\n' $U "$1" $U "$1" >> $S/powers
}
# an administrator, in his own home, with the paths that are the user's by default (sudo looks commands up in its own PATH)
admin() {
	cd /root
	sudo -u $U $D/lxc-create -n web -t busybox
	sudo -u $U $D/lxc-start -n web -s lxc.net.0.type=empty 2> $S/seen || { cat $S/seen; return 1; }
	equal '' "$(cat $S/seen)"
	equal 'RUNNING inside' "$(sudo -u $U $D/lxc-info -n web -sH) $(sudo -u $U $D/lxc-attach -n web -- echo inside < /dev/null)"
	sudo -u $U $D/lxc-stop -n web -k
	sudo -u $U $D/lxc-destroy -n web
}
undo() {
	as_dave su "lxc-destroy -P $H/c -n web"
	berth setup $U --undo
	picture > $S/after
	diff $S/before $S/after
	equal "$U: nothing to undo" "$(berth setup $U --undo)"
}
alice_by_ssh() { # PREFIX...
	in_context ssh alice "$@" berth doctor --format json > $S/doctor || { cat $S/doctor; return 1; }
	equal alice "$(sed -n 's/^ *"user": "\(.*\)",$/\1/p' $S/doctor)"
	equal works "$(doctor_says session.bus state $S/doctor)"
}
delegated() {
	alice_by_ssh systemd-run --user --scope --quiet -p Delegate=yes
	[ "$LAYOUT" != v2 ] || for id in cgroup.place cgroup.memory cgroup.pids; do equal "$id works" "$id $(doctor_says $id state $S/doctor)"; done
}
undelegated() { # what its words are worth: a start is made from there, too
	alice_by_ssh
	[ "$LAYOUT" != v2 ] || equal works "$(doctor_says cgroup.place state $S/doctor)"
}
root_has_all() {
	berth doctor --format json > $S/doctor
	for id in cgroup.place cgroup.memory cgroup.pids cgroup.cpu apparmor apparmor.load; do equal "$id works" "$id $(doctor_says $id state $S/doctor)"; done
}

check "root has what containers need" root_has_all
check "alice in a delegated scope" delegated
check "alice in a plain session" undelegated
check "a user who has nothing" newcomer
check "he is not ready, and is told the one command" not_ready
check "--dry-run says what is changed, and changes nothing" dry
check "it is changed, and a second time there is nothing to do" apply
check "he is ready" ready
check "he makes a container" creates
for context in ssh cron su sudo runuser; do check "his container has its limits: $context" works $context; done
check "one user per container, one admin for all: sudo -u USER lxc-start -n web" admin
cat $S/powers
check "--undo leaves nothing" undo
