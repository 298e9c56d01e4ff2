# AppArmor profiles of every sort confine a container, root's and an ordinary user's, and what enters it is as confined.
P=/tmp/apparmor-root U=/tmp/apparmor-alice
KEY=lxc.apparmor.profile
path_of() { [ "$1" = root ] && echo $P || echo $U; }
as() { user=$1; shift; if [ "$user" = root ]; then "$@"; else runuser -u "$user" -- "$@"; fi; }

prepare() { # USER LINE...
	user=$1; shift
	as "$user" mkdir -p "$(path_of "$user")"
	printf '%s\n' 'lxc.net.0.type = empty' "$@" > "$(path_of "$user").conf"
	chmod 644 "$(path_of "$user").conf"
	as "$user" lxc-create -P "$(path_of "$user")" -n c -t busybox -f "$(path_of "$user").conf"
	# nothing but the profile is in the way
	printf 'lxc.mount.auto =\nlxc.mount.auto = proc:rw sys:rw\n' | as "$user" tee -a "$(path_of "$user")/c/config"
}
# a profile that is nobody's: all is allowed but one file
own_profile() { printf 'profile berth-named flags=(attach_disconnected,mediate_deleted) {\n  file, capability, network, mount, umount, pivot_root, signal, ptrace, unix,\n  deny /tmp/forbidden w,\n}\n' | apparmor_parser -r; }

# both labels as the container sees them, then what can be done there
PROBE='cat /proc/1/attr/current; cat /proc/self/attr/current; mkdir -p /tmp/m
(echo 60 > /proc/sys/vm/swappiness) 2> /dev/null && echo swappiness
(echo > /tmp/forbidden) 2> /dev/null && echo forbidden
mount -t proc none /tmp/m 2> /dev/null && echo proc
true'
confined() { # USER LABEL POWERS LINE...
	user=$1 label=$2 powers=$3; shift 3
	for line in "$@"; do set -- "$@" -s "$line"; shift; done
	where=$(path_of "$user")
	as "$user" lxc-start -P "$where" -n c "$@" 2> /tmp/apparmor.said || { cat /tmp/apparmor.said; return 1; }
	got=$(cat "/proc/$(as "$user" lxc-info -P "$where" -n c -pH)/attr/apparmor/current")
	as "$user" lxc-attach -P "$where" -n c -- sh -c "$PROBE" < /dev/null > /tmp/apparmor.seen
	as "$user" lxc-stop -P "$where" -n c -k
	cat /tmp/apparmor.said /tmp/apparmor.seen
	equal "$label" "${got% (enforce)}"
	equal "$(sed -n 1p /tmp/apparmor.seen)" "$(sed -n 2p /tmp/apparmor.seen)"
	equal "$powers" "$(sed 1,2d /tmp/apparmor.seen | paste -sd ' ')"
	gone
}
gone() {
	equal '' "$(grep 'lxc-c_' /sys/kernel/security/apparmor/profiles)"
	equal '' "$(ls /sys/kernel/security/apparmor/policy/namespaces)"
}
# lxc-attach -c: a profile for the command alone, whatever its container has
by_context() {
	lxc-start -P $P -n c -s $KEY=unconfined
	equal 'berth-named (enforce)' "$(lxc-attach -P $P -n c -c berth-named -- cat /proc/self/attr/current < /dev/null)"
	equal unconfined "$(lxc-attach -P $P -n c -- cat /proc/self/attr/current < /dev/null)"
	lxc-attach -P $P -n c --context nosuch -- touch /tmp/ran < /dev/null 2> /tmp/apparmor.said && return 1
	cat /tmp/apparmor.said
	has "$(cat /tmp/apparmor.said)" nosuch
	test ! -e $P/c/rootfs/tmp/ran
	lxc-stop -P $P -n c -k
}
refused() { # USER
	user=$1
	as "$user" lxc-start -P "$(path_of "$user")" -n c -s $KEY=nosuch 2> /tmp/apparmor.said && return 1
	cat /tmp/apparmor.said
	has "$(cat /tmp/apparmor.said)" "AppArmor profile 'nosuch' is not loaded"
	has "$(cat /tmp/apparmor.said)" "apparmor_parser -r FILE"
	equal STOPPED "$(as "$user" lxc-info -P "$(path_of "$user")" -n c -sH)"
}
wrong_rule() { # WANTED LINE...: of the config; the last is what is wrong
	wanted=$1; shift
	cp $P/c/config /tmp/apparmor.config
	printf 'lxc.apparmor.profile = generated\n' >> $P/c/config
	printf '%s\n' "$@" >> $P/c/config
	at=$(grep -nF "$wanted" $P/c/config | cut -d: -f1)
	lxc-start -P $P -n c 2> /tmp/apparmor.said && return 1
	cp /tmp/apparmor.config $P/c/config
	cat /tmp/apparmor.said
	has "$(cat /tmp/apparmor.said)" "AppArmor does not take the rule '${wanted#lxc.apparmor.raw = }' of $P/c/config:$at lxc.apparmor.raw"
	has "$(cat /tmp/apparmor.said)" "apparmor_parser says: $WHY"
	equal STOPPED "$(lxc-info -P $P -n c -sH)"
	gone
}
told() { # PART LABEL POWERS LINE...: the start of alice said PART
	part=$1; shift
	confined alice "$@"
	has "$(cat /tmp/apparmor.said)" "$part"
}
executed() {
	lxc-execute -P $P -n c -s $KEY=generated -- sh -c 'echo 60 > /proc/sys/vm/swappiness' && return 1
	gone
}
killed() {
	lxc-start -P $P -n c -s $KEY=generated
	grep -q 'lxc-c_' /sys/kernel/security/apparmor/profiles
	kill -9 $(pgrep -f "[l]xc monitor.* $P c")
	eventually sh -c "[ \"\$(lxc-info -P $P -n c -sH)\" = STOPPED ]"
	gone
}
GENERATED="lxc-c_<$P>//&:lxc-c_<$(echo $P | tr / -)>:unconfined"

check "a container of root's, one of alice's, and a profile that root loads" eval "own_profile; prepare root; prepare alice 'lxc.idmap = u 0 100000 65536' 'lxc.idmap = g 0 100000 65536'"
check "root, no word: LXC's own" confined root lxc-container-default-cgns forbidden
check "root, LXC's own by name, with nesting" confined root lxc-container-default-with-nesting forbidden $KEY=lxc-container-default-with-nesting
check "root, one by name" confined root berth-named 'swappiness proc' $KEY=berth-named
check "root, generated, with a line of his own" confined root "$GENERATED" '' $KEY=generated 'lxc.apparmor.raw=deny /tmp/forbidden w,'
check "root, generated, with nesting" confined root "$GENERATED" 'forbidden proc' $KEY=generated lxc.apparmor.allow_nesting=1
check "root, unconfined" confined root unconfined 'swappiness forbidden proc' $KEY=unconfined
check "root, unchanged" confined root unconfined 'swappiness forbidden proc' $KEY=unchanged
check "root, one that is not there" refused root
check "root, one of lxc-attach's own" by_context
WHY='syntax error, unexpected TOK_ID, expecting TOK_MODE' check "root, a rule that is none: its line of the config, and what the parser says" wrong_rule 'lxc.apparmor.raw = denny /tmp/forbidden w,' 'lxc.apparmor.raw = deny /tmp/other w,' 'lxc.apparmor.raw = denny /tmp/forbidden w,' 'lxc.apparmor.raw = deny /tmp/third w,'
WHY='syntax error, unexpected TOK_DENY, expecting TOK_END_OF_RULE' check "root, a rule without its comma" wrong_rule 'lxc.apparmor.raw = deny /tmp/forbidden w' 'lxc.apparmor.raw = deny /tmp/forbidden w' 'lxc.apparmor.raw = deny /tmp/other w,'
WHY='Invalid capability nosuch.' check "root, a capability that is none" wrong_rule 'lxc.apparmor.raw = capability nosuch,' 'lxc.apparmor.raw = capability nosuch,'
check "root, generated, one command" executed
check "root, generated, and the monitor is killed: the next command takes it away" killed
check "alice, no word: LXC's own" confined alice lxc-container-default-cgns forbidden
check "alice, one by name" confined alice berth-named proc $KEY=berth-named
check "alice, generated: only root can load one, so LXC's own, and she is told" told 'only root can load a generated AppArmor profile' lxc-container-default-cgns forbidden $KEY=generated
check "alice, generated with nesting" told 'only root can load a generated AppArmor profile' lxc-container-default-with-nesting forbidden $KEY=generated lxc.apparmor.allow_nesting=1
check "alice, unconfined" confined alice unconfined 'forbidden proc' $KEY=unconfined
check "alice, unchanged" confined alice unconfined 'forbidden proc' $KEY=unchanged
check "alice, one that is not there" refused alice
