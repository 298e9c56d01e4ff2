// Owns configs as people had them from 2012 to 2016, written here in the manner of those years.

/** Ubuntu 12.04, LXC 0.7.5: one flat file, fstab beside it, absolute targets. */
export const PRECISE = `lxc.network.type=veth
lxc.network.link=lxcbr0
lxc.network.flags=up
lxc.network.hwaddr = 00:16:3e:51:0a:11
lxc.utsname = web

lxc.devttydir = lxc
lxc.tty = 4
lxc.pts = 1024
lxc.rootfs = /var/lib/lxc/web/rootfs
lxc.mount  = /var/lib/lxc/web/fstab
lxc.arch = amd64
lxc.cap.drop = sys_module mac_admin
lxc.pivotdir = lxc_putold

# uncomment the next line to run the container unconfined:
#lxc.aa_profile = unconfined

lxc.cgroup.devices.deny = a
# Allow any mknod (but not using the node)
lxc.cgroup.devices.allow = c *:* m
lxc.cgroup.devices.allow = b *:* m
lxc.cgroup.devices.allow = c 1:3 rwm
#rtc
lxc.cgroup.devices.allow = c 254:0 rwm
`;
export const PRECISE_FSTAB = `proc            proc         proc    nodev,noexec,nosuid 0 0
sysfs           sys          sysfs defaults  0 0
/srv/data       /var/lib/lxc/web/rootfs/srv/data  none  bind  0 0
/home/ann/my\\040files  home/ann/my\\040files  none  bind,ro 0 0
`;

/** Ubuntu 14.04, LXC 1.0: unprivileged, made by the download template. */
export const TRUSTY = `# Template used to create this container: /usr/share/lxc/templates/lxc-download
# Parameters passed to the template: -d ubuntu -r trusty -a amd64
# For additional config options, please look at lxc.container.conf(5)

# Distribution configuration
lxc.include = /usr/share/lxc/config/ubuntu.common.conf
lxc.include = /usr/share/lxc/config/ubuntu.userns.conf
lxc.arch = x86_64

# Container specific configuration
lxc.id_map = u 0 100000 65536
lxc.id_map = g 0 100000 65536
lxc.rootfs = /home/ann/.local/share/lxc/p1/rootfs
lxc.utsname = p1

# Network configuration
lxc.network.type = veth
lxc.network.flags = up
lxc.network.link = lxcbr0
lxc.network.hwaddr = 00:16:3e:xx:xx:xx
`;
export const TRUSTY_FILES = {
  "/usr/share/lxc/config/ubuntu.common.conf": "lxc.devttydir = lxc\nlxc.tty = 4\nlxc.pts = 1024\nlxc.mount.auto = cgroup:mixed proc:mixed sys:mixed\nlxc.mount.entry = /sys/fs/fuse/connections sys/fs/fuse/connections none bind,optional 0 0\nlxc.cap.drop = mac_admin mac_override sys_time sys_module\nlxc.cgroup.devices.deny = a\nlxc.cgroup.devices.allow = c *:* m\nlxc.seccomp = /usr/share/lxc/config/common.seccomp\nlxc.hook.clone = /usr/share/lxc/hooks/clonehostname\n",
  "/usr/share/lxc/config/ubuntu.userns.conf": "lxc.cgroup.devices.deny =\nlxc.cgroup.devices.allow =\nlxc.devttydir =\nlxc.cap.drop =\nlxc.mount.auto = sys:rw\nlxc.mount.entry = /sys/firmware/efi/efivars sys/firmware/efi/efivars none bind,optional 0 0\nlxc.mount.entry = /proc/sys/fs/binfmt_misc proc/sys/fs/binfmt_misc none bind,optional 0 0\n",
};

/** Debian 7, LXC 0.8: a bridge of its own, static address, two interfaces. */
export const WHEEZY = `# /var/lib/lxc/mail/config
## Container
lxc.utsname                             = mail
lxc.rootfs                              = /var/lib/lxc/mail/rootfs
lxc.tty                                 = 6
lxc.pts                                 = 1024
## Capabilities
lxc.cap.drop                            = mac_override sys_rawio
lxc.cap.drop                            = sys_time
## Network
lxc.network.type                        = veth
lxc.network.flags                       = up
lxc.network.link                        = br0
lxc.network.name                        = eth0
lxc.network.ipv4                        = 192.168.1.21/24
lxc.network.ipv4.gateway                = 192.168.1.1
lxc.network.veth.pair                   = mail-0
lxc.network.type                        = macvlan
lxc.network.macvlan.mode                = bridge
lxc.network.link                        = eth1
lxc.network.ipv6                        = 2001:db8::21/64
lxc.network.mtu                         = 1400
lxc.mount.entry = /srv/mail /var/lib/lxc/mail/rootfs/srv/mail none defaults,bind 0 0
lxc.mount.entry = tmpfs /tmp tmpfs defaults 0 0
lxc.console = none
lxc.cgroup.memory.limit_in_bytes = 512M
`;

/** Debian 8, LXC 1.1 with systemd inside and LVM behind. */
export const JESSIE = `lxc.rootfs = /dev/vg0/db
lxc.rootfs.backend = lvm
lxc.rootfs.options = noatime
lxc.haltsignal = SIGRTMIN+4
lxc.autodev = 1
lxc.kmsg = 0
lxc.start.auto = 1
lxc.start.delay = 5
lxc.group = onboot db
lxc.mount.auto = proc sys cgroup
lxc.environment = container_ttys=
lxc.hook.pre-start = /usr/local/bin/before "db one"
lxc.aa_profile = lxc-container-default-with-nesting
lxc.network.type = empty
`;
