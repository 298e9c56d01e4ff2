# Storage for which the kernel must be a stock one: volumes of lvm, plain and thin; an image of qemu as a network block device;
# file systems that grow while a container runs on them.
L=/var/lib/lxc
volumes() { lvs --noheadings -o lv_name berth 2> /dev/null | xargs; }
of_volume() { lvs --noheadings --units m -o "$2" "berth/$1" | tr -d ' '; }
inside() { name=$1; shift; lxc-attach -n "$name" --clear-env -- sh -c "$*" < /dev/null; }
starts() { lxc-start -n "$1"; equal RUNNING "$(lxc-info -n "$1" -sH)"; }
stops() { lxc-stop -n "$1" -k; equal STOPPED "$(lxc-info -n "$1" -sH)"; }
megabytes() { inside "$1" 'df -m / | tail -1 | awk "{ print \$2 }"'; }
# refused WORDS COMMAND...: it says them, and fails
refused() {
	words=$1; shift
	said=$("$@" 2>&1) && { echo "not refused: $*"; return 1; }
	has "$said" "$words"
}
# killed_at WHO TOOL NUMBER COMMAND...: when it calls that tool for so many times. all: with its engine and the tool, which has not begun;
# half: the same, when it has; planner: the command alone
killed_at() {
	who=$1 tool=$2 number=$3 real=$(PATH=/usr/sbin:/usr/bin command -v "$2"); shift 3
	rm -f /root/at
	cat > /usr/local/sbin/$tool <<- EOF
		#!/bin/sh
		echo >> /root/calls
		[ \$(wc -l < /root/calls) != $number ] || { echo \$\$ > /root/at.new; mv /root/at.new /root/at; sleep $([ $who = half ] && echo 0 || echo 3); }
		exec $real "\$@"
	EOF
	: > /root/calls
	chmod 755 /usr/local/sbin/$tool
	"$@" > /dev/null 2>&1 &
	eventually test -e /root/at
	pid=$(cat /root/at)
	engine=$(awk '/^PPid/ { print $2 }' /proc/$pid/status)
	planner=$(awk '/^PPid/ { print $2 }' /proc/$engine/status)
	[ $who != half ] || sleep 0.4
	if [ $who = planner ]; then kill -9 $planner; else kill -9 $planner $engine $pid || :; fi
	wait $! || :
	rm /usr/local/sbin/$tool
}
# after_kill CONTAINER WORDS: the next command makes one of these states of it, whole; nothing of a restore is left
after_kill() {
	eventually lxc-start -n $1
	has "$2" "$(inside $1 cat /one)"
	stops $1
	equal '' "$(ls -A $L/$1/.berth | grep -e restore -e exchange -e changing | xargs)"
}
no_mount() { equal '' "$(grep -e berth- -e "$L" -e /dev/nbd -e rootdev /proc/self/mountinfo || :)"; }

group() {
	modprobe -a dm_thin_pool dm_snapshot
	modprobe nbd max_part=8
	truncate -s 1G /root/pv
	vgcreate -q berth "$(losetup --find --show /root/pv)"
	lvcreate -q --type thin-pool -L 256M -n pool berth
	printf 'lxc.bdev.lvm.vg = berth\nlxc.bdev.lvm.thin_pool = none\n' > /etc/lxc/lxc.conf
	printf 'lxc.net.0.type = empty\nlxc.apparmor.profile = unconfined\n' > /root/c.conf
}
plain() {
	lxc-create -n p -f /root/c.conf -B lvm --fssize 64M -t busybox
	has "$(cat $L/p/config)" 'lxc.rootfs.path = lvm:/dev/berth/p'
	equal 64.00m "$(of_volume p lv_size)"
	starts p
	inside p 'echo one > /one; sync'
	stops p
	refused "'/dev/berth/p' is there already" lxc-create -n again -f /root/c.conf -B lvm --lvname p -t busybox
	equal one "$(berth cp p:/one -)"
}
debian_runs() {
	/usr/bin/lxc-start -n p
	equal one "$(/usr/bin/lxc-attach -n p -- cat /one < /dev/null)"
	/usr/bin/lxc-stop -n p -k
}
plain_kept() {
	lxc-snapshot -n p
	equal p "$(of_volume p_snap0 origin)"
	refused 'p has snapshots' lxc-destroy -n p
	lxc-snapshot -n p -r snap0 -N back
	equal one "$(berth cp back:/one -)"
	equal '64.00m' "$(of_volume back lv_size)"
	lxc-destroy -n back
	equal 'p p_snap0 pool' "$(volumes)"
}
changed() { starts "$1"; inside "$1" "echo $2 > /one; dd if=/dev/urandom of=/more bs=1M count=${3-1} 2> /dev/null; sync"; stops "$1"; }
settled() { equal "$2" "$(ls -A $L/$1/.berth | grep -e restore -e exchange -e changing | xargs)$(berth cp $1:/one -)"; }
# lvm puts back what has changed; the snapshot is made anew of it
plain_in_place() {
	changed p two
	lxc-snapshot -n p
	lxc-snapshot -n p -r snap0
	settled p one
	equal 'p p' "$(of_volume p_snap0 origin) $(of_volume p_snap1 origin)"
	e2fsck -fn /dev/berth/p
	lxc-snapshot -n p -r snap1
	settled p two
	mount /dev/berth/p /mnt
	refused "'/dev/berth/p' is in use" lxc-snapshot -n p -r snap0
	umount /mnt
	settled p two
	both() { equal 'p p' "$(of_volume p_snap0 origin) $(of_volume p_snap1 origin)"; }
	changed p three 30
	killed_at all lvconvert 1 lxc-snapshot -n p -r snap0
	after_kill p three
	both
	killed_at half lvconvert 1 lxc-snapshot -n p -r snap0
	after_kill p 'one three'
	both
	changed p three 30
	killed_at all lvcreate 1 lxc-snapshot -n p -r snap0
	after_kill p one
	both
	changed p three 30
	killed_at planner lvconvert 1 lxc-snapshot -n p -r snap0
	after_kill p one
	both
	changed p three 30
	lxc-snapshot -n p -r snap0
	settled p one
	e2fsck -fn /dev/berth/p
	lxc-snapshot -n p -d ALL
	equal 'p pool' "$(volumes)"
}
plain_clone() {
	lxc-copy -n p -N q -s
	equal p "$(of_volume q origin)"
	refused 'p has clones' lxc-destroy -n p
	starts q
	equal one "$(inside q cat /one)"
	stops q
	lxc-destroy -n q
	equal 'p pool' "$(volumes)"
}
plain_grows() {
	starts p
	before=$(megabytes p)
	berth resize p 96M
	[ "$(megabytes p)" -gt $((before + 20)) ]
	equal one "$(inside p cat /one)"
	stops p
	refused lvextend berth resize p 32M
	berth resize p 128M
	equal 128.00m "$(of_volume p lv_size)"
	lxc-copy -n p -N whole
	equal 128.00m "$(of_volume whole lv_size)"
	lxc-destroy -n whole
	lxc-destroy -n p
	equal pool "$(volumes)"
}
# what lxc.conf says is another group, and no thin pool
named() {
	sed -i 's/lvm.vg = berth/lvm.vg = other/' /etc/lxc/lxc.conf
	refused other lxc-create -n named -f /root/c.conf -B lvm --fssize 64M -t busybox
	lxc-create -n named -f /root/c.conf -B lvm --vgname berth --lvname vol --fssize 64M --fstype ext2 -t busybox
	equal '64.00m ' "$(of_volume vol lv_size) $(of_volume vol pool_lv)"
	equal ext2 "$(blkid -o value -s TYPE /dev/berth/vol)"
	has "$(cat $L/named/config)" 'lxc.rootfs.path = lvm:/dev/berth/vol'
	lxc-destroy -n named
	lxc-create -n named -f /root/c.conf -B lvm --vgname berth --thinpool pool --fssize 64M -t busybox
	equal pool "$(of_volume named pool_lv)"
	lxc-destroy -n named
	equal pool "$(volumes)"
	sed -i 's/lvm.vg = other/lvm.vg = berth/' /etc/lxc/lxc.conf
}
thin() {
	sed -i 's/thin_pool = none/thin_pool = pool/' /etc/lxc/lxc.conf
	lxc-create -n t -f /root/c.conf -B lvm --fssize 64M -t busybox
	equal pool "$(of_volume t pool_lv)"
	lxc-copy -n t -N u -s
	lxc-snapshot -n u
	equal 't u' "$(of_volume u origin) $(of_volume u_snap0 origin)"
	# no part of it needs another, what has taken its place neither
	changed u one
	lxc-snapshot -n u
	changed u two
	lxc-snapshot -n u -r snap1
	settled u one
	equal 'pool u_snap1' "$(of_volume u pool_lv) $(of_volume u origin)"
	changed u two
	all() { equal 'pool t u u_snap0 u_snap1' "$(volumes)"; }
	killed_at all lvrename 1 lxc-snapshot -n u -r snap1
	after_kill u two
	all
	killed_at all lvrename 2 lxc-snapshot -n u -r snap1
	equal 'pool t u_berth_new u_berth_old u_snap0 u_snap1' "$(volumes)"
	after_kill u one
	all
	changed u two
	killed_at planner lvrename 1 lxc-snapshot -n u -r snap1
	after_kill u one
	all
	lxc-snapshot -n u -r snap1
	settled u one
	lxc-snapshot -n u -d snap1
	equal '' "$(lxc-destroy -n t 2>&1)"
	starts u
	inside u 'echo two > /two'
	berth resize u 96M
	[ "$(megabytes u)" -gt 70 ]
	stops u
	equal '' "$(lxc-destroy -n u -s 2>&1)"
	equal pool "$(volumes)"
	no_mount
}
loop_grows() {
	lxc-create -n l -f /root/c.conf -B loop --fssize 48M -t busybox
	starts l
	before=$(megabytes l)
	inside l 'echo three > /three'
	berth resize l 80M
	[ "$(megabytes l)" -gt $((before + 20)) ]
	equal three "$(inside l cat /three)"
	equal $((80 * 1048576)) "$(stat -c %s $L/l/rootdev)"
	stops l
	e2fsck -fn $L/l/rootdev
}
nbd_config() { # NAME PATH [LINE]
	mkdir -p $L/$1
	printf 'lxc.rootfs.path = nbd:%s\nlxc.uts.name = %s\n%s\n' "$2" "$1" "${3-}" | cat /root/c.conf - > $L/$1/config
}
free() { test ! -e /sys/block/nbd0/pid; }
nbd() {
	qemu-img convert -O qcow2 $L/l/rootdev /root/n.qcow2
	nbd_config n /root/n.qcow2
	starts n
	test -e /sys/block/nbd0/pid
	equal three "$(inside n cat /three)"
	inside n 'echo four > /four'
	stops n
	eventually free
	starts n
	equal four "$(inside n cat /four)"
	kill -9 "$(awk '/^PPid/ { print $2 }' /proc/$(lxc-info -n n -pH)/status)"
	eventually free
	equal STOPPED "$(lxc-info -n n -sH)"
	qemu-img check -q /root/n.qcow2
}
nbd_kept() {
	lxc-snapshot -n n
	starts n
	inside n 'echo five > /four; sync'
	refused 'n is running' lxc-snapshot -n n -r snap0
	stops n
	lxc-copy -n n -N m
	killed_at all qemu-img 1 lxc-snapshot -n n -r snap0
	starts n
	equal five "$(inside n cat /four)"
	stops n
	lxc-snapshot -n n -r snap0
	starts n
	equal four "$(inside n cat /four)"
	stops n
	starts m
	equal five "$(inside m cat /four)"
	equal m "$(inside m hostname)"
	stops m
	for image in /root/n.qcow2 $L/n/snaps/snap0/rootdev $L/m/rootdev; do qemu-img check -q $image; done
	lxc-destroy -n m
	lxc-snapshot -n n -d ALL
	eventually free
}
nbd_partition() {
	truncate -s 100M /root/d.raw
	printf 'label: gpt\nstart=4096, size=2048\nstart=8192\n' | sfdisk -q /root/d.raw
	dd if=$L/l/rootdev of=/root/d.raw bs=1M seek=4 conv=notrunc status=none
	nbd_config d /root/d.raw:2 'lxc.idmap = u 0 100000 65536
lxc.idmap = g 0 100000 65536
lxc.rootfs.options = idmap=container'
	starts d
	has "$(grep ' / / ' /proc/$(lxc-info -n d -pH)/mountinfo)" /dev/nbd0p2
	equal three "$(inside d cat /three)"
	stops d
	eventually free
	sed -i s/raw:2/raw/ $L/d/config
	refused 'it holds a partition table' lxc-start -n d
	sed -i s/raw$/raw:7/ $L/d/config
	refused 'no partition 7' lxc-start -n d
}
nbd_refuses() {
	for verb in 'lxc-copy -n n -N m -B dir' 'berth resize n 90M' 'berth export n'; do refused "connected by a start alone" $verb; done
	refused "no snapshot on 'nbd'" lxc-copy -n n -N m -s
	refused 'an image of qemu cannot be made' lxc-create -n m -B nbd -t busybox
	printf 'QFI\373 no more' > /root/broken.qcow2
	nbd_config b /root/broken.qcow2
	refused "the image '/root/broken.qcow2' cannot be read" lxc-start -n b
	lxc-destroy -n n
	test -s /root/n.qcow2
	for name in d b l; do lxc-destroy -n $name; done
	free
	equal '' "$(ls $L)"
	equal /root/pv "$(losetup --noheadings -O BACK-FILE -a | xargs)"
	no_mount
}
check "a volume group, a thin pool, the module of nbd" group
check "lvm: a volume is made, filled, started, read" plain
check "lvm: Debian's LXC runs it" debian_runs
check "lvm: a snapshot kept beside it, restored as another container" plain_kept
check "lvm: a snapshot put back in its place; killed, the next command goes on" plain_in_place
check "lvm: a clone of it by a snapshot of the volume" plain_clone
check "lvm: it grows while it runs, and stopped; a whole copy is as large" plain_grows
check "lvm: group, volume, thin pool and type as options say, whatever lxc.conf says" named
check "lvm, thin: snapshots are active, need no origin, take its place; killed, the next command goes on" thin
check "ext4 on a loop device grows while the container runs" loop_grows
check "nbd: an image of qemu is started, written, survives a killed monitor" nbd
check "nbd: kept, copied, put back in its place" nbd_kept
check "nbd: a partition, with mapped ids; partitions that are not there" nbd_partition
check "nbd: what cannot be is refused; nothing is left" nbd_refuses
