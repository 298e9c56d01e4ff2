# A user's systemd, or a bus, that says nothing or rubbish: a start ends in bounded time, says so, and leaves nothing.
P=/home/alice/badbus Q=/home/carol/badbus
R=/tmp/badbus
LIMITS="-s lxc.cgroup2.memory.max=64M -s lxc.cgroup2.pids.max=50"
mkdir -p $R
prepare() { # USER PATH FIRST-ID
	printf 'lxc.idmap = u 0 %s 65536\nlxc.idmap = g 0 %s 65536\nlxc.net.0.type = empty\n' "$3" "$3" > $R/conf
	runuser -u "$1" -- mkdir -p "$2"
	runuser -u "$1" -- lxc-create -P "$2" -n web -t busybox -f $R/conf
}
alice() { timeout 120 runuser -u alice -- "$@"; }
carol() { timeout 120 runuser -u carol -- env DBUS_SESSION_BUS_ADDRESS=unix:path=$R/bus "$@"; }
said() { # PART...: each is in what the last start said
	cat $R/said
	for part in "$@"; do has "$(cat $R/said)" "$part" || return 1; done
}
nothing() { eventually sh -c '! find /sys/fs/cgroup -name "lxc-web*" -o -name "lxc.payload*" | grep -q .'; }
systemd_silent() {
	alice lxc-start -P $P -n web $LIMITS 2> $R/said
	said 'does not answer' 'not applied: memory.max, pids.max' 'this session is in cgroup' 'remedy: sudo '
	equal inside "$(alice lxc-attach -P $P -n web -- echo inside < /dev/null)"
	alice lxc-stop -P $P -n web -k
	alice lxc-start -P $P -n web --strict $LIMITS 2> $R/said && return 1
	said 'not applied: memory.max, pids.max'
	equal STOPPED "$(alice lxc-info -P $P -n web -sH)"
	alice berth doctor --format json > $R/doctor
	has "$(cat $R/doctor)" 'does not answer'
}
bus_silent() {
	alice lxc-start -P $P -n web $LIMITS 2> $R/said
	said
	equal '67108864 50' "$(alice lxc-cgroup -P $P -n web memory.max) $(alice lxc-cgroup -P $P -n web pids.max)"
	alice lxc-stop -P $P -n web -k
}
while_stopped() { # PID FUNCTION
	kill -STOP "$1"
	status=0
	( set -eu; "$2" ) || status=$?
	kill -CONT "$1"
	nothing
	return $status
}
# a socket where carol's environment says that a bus is
served() { # ANSWER PART
	rm -f $R/bus
	node -e "require('net').createServer((s) => { s.on('error', () => 0); $1 }).listen('$R/bus', () => require('fs').chmodSync('$R/bus', 0o666))" > /dev/null 2>&1 &
	server=$!
	eventually test -S $R/bus
	status=0
	carol lxc-start -P $Q -n web $LIMITS 2> $R/said || status=$?
	carol lxc-stop -P $Q -n web -k || status=$?
	kill $server
	said "$2" 'not applied: memory.max, pids.max' 'this session is in cgroup' || status=$?
	nothing
	return $status
}
# on a loaded machine the server itself may be late
served_at_last() { served "$@" || served "$@" || served "$@" || served "$@"; }
check "alice, who has a systemd, and carol, who has none, make containers" eval "prepare alice $P 100000; prepare carol $Q 300000"
check "a systemd that never answers" while_stopped "$(systemctl show -p MainPID --value user@1000.service)" systemd_silent
check "a bus that never answers: systemd's own socket is asked" while_stopped "$(pgrep -u alice -x dbus-daemon | head -n 1)" bus_silent
check "a bus of the environment that never answers" served '' 'does not answer'
check "a bus of the environment that talks rubbish" served_at_last "s.write('rubbish\\r\\n');" 'does not let us in: rubbish'
check "a bus of the environment that hangs up" served 's.destroy();' "$R/bus"
# the administrator lets her have a systemd of hers started: limits are in force from a session that has none
allowed() {
	mkdir -p /etc/polkit-1/rules.d
	echo 'polkit.addRule(function (action, subject) { if (action.id == "org.freedesktop.systemd1.manage-units" && subject.user == "carol" && action.lookup("unit") == "user@1002.service") return polkit.Result.YES; });' > /etc/polkit-1/rules.d/50-carol.rules
	systemctl restart polkit
	status=0
	( set -eu; asked ) || status=$?
	rm /etc/polkit-1/rules.d/50-carol.rules
	systemctl stop user@1002.service
	nothing
	return $status
}
asked() {
	carol lxc-start -P $Q -n web $LIMITS 2> $R/said
	said 'ends when the last session of carol does'
	equal '67108864 50' "$(carol lxc-cgroup -P $Q -n web memory.max) $(carol lxc-cgroup -P $Q -n web pids.max)"
	carol lxc-stop -P $Q -n web -k
}
check "a system that starts a user's systemd for her where polkit allows it" allowed
# what the message names is enough
mended() {
	carol lxc-start -P $Q -n web $LIMITS 2> $R/said
	carol lxc-stop -P $Q -n web -k
	said 'remedy: sudo loginctl enable-linger carol'
	$(sed -n 's/^ *remedy: sudo //p' $R/said)
	eventually test -S /run/user/1002/bus
	carol lxc-start -P $Q -n web $LIMITS 2> $R/said
	equal '' "$(cat $R/said)"
	equal '67108864 50' "$(carol lxc-cgroup -P $Q -n web memory.max) $(carol lxc-cgroup -P $Q -n web pids.max)"
	carol lxc-stop -P $Q -n web -k
	loginctl disable-linger carol
}
check "the command that the message names mends it" mended
