#!/bin/sh
# Owns what a user does in one context: starts a container with limits, looks at them from inside, freezes and thaws it.
# Lines `WHAT WORD`; then whatever was said on standard error. The container stays up: another session goes on with it.
#   start.sh LXCPATH NAME LIMIT...
P=$1 N=$2; shift 2
LXC="-P $P -n $N"
for limit in "$@"; do set -- "$@" -s "$limit"; shift; done
inside() { lxc-attach $LXC -- sh -c "$1"; }
lxc-start $LXC "$@" || exit 1
echo "state $(lxc-info $LXC -sH)"
echo "init $(inside 'cat /proc/1/cgroup' | tr '\n' ' ')"
echo "command $(inside 'cat /proc/self/cgroup' | tr '\n' ' ')"
for file in memory.max pids.max memory.limit_in_bytes; do echo "$file $(lxc-cgroup $LXC $file 2> /dev/null)"; done
lxc-freeze $LXC && echo "frozen $(lxc-info $LXC -sH)"
lxc-unfreeze $LXC && echo "thawed $(lxc-info $LXC -sH)"
exit 0
