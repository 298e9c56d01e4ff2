# A user's container with limits is started, entered, frozen and stopped from every context that she may come from.
# cgroups: v2 v1 hybrid
path_of() { echo "/home/$1/containers"; }
prepare() { # USER FIRST-ID
	P=$(path_of "$1")
	runuser -u "$1" -- sh -c "mkdir -p $P && printf 'lxc.idmap = u 0 $2 65536\nlxc.idmap = g 0 $2 65536\nlxc.net.0.type = empty\n' > $P/conf"
	runuser -u "$1" -- lxc-create -P "$P" -n web -t busybox -f "$P/conf"
}
check "alice, who logs in, makes a container" prepare alice 100000
check "carol, who never does, makes a container" prepare carol 300000

# what start.sh saw, as variables
look() { # CONTEXT USER
	seen=$ROOM/seen-$2-$1
	state= pid= command= frozen= memory=told pids=told
	while read -r what word; do
		case $what in
			state) state=$word ;; pid) pid=$word ;; command) command=$word ;; frozen) frozen=$word ;;
			memoryLimitBytes) [ "$word" != 67108864 ] || memory='in force' ;;
			pidsLimit) [ "$word" != 50 ] || pids='in force' ;;
		esac
	done < "$seen"
}

# what was asked for is in force, or was told of with the cgroup, its owner and the command that mends it
limits_told() {
	[ "$memory $pids" = 'in force in force' ] && return 0
	said=$(cat "$seen.err")
	has "$said" "this session is in cgroup"
	has "$said" "belongs to"
	has "$said" "remedy: sudo "
	[ "$memory" = 'in force' ] || has "$said" memory
	[ "$pids" = 'in force' ] || has "$said" pids
}

LIMITS="lxc.cgroup2.memory.max=64M lxc.cgroup2.pids.max=50"
in_one() { # CONTEXT USER
	seen=$ROOM/seen-$2-$1
	in_context "$1" "$2" sh $HERE/start.sh "$(path_of "$2")" web $LIMITS > "$seen" 2> "$seen.err" || { cat "$seen" "$seen.err"; return 1; }
	cat "$seen" "$seen.err"
	look "$1" "$2"
	equal 'RUNNING as init' "$state $command"
	limits_told
	[ "$LAYOUT-$2" != v2-alice ] || equal 'in force in force FROZEN' "$memory $pids $frozen"
}
# from a plain session, whatever the other was: no prefix, and the command is in each cgroup that is the container's
OTHER='LXC="-P $1 -n web"
sed "s/^/init /" /proc/$2/cgroup
lxc-attach $LXC -- sh -c "sed \"s/^/seen /\" /proc/1/cgroup; sed \"s/^/command /\" /proc/self/cgroup"
lxc-stop $LXC -k && echo stopped'
by_other() { # CONTEXT USER
	look "$1" "$2"
	seen=$ROOM/other
	plain=ssh-again
	[ "$2" != carol ] || plain=runuser
	in_context $plain "$2" sh -c "$OTHER" other "$(path_of "$2")" "$pid" > "$seen" 2> "$seen.err" || { cat "$seen" "$seen.err"; return 1; }
	cat "$seen" "$seen.err"
	own= last= entered=
	while IFS= read -r row; do
		last=$row
		number=${last#* } rest=${last#*:}
		number=${number%%:*}
		case $last in
			'init '*lxc.payload*) own="$own $number " ;;
			'seen '*) eval "seen_$number=\$rest" ;;
			'command '*)
				entered=yes
				eval "wanted=\$seen_$number"
				case $own in *" $number "*) equal "$wanted" "$rest" ;; esac ;;
		esac
	done < "$seen"
	equal 'yes stopped' "$entered $last"
	[ ! -s "$seen.err" ]
}
powers() { # CONTEXT USER
	look "$1" "$2"
	echo "power $2:$1 start $state
power $2:$1 memory $memory
power $2:$1 pids $pids
power $2:$1 freeze $frozen"
}
refused() {
	seen=$ROOM/strict
	in_context runuser carol lxc-start -P "$(path_of carol)" -n web --strict -s lxc.cgroup2.memory.max=64M > "$seen" 2> "$seen.err" && return 1
	cat "$seen" "$seen.err"
	has "$(cat "$seen.err")" "not applied: memory.max"
	equal STOPPED "$(in_context runuser carol lxc-info -P "$(path_of carol)" -n web -sH)"
}
left() {
	eventually sh -c '! find /sys/fs/cgroup -name "lxc.payload*" | grep -q . && ! pgrep -f "[l]xc monitor"'
}
try() { # CONTEXT USER
	check "start, look, enter, freeze: $1 as $2" in_one "$1" "$2"
	powers "$1" "$2"
	check "enter and stop from another session: $1 as $2" by_other "$1" "$2" && echo "power $2:$1 enter enter"
}
# whichever controller it is of: in force, or told; and who insists gets what can be in force, and a refusal of all else
ASKED='lxc.cgroup memory.limit_in_bytes=67108864 pids.max=50 cpu.shares=512 cpuset.cpus=0 blkio.weight=500 devices.deny=a'
[ "$LAYOUT" != v2 ] || ASKED='lxc.cgroup2 memory.max=67108864 pids.max=50 cpu.weight=50 cpuset.cpus=0 io.weight=50 devices.deny=a'
each_limit() { # CONTEXT USER
	seen=$ROOM/each-$2
	in_context "$1" "$2" sh $HERE/each-limit.sh "$(path_of "$2")" web $ASKED > "$seen" 2> "$seen.err" || { cat "$seen" "$seen.err"; return 1; }
	cat "$seen" "$seen.err"
	for limit in ${ASKED#* }; do
		file=${limit%%=*} name=${limit%%.*}
		[ "$name" != devices ] || name='device'
		grep -qx "got $file ${limit#*=}" "$seen" || grep "not applied" "$seen.err" | grep -q "$name" || { echo "$file: neither in force nor told"; return 1; }
	done
	# an ordinary user never has device rules
	equal 'strict 1 STOPPED strict 0 RUNNING' "$(tail -n 4 "$seen" | paste -sd ' ')"
}
# before any of her sessions has brought up a systemd of hers
for context in runuser at-like system-unit; do try $context carol; done
check "strictly: what cannot be in force is refused" refused
for context in $ALL_CONTEXTS; do try $context alice; done
debian_names() {
	LXC="-P $(path_of alice) -n web"
	in_context runuser alice lxc-unpriv-start $LXC
	equal inside "$(in_context cron alice lxc-unpriv-attach $LXC -- echo inside)"
	in_context su alice lxc-stop $LXC -k
}
check "each limit is in force or told, and refused where one insists: alice" each_limit ssh-again alice
check "each limit is in force or told, and refused where one insists: carol" each_limit runuser carol
check "lxc-unpriv-start and lxc-unpriv-attach need no session either" debian_names
check "nothing is left" left
