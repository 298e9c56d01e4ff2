#!/bin/bash
# Owns the newer QEMU of bookworm-backports: unpacked into DIRECTORY, not installed; it runs on the libraries of the one that is.
#   take-qemu.sh DIRECTORY MIRROR
set -euo pipefail
D=$1 MIRROR=$2
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
mkdir -p "$T"/{lists/partial,archives/partial,apt.conf.d,preferences.d,sources.list.d}
: > "$T/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $MIRROR bookworm-backports main" > "$T/sources.list"
cat > "$T/apt.conf" <<END
Dir::Etc "$T"; Dir::State "$T"; Dir::State::lists "$T/lists"; Dir::State::status "$T/status"; Dir::Cache "$T"; APT::Sandbox::User "root";
END
"$(dirname "$0")/apt-ways.sh" >> "$T/apt.conf"
export APT_CONFIG=$T/apt.conf
cd "$T"
apt-get -qq update
apt-get -qq download qemu-system-x86 qemu-system-common qemu-system-data
mkdir -p "$D.new"
for package in "$T"/*.deb; do dpkg -x "$package" "$D.new"; done
"$D.new/usr/bin/qemu-system-x86_64" --version > /dev/null
rm -rf "$D"
mv "$D.new" "$D"
