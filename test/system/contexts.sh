# Owns the ways in which a user comes to call a command: in CONTEXT USER COMMAND...
# Each runs one script file as the user, so that no quoting gets in between; its output and status come back.
ALL_CONTEXTS="login ssh ssh-bare ssh-wrong-bus ssh-setsid su su-login sudo sudo-login sudo-bare runuser runuser-login cron at-like user-unit system-unit"

ROOM=/tmp/contexts
mkdir -p $ROOM
chmod 1777 $ROOM

# the words that follow are one command; its file says where its output and status go
# (a process costs an emulated processor a tenth of a second: what the shell can do itself, it does)
write_call() { # FILE COMMAND...
	call=$1; shift
	line=
	for word in "$@"; do
		case $word in *"'"*) word=$(printf '%s' "$word" | sed "s/'/'\\\\''/g") ;; esac
		line="$line '$word'"
	done
	printf '%s\n' "PATH=/src/dist/bin:/usr/bin:/bin:/usr/sbin:/sbin; export PATH
($line ) > $call.out 2> $call.err < /dev/null
echo \$? > $call.status.new; mv $call.status.new $call.status" > "$call"
	chmod 755 "$call"
	rm -f "$call.out" "$call.err" "$call.status" "$call.begun"
}

# a login that stays: each costs an emulated processor seconds
stay() { # USER
	[ -S "$ROOM/stay-$1" ] || ssh -fNM -S "$ROOM/stay-$1" "$1@127.0.0.1" > /dev/null 2>&1 < /dev/null
}
by_ssh() { stay "$user"; ssh -S "$ROOM/stay-$user" "$user@127.0.0.1" "$1"; }

# login throws away what was typed before it asks: typed again until somebody has read it
type_once() {
	typed=0
	until [ -e "$call.begun" ] || [ $typed -ge 120 ]; do
		typed=$((typed + 1))
		echo "[ -e $call.begun ] || { : > $call.begun; $run; exit; }"
		sleep 1
	done
}

in_context() { # CONTEXT USER COMMAND...
	context=$1 user=$2; shift 2
	call=$ROOM/$context-$user-$$
	write_call "$call" "$@"
	run="sh $call"
	case $context in
		login) type_once | script -qec "login -f $user" /dev/null > /dev/null 2>&1 ;;
		ssh) ssh "$user@127.0.0.1" "$run" ;;
		ssh-again) by_ssh "$run" ;;
		ssh-bare) by_ssh "env -i $run" ;;
		ssh-wrong-bus) by_ssh "XDG_RUNTIME_DIR=/nonexistent DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus $run" ;;
		ssh-setsid) by_ssh "setsid -w $run" ;;
		su) su "$user" -c "$run" ;;
		su-login) su - "$user" -c "$run" ;;
		sudo) sudo -u "$user" $run ;;
		sudo-login) sudo -i -u "$user" $run ;;
		sudo-bare) sudo -u "$user" env -i $run ;;
		runuser) runuser -u "$user" -- $run ;;
		runuser-login) runuser -l "$user" -c "$run" ;;
		# a crond that has just been started does what stands under @reboot
		cron) echo "@reboot $run" | crontab -u "$user" -; rm -f /run/crond.reboot; systemctl restart cron ;;
		# as atd does: a session of its own, nobody waits, no terminal, a bare environment
		at-like) setsid -f runuser -u "$user" -- env -i HOME="/home/$user" LOGNAME="$user" $run > /dev/null 2>&1 ;;
		user-unit) by_ssh "systemd-run --user --quiet --wait --collect -p KillMode=process $run" ;;
		system-unit) systemd-run --quiet --wait --collect -p KillMode=process --uid="$user" $run ;;
		*) echo "no such context: $context"; return 1 ;;
	esac
	eventually test -e "$call.status"
	[ "$context" != cron ] || crontab -u "$user" -r
	cat "$call.out"
	[ ! -s "$call.err" ] || cat "$call.err" >&2
	read -r status < "$call.status"
	return "$status"
}
