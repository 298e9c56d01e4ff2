#!/bin/bash
# Owns the kernel of the machine for system tests: Debian's newest of the suite, unpacked into ROOT (a hook of mmdebstrap).
set -euo pipefail
R=$1
[ -d "$R/etc" ] && [ "$R" != / ]
PACKAGE=$(chroot "$R" apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: //p' | grep -m1 '^linux-image-')
mkdir "$R/kernel"
chroot "$R" sh -c "cd /kernel && apt-get -qq -o APT::Sandbox::User=root download $PACKAGE"
dpkg-deb -x "$R"/kernel/*.deb "$R/kernel/tree"
mkdir -p "$R/usr/lib/modules" "$R/boot"
for modules in "$R/kernel/tree/usr/lib/modules" "$R/kernel/tree/lib/modules"; do
	[ ! -d "$modules" ] || mv "$modules"/* "$R/usr/lib/modules/"
done
mv "$R"/kernel/tree/boot/vmlinuz-* "$R/boot/"
rm -rf --one-file-system "$R/kernel"
