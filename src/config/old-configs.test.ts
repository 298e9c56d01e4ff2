// Configs as people had them from 2012 to 2016, written here in the manner of those years: they load and mean
// what they meant.
import { expect, test } from "bun:test";
import { mustLoad, problemsOf } from "./golden/load.ts";

/** Ubuntu 12.04, LXC 0.7.5: one flat file, fstab beside it, absolute targets. */
const PRECISE = `lxc.network.type=veth
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
const PRECISE_FSTAB = `proc            proc         proc    nodev,noexec,nosuid 0 0
sysfs           sys          sysfs defaults  0 0
/srv/data       /var/lib/lxc/web/rootfs/srv/data  none  bind  0 0
/home/ann/my\\040files  home/ann/my\\040files  none  bind,ro 0 0
`;

test("Ubuntu 12.04: veth on lxcbr0, fstab with absolute targets", () => {
  const { spec, warnings } = mustLoad(PRECISE, { "/var/lib/lxc/web/fstab": PRECISE_FSTAB });
  expect(spec.nics).toMatchObject([{ type: "veth", link: "lxcbr0", isUp: true, hwaddr: "00:16:3e:51:0a:11" }]);
  expect([spec.hostname?.value, spec.ttyDir?.value, spec.ttyMax.value, spec.ptyMax.value, spec.arch?.value]).toEqual(["web", "lxc", 4, 1024, "amd64"]);
  expect(spec.rootfs).toMatchObject({ type: "dir", path: "/var/lib/lxc/web/rootfs" });
  expect(spec.mounts.map((mount) => [mount.source, mount.target, mount.options.join()])).toEqual([
    ["proc", "proc", "nodev,noexec,nosuid"], ["sysfs", "sys", "defaults"], ["/srv/data", "srv/data", "bind"], ["/home/ann/my files", "home/ann/my files", "bind,ro"],
  ]);
  expect(spec.mounts[2]?.from).toEqual({ kind: "config", file: "/var/lib/lxc/web/fstab", line: 3, column: 1, key: "lxc.mount.fstab" });
  expect(spec.cgroup.v1.map(({ value }) => `${value.file} ${value.value}`)).toEqual(["devices.deny a", "devices.allow c *:* m", "devices.allow b *:* m", "devices.allow c 1:3 rwm", "devices.allow c 254:0 rwm"]);
  expect(spec.security.capDrop.map((name) => name.value)).toEqual(["sys_module", "mac_admin"]);
  expect(warnings.length).toBe(11);
  expect(warnings.every((warning) => warning.code === "config.legacy" && warning.at?.file === "config")).toBe(true);
});

/** Ubuntu 14.04, LXC 1.0: unprivileged, made by the download template. */
const TRUSTY = `# Template used to create this container: /usr/share/lxc/templates/lxc-download
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
const TRUSTY_FILES = {
  "/usr/share/lxc/config/ubuntu.common.conf": "lxc.devttydir = lxc\nlxc.tty = 4\nlxc.pts = 1024\nlxc.mount.auto = cgroup:mixed proc:mixed sys:mixed\nlxc.mount.entry = /sys/fs/fuse/connections sys/fs/fuse/connections none bind,optional 0 0\nlxc.cap.drop = mac_admin mac_override sys_time sys_module\nlxc.cgroup.devices.deny = a\nlxc.cgroup.devices.allow = c *:* m\nlxc.seccomp = /usr/share/lxc/config/common.seccomp\nlxc.hook.clone = /usr/share/lxc/hooks/clonehostname\n",
  "/usr/share/lxc/config/ubuntu.userns.conf": "lxc.cgroup.devices.deny =\nlxc.cgroup.devices.allow =\nlxc.devttydir =\nlxc.cap.drop =\nlxc.mount.auto = sys:rw\nlxc.mount.entry = /sys/firmware/efi/efivars sys/firmware/efi/efivars none bind,optional 0 0\nlxc.mount.entry = /proc/sys/fs/binfmt_misc proc/sys/fs/binfmt_misc none bind,optional 0 0\n",
};

test("Ubuntu 14.04 unprivileged: what userns.conf empties stays empty", () => {
  const { spec } = mustLoad(TRUSTY, TRUSTY_FILES);
  expect(spec.idmap.map((entry) => entry.value)).toEqual([{ kind: "u", inside: 0, outside: 100000, count: 65536 }, { kind: "g", inside: 0, outside: 100000, count: 65536 }]);
  expect([spec.cgroup.v1, spec.security.capDrop, spec.ttyDir]).toEqual([[], [], undefined]);
  expect(spec.autoMounts).toMatchObject({ proc: { mode: "mixed" }, sys: { mode: "rw" }, cgroup: { mode: "mixed", isFull: false } });
  expect(spec.mounts.map((mount) => [mount.target, mount.isOptional])).toEqual([["sys/fs/fuse/connections", true], ["sys/firmware/efi/efivars", true], ["proc/sys/fs/binfmt_misc", true]]);
  expect(spec.nics[0]?.hwaddr).toMatch(/^00:16:3e:[0-9a-f:]{8}$/);
  expect(spec.hooks.clone?.map((hook) => hook.value)).toEqual(["/usr/share/lxc/hooks/clonehostname"]);
});

/** Debian 7, LXC 0.8: a bridge of its own, static address, two interfaces. */
const WHEEZY = `# /var/lib/lxc/mail/config
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

test("Debian 7: two interfaces, a target outside the root is skipped as LXC skipped it", () => {
  const { spec, warnings } = mustLoad(WHEEZY.replaceAll("/var/lib/lxc/mail", "/var/lib/lxc/web"));
  expect(spec.nics).toMatchObject([
    { index: 0, type: "veth", link: "br0", name: "eth0", vethPair: "mail-0", ipv4Gateway: "192.168.1.1", ipv4: [{ address: "192.168.1.21", prefix: 24 }] },
    { index: 1, type: "macvlan", link: "eth1", mtu: 1400, isUp: false, other: { "macvlan.mode": "bridge" }, ipv6: [{ address: "2001:db8::21", prefix: 64 }] },
  ]);
  expect(spec.security.capDrop.map((name) => name.value)).toEqual(["mac_override", "sys_rawio", "sys_time"]);
  expect(spec.mounts.map((mount) => mount.target)).toEqual(["srv/mail"]);
  expect(spec.console.path?.value).toBe("none");
  expect(warnings.filter((warning) => warning.code === "mount.target").map((warning) => [warning.at?.line, warning.text])).toEqual([
    [24, "target '/tmp' is not inside the container's root '/var/lib/lxc/web/rootfs', the mount is left out"],
  ]);
});

/** Debian 8, LXC 1.1 with systemd inside and LVM behind. */
const JESSIE = `lxc.rootfs = /dev/vg0/db
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

test("Debian 8: LVM, halt signal of systemd, cgroup without a mode", () => {
  const { spec } = mustLoad(JESSIE);
  expect(spec.rootfs).toMatchObject({ type: "lvm", path: "/dev/vg0/db", options: ["noatime"] });
  expect([spec.signals.halt?.value, spec.start, spec.groups]).toEqual([38, { isAuto: true, delay: 5, order: 0 }, ["onboot", "db"]]);
  expect(spec.autoMounts.cgroup?.mode).toBe("rw");
  expect(mustLoad(`${JESSIE}lxc.cap.drop = sys_admin\n`).spec.autoMounts.cgroup?.mode).toBe("mixed");
  expect(spec.hooks["pre-start"]?.[0]?.value).toBe('/usr/local/bin/before "db one"');
  expect(spec.environment[0]?.value).toBe("container_ttys=");
});

test("a config of today, as a Debian 12 template writes it, has no warning", () => {
  const text = 'lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.flags = up\nlxc.apparmor.profile = generated\nlxc.apparmor.allow_nesting = 1\nlxc.rootfs.path = dir:/var/lib/lxc/web/rootfs\nlxc.signal.halt = SIGUSR1\nlxc.signal.reboot = SIGTERM\nlxc.uts.name = "web"\nlxc.autodev = 1\nlxc.tty.max = 5\nlxc.pty.max = 1\nlxc.cap.drop = sys_module mac_admin mac_override sys_time\nlxc.mount.auto = cgroup:mixed proc:mixed sys:ro\nlxc.mount.entry = shm dev/shm tmpfs defaults,create=dir 0 0\nlxc.mount.entry = /lib lib none ro,bind 0 0\n';
  expect(problemsOf(text)).toEqual([]);
  expect(mustLoad(text).spec).toMatchObject({ hostname: { value: "web" }, signals: { halt: { value: 10 }, reboot: { value: 15 } }, rootfs: { type: "dir", path: "/var/lib/lxc/web/rootfs" } });
});
