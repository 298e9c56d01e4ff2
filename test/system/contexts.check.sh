# A user's container with limits is started, entered, frozen and stopped from every context that she may come from.
# cgroups: v2 v1 hybrid
P=/home/alice/containers
prepare() {
	runuser -u alice -- sh -c "mkdir -p $P && printf 'lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\nlxc.net.0.type = empty\n' > $P/conf"
	runuser -u alice -- lxc-create -P $P -n web -t busybox -f $P/conf
}
check "an ordinary user makes a container" prepare

word() { sed -n "s/^$1 //p" "$seen"; }

# the limits in force as v2 names them, whatever the version
limits_hold() {
	case $LAYOUT in
		v2) equal "67108864 50" "$(word memory.max) $(word pids.max)" ;;
		*) return 0 ;;
	esac
}
# what was asked for is in force, or was told of with the cgroup, its owner and the command that mends it
limits_told() {
	[ "$LAYOUT" != v2 ] || return 0
	[ "$(word memory.limit_in_bytes)" = 67108864 ] && [ "$(word pids.max)" = 50 ] && return 0
	has "$(cat "$seen.err")" "this session is in cgroup"
	has "$(cat "$seen.err")" "belongs to"
	has "$(cat "$seen.err")" "remedy: sudo berth setup alice"
}

in_one() { # CONTEXT
	seen=$ROOM/seen-$1
	in_context "$1" alice sh $HERE/start.sh $P web lxc.cgroup2.memory.max=64M lxc.cgroup2.pids.max=50 > "$seen" 2> "$seen.err" || { cat "$seen" "$seen.err"; return 1; }
	cat "$seen" "$seen.err"
	equal "RUNNING FROZEN RUNNING" "$(word state) $(word frozen) $(word thawed)"
	equal "$(word init)" "$(word command)"
	limits_hold
	limits_told
}
# from a plain session, whatever the other was: no prefix, and her command is below the container's limits
by_other() {
	ssh alice@127.0.0.1 "PATH=/src/dist/bin:\$PATH; lxc-info -P $P -n web -sH; lxc-attach -P $P -n web -- sh -c 'cat /proc/1/cgroup; echo =; cat /proc/self/cgroup'; lxc-stop -P $P -n web -k; lxc-info -P $P -n web -sH" > $ROOM/other 2> $ROOM/other.err
	cat $ROOM/other $ROOM/other.err
	equal "RUNNING STOPPED" "$(head -1 $ROOM/other) $(tail -1 $ROOM/other)"
	sed '1d;$d' $ROOM/other > $ROOM/cgroups
	equal "$(sed '/^=/,$d' $ROOM/cgroups)" "$(sed '1,/^=/d' $ROOM/cgroups)"
	equal "" "$(cat $ROOM/other.err)"
}
powers() { # CONTEXT
	seen=$ROOM/seen-$1
	for what in memory.max memory.limit_in_bytes pids.max; do
		value=$(word $what)
		[ -z "$value" ] || echo "power $1 $what $value"
	done
	echo "power $1 freeze $(word frozen)"
}
left() {
	eventually sh -c '! find /sys/fs/cgroup -name "lxc.payload*" | grep -q . && ! pgrep -f "[l]xc monitor"'
}
for context in $ALL_CONTEXTS; do
	check "start, look, enter, freeze: $context" in_one $context
	check "enter and stop from a plain session: $context" by_other
	powers $context
done
check "nothing is left" left
