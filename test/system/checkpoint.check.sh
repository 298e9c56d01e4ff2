# lxc-checkpoint: a container's processes written down by CRIU and brought back.
CK=/tmp/checkpoint
counter() { cat /var/lib/lxc/ck/rootfs/tmp/n; }
goes_on() { before=$(counter); eventually moved "$before"; }
moved() { test "$(counter)" -gt "$1"; }
stands_still() { before=$(counter); sleep 2; equal "$before" "$(counter)"; }
# made LINE...: of the config, beside what CRIU asks for
made() {
	test ! -e /var/lib/lxc/ck || lxc-destroy -n ck -f
	printf '%s\n' "$@" > /root/ck.conf
	lxc-create -n ck -t busybox -f /root/ck.conf
	printf 'lxc.tty.max = 0\nlxc.console.path = none\n' >> /var/lib/lxc/ck/config
	printf '::respawn:/bin/sh /count\n' > /var/lib/lxc/ck/rootfs/etc/inittab
	printf 'n=0; while :; do n=$((n + 1)); echo $n > /tmp/n.new; mv /tmp/n.new /tmp/n; sleep 0.2; done\n' > /var/lib/lxc/ck/rootfs/count
	lxc-start -n ck
	eventually counter
}
live_dump() {
	pid=$(lxc-info -n ck -pH)
	printf '#!/bin/sh\necho "$CRTOOLS_SCRIPT_ACTION" >> /root/ck.actions\n' > /root/ck.script
	chmod 755 /root/ck.script
	lxc-checkpoint -n ck -D $CK.live -A /root/ck.script
	has "$(cat /root/ck.actions)" post-dump
	equal "RUNNING $pid" "$(lxc-info -n ck -sH) $(lxc-info -n ck -pH)"
	goes_on
	test -s $CK.live/inventory.img
	equal 700 "$(stat -c %a $CK.live)"
}
stopped_by_dump() {
	lxc-checkpoint -n ck -D $CK -p
	goes_on
	lxc-checkpoint -n ck -D $CK.2 --predump-dir ../checkpoint -s -v
	equal STOPPED "$(lxc-info -n ck -sH)"
	stands_still
}
restored() {
	before=$(counter)
	lxc-checkpoint -n ck -D $CK.2 -r
	equal RUNNING "$(lxc-info -n ck -sH)"
	goes_on
	test "$(counter)" -gt "$before"
	equal "ck init" "$(lxc-attach -n ck --clear-env -- sh -c 'echo $(hostname) $(cat /proc/1/comm)')"
	equal "" "$(grep /ck/.berth/root /proc/self/mountinfo || :)"
}
written_again() { lxc-checkpoint -n ck -D $CK.3 -s; stands_still; lxc-checkpoint -n ck -D $CK.3 -r; goes_on; }
stops() {
	lxc-stop -n ck -k
	equal STOPPED "$(lxc-info -n ck -sH)"
	lxc-destroy -n ck
	test ! -e /var/lib/lxc/ck
}
tells_why() {
	mkdir -p $CK.bad; cp $CK.3/* $CK.bad/; : > $CK.bad/pstree.img
	said=$(lxc-checkpoint -n ck -D $CK.bad -r 2>&1) && return 1
	has "$said" "CRIU could not do it: "
	has "$said" "$CK.bad/restore.log"
	equal STOPPED "$(lxc-info -n ck -sH)"
}
# Root's images may be read by nobody else: CRIU restores as the container's root, who is another, and goes from one dump to the one before.
with_ids() {
	made "lxc.net.0.type = empty" "lxc.apparmor.profile = unconfined" "lxc.idmap = u 0 100000 65536" "lxc.idmap = g 0 100000 65536"
	chown 100000:100000 /var/lib/lxc/ck/rootfs/etc/inittab /var/lib/lxc/ck/rootfs/count
	equal 700 "$(stat -c %a /root)"
	lxc-checkpoint -n ck -D /root/ck.1 -p
	lxc-checkpoint -n ck -D /root/ck.2 --predump-dir ../ck.1 -s
	before=$(counter)
	lxc-checkpoint -n ck -D /root/ck.2 -r
	equal "RUNNING 100000" "$(lxc-info -n ck -sH) $(stat -c %u /proc/$(lxc-info -n ck -pH))"
	goes_on
	test "$(counter)" -gt "$before"
	equal "0 0 root" "$(lxc-attach -n ck --clear-env -- sh -c 'echo $(id -u) $(awk "/Uid/ { print \$2 }" /proc/1/status) $(stat -c %U /proc/1)')"
	monitor=$(awk '/^PPid/ { print $2 }' /proc/$(lxc-info -n ck -pH)/status)
	equal "" "$(grep -e /root/ck -e .berth/images /proc/$monitor/mountinfo || :)"
	test ! -e /var/lib/lxc/ck/.berth/images
	equal "root root" "$(stat -c %U /root/ck.2/inventory.img /root/ck.2/restore.log | xargs)"
	lxc-stop -n ck -k
}
# A cgroup of its name is taken by something else meanwhile; and in the foreground.
elsewhere() {
	lxc-start -n ck
	eventually counter
	lxc-checkpoint -n ck -D /root/ck.3 -s
	mkdir /sys/fs/cgroup/lxc.payload.ck
	sleep 1000 > /dev/null 2>&1 & stranger=$!
	echo $stranger > /sys/fs/cgroup/lxc.payload.ck/cgroup.procs
	rm /var/lib/lxc/ck/rootfs/tmp/n
	lxc-checkpoint -n ck -D /root/ck.3 -r -F < /dev/null > /root/ck.said 2>&1 & foreground=$!
	eventually running
	eventually counter
	goes_on
	# nothing of what CRIU has locked it with holds its network
	lxc-attach -n ck -- ping -c1 -W1 127.0.0.1
	equal "0::/lxc.payload.ck-1" "$(cat /proc/$(lxc-info -n ck -pH)/cgroup)"
	lxc-stop -n ck -k
	wait $foreground && return 1
	equal "" "$(cat /root/ck.said)"
	kill $stranger; wait $stranger || :
	rmdir /sys/fs/cgroup/lxc.payload.ck
	lxc-destroy -n ck
}
running() { test "$(lxc-info -n ck -sH)" = RUNNING; }
with_link() {
	ip link add br9 type bridge; ip link set br9 up; ip addr add 10.99.0.1/24 dev br9
	made "lxc.net.0.type = veth" "lxc.net.0.link = br9" "lxc.net.0.flags = up" "lxc.net.0.ipv4.address = 10.99.0.5/24" "lxc.apparmor.profile = generated"
	profile=$(cat /proc/$(lxc-info -n ck -pH)/attr/current)
	inside=$(lxc-attach -n ck -- cat /sys/class/net/eth0/address)
	lxc-checkpoint -n ck -D /root/ck.veth -s
	equal "" "$(ls /sys/class/net/br9/brif)"
	lxc-checkpoint -n ck -D /root/ck.veth -r
	equal "$inside" "$(lxc-attach -n ck -- cat /sys/class/net/eth0/address)"
	equal "$profile" "$(cat /proc/$(lxc-info -n ck -pH)/attr/current)"
	eventually lxc-attach -n ck -- ping -c1 -W1 10.99.0.1
	has "$(lxc-info -n ck)" "$(ls /sys/class/net/br9/brif)"
	lxc-stop -n ck -k
	equal "" "$(ls /sys/class/net/br9/brif)"
	lxc-destroy -n ck
}
check "a container with ids of its own, written in two steps, comes back" with_ids
check "in the foreground, in cgroups of another name" elsewhere
check "an interface in a bridge comes back, and the profile of AppArmor" with_link
check "a container that counts" made "lxc.net.0.type = empty" "lxc.apparmor.profile = unconfined"
check "a dump that leaves it running, for root's eyes only" live_dump
check "a pre-dump, then a dump that ends it" stopped_by_dump
check "it counts on where it was, with its name and its init" restored
check "and once more" written_again
lxc-stop -n ck -k
check "a checkpoint that is broken: CRIU's reason, its log, nothing left" tells_why
lxc-start -n ck
check "it stops and goes" stops
