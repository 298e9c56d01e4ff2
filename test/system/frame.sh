#!/bin/sh
# Owns the frame of the system checks: runs in the machine, as root, one file of checks:  frame.sh FILE SUITE LAYOUT
# A file calls `check 'what is so' FUNCTION [ARGUMENT...]`; the function runs by itself under `set -eu`, and what it printed
# is shown when it fails. README.md, "Work on it", tells how to add one.
FILE=$1 SUITE=$2 LAYOUT=$3
HERE=/src/test/system
PATH=/src/dist/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH SUITE LAYOUT

check() {
	what=$1; shift
	read -r begin rest < /proc/uptime
	output=$(set -eu; "$@" 2>&1)
	status=$?
	read -r end rest < /proc/uptime
	echo "time $((${end%.*} - ${begin%.*})) s: $what"
	if [ $status -eq 0 ]; then echo "ok $what"; return 0; fi
	echo "not ok $what"
	printf '%s\n' "$output" | sed 's/^/    | /'
	echo "    | status $status"
	return 1
}

# equal WANTED GOT, and has TEXT PART
equal() { [ "$1" = "$2" ] || { echo "wanted: $1"; echo "got:    $2"; return 1; }; }
has() { case $1 in *"$2"*) ;; *) echo "not in it: $2"; echo "it says: $1"; return 1 ;; esac; }
# eventually COMMAND...: waits until it is true
eventually() {
	tries=0
	until "$@" > /dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 600 ] || { echo "never came true: $*"; return 1; }
		sleep 0.2
	done
}

. "$HERE/contexts.sh"
. "$HERE/$FILE"
echo done
