# lxc-checkpoint: a container's processes written down by CRIU and brought back.
CK=/tmp/checkpoint
counter() { cat /var/lib/lxc/ck/rootfs/tmp/n; }
goes_on() { before=$(counter); eventually moved "$before"; }
moved() { test "$(counter)" -gt "$1"; }
stands_still() { before=$(counter); sleep 2; equal "$before" "$(counter)"; }
made() {
	printf 'lxc.net.0.type = empty\nlxc.apparmor.profile = unconfined\n' > /root/ck.conf
	lxc-create -n ck -t busybox -f /root/ck.conf
	printf 'lxc.tty.max = 0\nlxc.console.path = none\n' >> /var/lib/lxc/ck/config
	printf '::respawn:/bin/sh /count\n' > /var/lib/lxc/ck/rootfs/etc/inittab
	printf 'n=0; while :; do n=$((n + 1)); echo $n > /tmp/n.new; mv /tmp/n.new /tmp/n; sleep 0.2; done\n' > /var/lib/lxc/ck/rootfs/count
	lxc-start -n ck
	eventually counter
}
live_dump() {
	pid=$(lxc-info -n ck -pH)
	lxc-checkpoint -n ck -D $CK.live
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
check "a container that counts" made
check "a dump that leaves it running, for root's eyes only" live_dump
check "a pre-dump, then a dump that ends it" stopped_by_dump
check "it counts on where it was, with its name and its init" restored
check "and once more" written_again
lxc-stop -n ck -k
check "a checkpoint that is broken: CRIU's reason, its log, nothing left" tells_why
lxc-start -n ck
check "it stops and goes" stops
