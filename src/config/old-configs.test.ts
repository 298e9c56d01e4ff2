// Configs as people had them from 2012 to 2016 load and mean what they meant.
import { expect, test } from "bun:test";
import { mustLoad, problemsOf } from "./golden/load.ts";
import { JESSIE, PRECISE, PRECISE_FSTAB, TRUSTY, TRUSTY_FILES, WHEEZY } from "./golden/old-configs.ts";

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

test("Ubuntu 14.04 unprivileged: what userns.conf empties stays empty", () => {
  const { spec } = mustLoad(TRUSTY, TRUSTY_FILES);
  expect(spec.idmap.map((entry) => entry.value)).toEqual([{ kind: "u", inside: 0, outside: 100000, count: 65536 }, { kind: "g", inside: 0, outside: 100000, count: 65536 }]);
  expect([spec.cgroup.v1, spec.security.capDrop, spec.ttyDir]).toEqual([[], [], undefined]);
  expect(spec.autoMounts).toMatchObject({ proc: { mode: "mixed" }, sys: { mode: "rw" }, cgroup: { mode: "mixed", isFull: false } });
  expect(spec.mounts.map((mount) => [mount.target, mount.isOptional])).toEqual([["sys/fs/fuse/connections", true], ["sys/firmware/efi/efivars", true], ["proc/sys/fs/binfmt_misc", true]]);
  expect(spec.nics[0]?.hwaddr).toMatch(/^00:16:3e:[0-9a-f:]{8}$/);
  expect(spec.hooks.clone?.map((hook) => hook.value)).toEqual(["/usr/share/lxc/hooks/clonehostname"]);
});

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
