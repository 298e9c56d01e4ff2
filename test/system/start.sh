#!/bin/sh
# Owns what a user does in one context: starts a container with limits, looks at them from inside, freezes and thaws it.
# Lines `WHAT WORD`; then whatever was said on standard error. The container stays up: another session goes on with it.
#   start.sh LXCPATH NAME LIMIT...
P=$1 N=$2; shift 2
LXC="-P $P -n $N"
for limit in "$@"; do set -- "$@" -s "$limit"; shift; done
lxc-start $LXC "$@" || exit 1
berth stats -P "$P" "$N" --format json | sed -n 's/^  "\(state\|pid\|memoryLimitBytes\|pidsLimit\)": "*\([A-Z0-9]*\)"*,*$/\1 \2/p'
echo "command $(lxc-attach $LXC -- sh -c 'init=$(cat /proc/1/cgroup) own=$(cat /proc/self/cgroup); [ "$init" = "$own" ] && echo as init || echo $own, not $init')"
lxc-freeze $LXC && echo "frozen $(lxc-info $LXC -sH)"
lxc-unfreeze $LXC && echo "thawed"
exit 0
