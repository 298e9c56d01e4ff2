#!/bin/bash
# Owns how the machine for system tests is set up: users, ssh, what runs at boot.   settle.sh ROOT KEY
#   alice (1000)  logs in by ssh, may sudo; her user manager stays once it runs
#   bob   (1001)  as alice, without sudo
#   carol (1002)  never logs in: no user manager, until somebody makes her linger
set -euo pipefail
R=$1 KEY=$2
echo system > "$R/etc/hostname"
printf '127.0.0.1 localhost system\n::1 localhost\n' > "$R/etc/hosts"
echo '/dev/vda / ext4 noatime 0 1' > "$R/etc/fstab"
echo 0123456789abcdef0123456789abcdef > "$R/etc/machine-id"
rm -f "$R/etc/resolv.conf"
printf '[Match]\nMACAddress=52:54:00:12:34:56\n[Network]\nAddress=10.0.2.15/24\n' > "$R/etc/systemd/network/10-test.network"

person() { # name uid first-subordinate-id
	chroot "$R" useradd -m -u "$2" -s /bin/bash "$1"
	echo "$1:berth" | chroot "$R" chpasswd
	sed -i "/^$1:/d" "$R/etc/subuid" "$R/etc/subgid"
	echo "$1:$3:65536" | tee -a "$R/etc/subuid" >> "$R/etc/subgid"
	install -d -o "$2" -g "$2" -m 700 "$R/home/$1/.ssh"
	install -o "$2" -g "$2" -m 600 "$KEY.pub" "$R/home/$1/.ssh/authorized_keys"
}
person alice 1000 100000
person bob 1001 200000
person carol 1002 300000
echo 'root:1000000:65536' | tee -a "$R/etc/subuid" >> "$R/etc/subgid"
echo 'alice ALL=(ALL) NOPASSWD: ALL' > "$R/etc/sudoers.d/alice"
chmod 440 "$R/etc/sudoers.d/alice"

install -d -m 700 "$R/root/.ssh"
install -m 600 "$KEY.pub" "$R/root/.ssh/authorized_keys"
install -m 600 "$KEY" "$R/root/.ssh/id_ed25519"
rm -f "$R"/etc/ssh/ssh_host_*
ssh-keygen -q -t ed25519 -N '' -f "$R/etc/ssh/ssh_host_ed25519_key"
printf 'PermitRootLogin prohibit-password\nUseDNS no\nPrintMotd no\nPrintLastLog no\nHostKey /etc/ssh/ssh_host_ed25519_key\nMaxSessions 100\n' > "$R/etc/ssh/sshd_config.d/test.conf"
printf 'Host *\n\tStrictHostKeyChecking no\n\tUserKnownHostsFile /dev/null\n\tLogLevel ERROR\n\tIdentityFile /root/.ssh/id_ed25519\n\tIdentitiesOnly yes\n\tGSSAPIAuthentication no\n' > "$R/root/.ssh/config"
# what an emulated processor computes fastest
printf '\tKexAlgorithms curve25519-sha256\n\tCiphers chacha20-poly1305@openssh.com\n' >> "$R/root/.ssh/config"
: > "$R/etc/motd"

mkdir -p "$R/etc/systemd/journald.conf.d" "$R/etc/systemd/logind.conf.d" "$R/src"
printf '[Journal]\nStorage=volatile\nForwardToConsole=no\n' > "$R/etc/systemd/journald.conf.d/test.conf"
printf '[Login]\nUserStopDelaySec=infinity\n' > "$R/etc/systemd/logind.conf.d/test.conf"
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-timesyncd.service systemd-networkd-wait-online.service \
	systemd-pstore.service systemd-random-seed.service systemd-firstboot.service systemd-update-utmp.service getty@tty1.service serial-getty@ttyS0.service getty-static.service console-getty.service \
	lvm2-monitor.service blk-availability.service lvm2-lvmpolld.socket lxc.service lxc-net.service lxc-monitord.service lxcfs.service systemd-udev-settle.service ldconfig.service systemd-hwdb-update.service systemd-journal-catalog-update.service systemd-journal-flush.service; do
	ln -sf /dev/null "$R/etc/systemd/system/$unit"
done
chroot "$R" systemctl -q enable systemd-networkd ssh apparmor cron atd
ln -sf /lib/systemd/system/multi-user.target "$R/etc/systemd/system/default.target"
printf 'overlay\nloop\nveth\nbridge\nvirtio_net\n' > "$R/etc/modules-load.d/test.conf"
# one self-contained program; the library's checks need it
NODE=$(readlink -f "$(command -v node)") && install -m 755 "$NODE" "$R/usr/local/bin/node"
