#!/bin/bash
# Owns the disk of the machine for system tests: a Debian with systemd, PAM, AppArmor, ssh, cron and at, made of Debian's
# packages alone.   make-image.sh SUITE DIRECTORY MIRROR
# Leaves in DIRECTORY: vmlinuz, initrd, disk.qcow2, key. Needs root, mmdebstrap, qemu-utils, e2fsprogs, openssh-client.
set -euo pipefail
SUITE=$1 D=$2 MIRROR=$3
HERE=$(cd "$(dirname "$0")" && pwd)
R=$D/root
PACKAGES="systemd systemd-sysv udev dbus dbus-user-session libpam-systemd polkitd sudo login passwd util-linux bsdutils procps kmod
 apparmor uidmap acl attr libcap2-bin libpam-cgfs nftables dnsmasq-base iproute2 openssh-server cron at busybox-static
 btrfs-progs e2fsprogs lvm2 thin-provisioning-tools qemu-utils fdisk xz-utils zstd strace criu lxc lxcfs"

mkdir -p "$D"
rm -rf --one-file-system "$R"
"$HERE/apt-ways.sh" > "$D/apt.conf"
# the kernel is unpacked, not installed: nothing of it has to be configured
mmdebstrap --quiet --variant=minbase --include="$(echo $PACKAGES | tr ' ' ',')" --aptopt="$D/apt.conf" --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
	--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
	--customize-hook="$HERE/take-kernel.sh \"\$1\"" "$SUITE" "$R" "$MIRROR"
KERNEL=$(ls "$R/usr/lib/modules" | head -1)
mv "$R"/boot/vmlinuz-* "$D/vmlinuz"

# drivers that an emulated machine never loads are most of the size
(
	cd "$R/usr/lib/modules/$KERNEL/kernel"
	rm -rf sound arch/x86/kvm drivers/{gpu,media,infiniband,scsi,usb,iio,hwmon,staging,isdn,mtd,ata,input,hid,video,bluetooth,mmc,platform,edac,thunderbolt,firewire,comedi,leds,power,rtc,pcmcia,soundwire,nfc,target,mfd,accel,i2c,spi,gpio,pinctrl,watchdog,regulator,xen,hv,nvme} \
		drivers/net/{wireless,ethernet,usb,can,phy,wwan,fddi,dsa} net/{bluetooth,mac80211,wireless,can,nfc,ceph,atm,tipc,sctp,batman-adv,openvswitch} fs/{ocfs2,ceph,gfs2,jfs,f2fs,nilfs2,smb,nfsd,ntfs3,bcachefs}
)
chroot "$R" depmod "$KERNEL"

[ -s "$D/key" ] || ssh-keygen -q -t ed25519 -N '' -f "$D/key"
"$HERE/settle.sh" "$R" "$D/key"

# the initrd knows one disk and one file system
I=$D/initrd.d
rm -rf --one-file-system "$I"
mkdir -p "$I"/{bin,dev,proc,sys,new,modules}
cp "$R/bin/busybox" "$I/bin/busybox"
number=10
for module in $(chroot "$R" sh -c "for m in virtio_pci virtio_blk ext4; do modprobe -S $KERNEL --show-depends \$m; done" 2> /dev/null | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'); do
	case $module in
		*.xz) xz -dc "$R$module" ;;
		*.zst) zstd -qdc "$R$module" ;;
		*) cat "$R$module" ;;
	esac > "$I/modules/$number.ko"
	number=$((number + 1))
done
cat > "$I/init" <<'END'
#!/bin/busybox sh
B=/bin/busybox
$B mount -t devtmpfs dev /dev; $B mount -t proc proc /proc; $B mount -t sysfs sys /sys
for module in /modules/*.ko; do $B insmod $module; done
tries=0
while [ ! -b /dev/vda ] && [ $tries -lt 400 ]; do $B usleep 50000; tries=$((tries + 1)); done
$B mount -t ext4 -o noatime /dev/vda /new || exec $B sh
$B mount --move /dev /new/dev
$B umount /proc /sys
exec $B switch_root /new /sbin/init
END
chmod 755 "$I/init"
(cd "$I" && find . | "$R/bin/busybox" cpio -o -H newc) > "$D/initrd" 2> /dev/null

truncate -s 5G "$D/disk.raw"
mke2fs -q -F -t ext4 -E lazy_itable_init=1,lazy_journal_init=1,nodiscard -J size=16 -m 0 -d "$R" "$D/disk.raw"
qemu-img convert -f raw -O qcow2 -c -o compression_type=zstd "$D/disk.raw" "$D/disk.qcow2"
rm -f "$D/disk.raw"
rm -rf --one-file-system "$R" "$I" "$D/apt.conf"
