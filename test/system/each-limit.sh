#!/bin/sh
# Owns what a user gets of the limits that he asks for, one by one; what the start says of the others is on standard error.
# Lines `got FILE VALUE`; then `strict STATUS`: of a start that insists on all of them, and of one on those that were in force.
#   each-limit.sh LXCPATH NAME KEY FILE=VALUE...
LXC="-P $1 -n $2" KEY=$3; shift 3
all= some=
for limit in "$@"; do all="$all -s $KEY.$limit"; done
lxc-start $LXC $all || exit 1
for limit in "$@"; do
	file=${limit%%=*}
	got=$(lxc-cgroup $LXC "$file" 2> /dev/null)
	echo "got $file $got"
	[ "$got" != "${limit#*=}" ] || some="$some -s $KEY.$limit"
done
lxc-stop $LXC -k
for limits in "$all" "$some"; do
	lxc-start $LXC --strict $limits 2> /dev/null
	echo "strict $?"
	lxc-info $LXC -sH
	lxc-stop $LXC -k 2> /dev/null
done
exit 0
