# Limits in either version's words are in force and do what they say, freezing and statistics work: on every layout of cgroups.
# cgroups: v2 v1 hybrid
L=/var/lib/berth-limits
mkdir -p $L
cg() { lxc-cgroup -P $L -n c "$@" | sed '/^$/d'; }
in_c() { timeout 60 lxc-attach -P $L -n c --clear-env -- sh -c "$1" 2>&1; }
state() { lxc-info -P $L -n c -sH; }
begin() { # LINE...: what the start says is in $L/said
	printf '%s\n' 'lxc.net.0.type = empty' "$@" > $L/c.conf
	lxc-create -P $L -n c -t busybox -f $L/c.conf > /dev/null
	lxc-start -P $L -n c 2> $L/said
}
end() { lxc-stop -P $L -n c -k; lxc-destroy -P $L -n c; }

v2_words() {
	begin "$@" 'lxc.cgroup2.memory.max = 40M' 'lxc.cgroup2.memory.swap.max = 0' 'lxc.cgroup2.pids.max = 30' 'lxc.cgroup2.cpu.max = 5000 20000' 'lxc.cgroup2.cpu.weight = 50' 'lxc.cgroup2.cpuset.cpus = 0' \
		'lxc.cgroup2.devices.deny = a' 'lxc.cgroup2.devices.allow = c 1:3 rwm' 'lxc.cgroup2.devices.allow = c 1:9 r' 'lxc.cgroup2.devices.allow = c 5:* rwm' 'lxc.cgroup2.devices.allow = c 136:* rwm'
	[ "$LAYOUT" = v2 ] || { has "$(cat $L/said)" 'is applied as lxc.cgroup.'; return 0; }
	equal '' "$(cat $L/said)"
}
v1_words() {
	begin 'lxc.cgroup.memory.memsw.limit_in_bytes = 40M' 'lxc.cgroup.memory.limit_in_bytes = 40M' 'lxc.cgroup.pids.max = 30' 'lxc.cgroup.cpu.cfs_period_us = 20000' 'lxc.cgroup.cpu.cfs_quota_us = 5000' 'lxc.cgroup.cpu.shares = 512' 'lxc.cgroup.cpuset.cpus = 0' \
		'lxc.cgroup.devices.deny = a' 'lxc.cgroup.devices.allow = c 1:3 rwm' 'lxc.cgroup.devices.allow = c 1:9 r' 'lxc.cgroup.devices.allow = c 5:* rwm' 'lxc.cgroup.devices.allow = c 136:* rwm'
	[ "$LAYOUT" != v2 ] || { has "$(cat $L/said)" 'is applied as lxc.cgroup2.'; return 0; }
	equal '' "$(cat $L/said)"
}
# one look at everything: each command takes seconds on an emulated processor
look() { berth stats -P $L c --format json > $L/stats.json; }
number() { sed -n "s/^  \"$1\": \([0-9]*\),*\$/\1/p" $L/stats.json; }
# by the names of both versions
in_files() {
	look
	has "$(cat $L/stats.json)" '"state": "RUNNING"'
	equal '41943040 30' "$(number memoryLimitBytes) $(number pidsLimit)"
	equal '0' "$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/$(number pid)/status)"
	equal '41943040 0' "$(cg memory.limit_in_bytes) $(cg memory.swap.max)"
	equal '5000 20000 5000' "$(cg cpu.max) $(cg cpu.cfs_quota_us)"
	equal '50 512' "$(cg cpu.weight) $(cg cpu.shares)"
	equal 'c 1:3 rwm;c 1:9 r;c 5:* rwm;c 136:* rwm' "$(cg devices.list | paste -sd ';')"
}
devices() { equal 'null no zero' "$(in_c 'echo > /dev/null && echo null; (: < /dev/zero) 2> /dev/null || echo no zero' | paste -sd ' ')"; }
numbers() {
	lxc-info -P $L -n c -S > $L/said
	for line in 'CPU use:' 'BlkIO use:' 'Memory use:' 'KMem use:'; do has "$(cat $L/said)" "$line"; done
	look
	for key in cpuNanoseconds cpuUserNanoseconds cpuSystemNanoseconds memoryBytes memoryAnonBytes memoryFileBytes memoryAndSwapBytes swapBytes kmemBytes oomKills pids cpuThrottledPeriods; do
		[ -n "$(number $key)" ] || { echo "no $key"; return 1; }
	done
	has "$(cat $L/stats.json)" blkioBytes
	[ "$LAYOUT" = v1 ] || has "$(cat $L/stats.json)" '"pressure"'
	has "$(timeout 120 lxc-top -P $L -b -d 1 | sed -n '2{p;q}')" ,c,
}
# a load on the machine makes it less
quota() {
	look
	cpu=$(number cpuNanoseconds) at=$(number at) throttled=$(number cpuThrottledPeriods)
	in_c 'i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done'
	look
	cpu=$(($(number cpuNanoseconds) - cpu)) at=$(($(number at) - at))
	echo "$cpu ns of processor in $at ms"
	[ "$(number cpuThrottledPeriods)" -gt "$throttled" ]
	[ $((cpu / 10000)) -lt $((at * 40)) ]
	# what comes next need not be slow
	cg cpu.max 'max 20000'
	equal 'max 20000 -1' "$(cg cpu.max) $(cg cpu.cfs_quota_us)"
}
hog() {
	lxc-attach -P $L -n c -- sh -c 'yes | tr -d "\n" | tail' > /dev/null && return 1
	berth why -P $L c > $L/said
	cat $L/said
	has "$(cat $L/said)" 'c is RUNNING'
	has "$(cat $L/said)" 'Out of memory: the kernel has killed'
	has "$(cat $L/said)" 'its limit is 40.00 MiB'
}
bomb() {
	has "$(in_c 'i=0; while [ $i -lt 60 ]; do sleep 1000 > /dev/null 2>&1 & i=$((i+1)); done; echo never')" "can't fork"
	look
	[ "$(number pids)" -le 30 ] && [ "$(number pids)" -gt 20 ]
}
last_exit() {
	end_of=$(lxc-stop -P $L -n c -k; lxc-info -P $L -n c)
	has "$end_of" 'out of memory'
	lxc-destroy -P $L -n c
}
freezing() {
	lxc-freeze -P $L -n c
	equal 'FROZEN FROZEN' "$(state) $(cg freezer.state)"
	lxc-wait -P $L -n c -s FROZEN -t 0
	lxc-unfreeze -P $L -n c
	equal RUNNING "$(state)"
}
debian() {
	/usr/bin/lxc-freeze -P $L -n c
	equal 'FROZEN FROZEN' "$(state) $(/usr/bin/lxc-info -P $L -n c -sH)"
	/usr/bin/lxc-unfreeze -P $L -n c
	equal RUNNING "$(state)"
	equal 30 "$(/usr/bin/lxc-cgroup -P $L -n c pids.max | sed '/^$/d')"
	equal inside "$(/usr/bin/lxc-attach -P $L -n c -- echo inside < /dev/null)"
}
stops_frozen() {
	lxc-freeze -P $L -n c
	timeout 180 lxc-stop -P $L -n c
	equal STOPPED "$(state)"
	lxc-destroy -P $L -n c
}
# two megabytes at one a second
io() {
	disk=$(stat -c %d $L)
	printf 'lxc.net.0.type = empty\n' > $L/io.conf
	before=$(date +%s%N)
	lxc-execute -P $L -n io -q -f $L/io.conf -s "lxc.cgroup2.io.max=$((disk >> 8)):$((disk & 255)) wbps=1048576" -- dd if=/dev/zero of=$L/big bs=1M count=2 oflag=direct
	rm $L/big
	[ $((($(date +%s%N) - before) / 1000000)) -gt 1000 ]
}
more_devices() {
	begin
	cg devices.deny 'c 1:5 rwm'
	equal no "$(in_c '(: < /dev/zero) 2> /dev/null || echo no')"
	cg devices.allow 'c 1:5 rwm'
	equal zero "$(in_c ': < /dev/zero && echo zero')"
	end
}
refused() {
	key=lxc.cgroup.pids.max; [ "$LAYOUT" != v2 ] || key=lxc.cgroup2.pids.max
	begin "$key = lots" && return 1
	cat $L/said
	has "$(cat $L/said)" "the kernel does not take 'lots' for $key: invalid argument"
	has "$(cat $L/said)" 'c/config:'
	equal '' "$(find /sys/fs/cgroup -name 'lxc.*.c')"
	lxc-destroy -P $L -n c
}
nowhere() {
	begin 'lxc.cgroup2.nosuch.max = 1'
	has "$(cat $L/said)" lxc.cgroup2.nosuch.max
	lxc-stop -P $L -n c -k
	lxc-start -P $L -n c --strict && return 1
	equal STOPPED "$(state)"
	lxc-destroy -P $L -n c
}
nothing() { equal '' "$(find /sys/fs/cgroup -name 'lxc.payload*' -o -name 'lxc.monitor*'; ls $L | grep -v -e said -e conf -e json)"; }

check "limits in v2's words: what the start says" v2_words
check "limits in v2's words: what the files say, by the names of both versions" in_files
check "a device of the list opens, another does not" devices
check "lxc-info, lxc-top and berth stats have every number" numbers
check "a quarter of a processor is not exceeded" quota
check "a memory hog is killed, and berth why says so" hog
check "a fork bomb stops at pids.max" bomb
check "the last exit tells of the hog" last_exit
check "limits in v1's words: what the start says" v1_words
check "limits in v1's words: what the files say, by the names of both versions" in_files
check "frozen and thawed, and every command knows" freezing
check "Debian's lxc-freeze, lxc-unfreeze, lxc-cgroup and lxc-attach" debian
check "a frozen container stops" stops_frozen
check "writes are throttled" io
check "device rules of a running container" more_devices
check "a limit that the kernel refuses is named, and nothing stays" refused
check "a limit of no controller is told, and refused by --strict" nowhere
check "nothing stays" nothing
