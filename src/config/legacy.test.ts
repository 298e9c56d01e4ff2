// Names of LXC 0.7 to 2.x: each loads, means what it meant, and is warned about once with file, line, old and new name.
import { expect, test } from "bun:test";
import { mustLoad, problemsOf } from "./golden/load.ts";
import { getItem } from "./index.ts";
import { legacyKey } from "./legacy.ts";
import { findKey, rows } from "./table.ts";

/** The 55 keys of LXC 1.0.11, the 31 of 0.8 and the 42 aliases of 2.1 among them: old line, present key, its value. */
const OLD: readonly (readonly [string, string, string])[] = [
  ["lxc.utsname = web", "lxc.uts.name", "web"],
  ["lxc.tty = 4", "lxc.tty.max", "4"],
  ["lxc.pts = 1024", "lxc.pty.max", "1024"],
  ["lxc.devttydir = lxc", "lxc.tty.dir", "lxc"],
  ["lxc.console = none", "lxc.console.path", "none"],
  ["lxc.aa_profile = unconfined", "lxc.apparmor.profile", "unconfined"],
  ["lxc.aa_allow_incomplete = 1", "lxc.apparmor.allow_incomplete", "1"],
  ["lxc.se_context = a_t", "lxc.selinux.context", "a_t"],
  ["lxc.seccomp = /etc/lxc/x", "lxc.seccomp.profile", "/etc/lxc/x"],
  ["lxc.mount = /etc/lxc/fstab", "lxc.mount.fstab", "/etc/lxc/fstab"],
  ["lxc.rootfs = /srv/web", "lxc.rootfs.path", "/srv/web"],
  ["lxc.id_map = u 0 100000 65536", "lxc.idmap", "u 0 100000 65536"],
  ["lxc.haltsignal = SIGRTMIN+3", "lxc.signal.halt", "37"],
  ["lxc.rebootsignal = SIGTERM", "lxc.signal.reboot", "15"],
  ["lxc.stopsignal = SIGKILL", "lxc.signal.stop", "9"],
  ["lxc.init_cmd = /sbin/init x", "lxc.init.cmd", "/sbin/init x"],
  ["lxc.init_uid = 1000", "lxc.init.uid", "1000"],
  ["lxc.init_gid = 1000", "lxc.init.gid", "1000"],
  ["lxc.logfile = /var/log/x", "lxc.log.file", "/var/log/x"],
  ["lxc.loglevel = 1", "lxc.log.level", "DEBUG"],
  ["lxc.syslog = daemon", "lxc.log.syslog", "daemon"],
  ["lxc.limit.nofile = 1000:2000", "lxc.prlimit.nofile", "1000:2000"],
];
const files = { "/etc/lxc/fstab": "" };

test.each(OLD)("%s is %s", (line, key, value) => {
  const { spec, syntax } = mustLoad(`\n${line}\n`, files);
  expect(getItem(spec, syntax, key)).toBe(value);
  const old = line.split(" = ")[0] ?? "";
  expect(problemsOf(`\n${line}\n`, files)).toEqual([`config:2:1 warning config.legacy: ${old} is the name of LXC 2 and older, it is ${key} now; write '${key} = ${line.slice(old.length + 3)}'`]);
});

/** Sub-keys of lxc.network, in both forms, for an interface of a type. */
const OLD_NET: readonly (readonly [string, string, string, string])[] = [
  ["veth", "flags = up", "flags", "up"], ["veth", "link = br0", "link", "br0"], ["veth", "name = eth0", "name", "eth0"],
  ["veth", "hwaddr = 00:16:3e:00:00:01", "hwaddr", "00:16:3e:00:00:01"], ["veth", "mtu = 1400", "mtu", "1400"],
  ["veth", "ipv4 = 10.0.3.5/24 10.0.3.255", "ipv4.address", "10.0.3.5/24"], ["veth", "ipv4.gateway = auto", "ipv4.gateway", "auto"],
  ["veth", "ipv6 = fd00::5", "ipv6.address", "fd00::5/64"], ["veth", "ipv6.gateway = fd00::1", "ipv6.gateway", "fd00::1"],
  ["veth", "script.up = /a", "script.up", "/a"], ["veth", "script.down = /a", "script.down", "/a"], ["veth", "lxcscript.up = /a", "script.up", "/a"],
  ["veth", "veth.pair = vethx", "veth.pair", "vethx"], ["macvlan", "macvlan.mode = bridge", "macvlan.mode", "bridge"], ["vlan", "vlan.id = 10", "vlan.id", "10"],
];
test.each(OLD_NET)("%s: lxc.network.%s, with and without a number", (type, line, sub, value) => {
  const bare = mustLoad(`lxc.network.type = ${type}\nlxc.network.${line}\n`);
  expect(getItem(bare.spec, bare.syntax, `lxc.net.0.${sub}`)).toBe(value);
  expect(bare.warnings.map((warning) => warning.code)).toEqual(["config.legacy", "config.legacy"]);
  const numbered = mustLoad(`lxc.network.0.type = ${type}\nlxc.network.0.${line}\n`);
  expect(getItem(numbered.spec, numbered.syntax, `lxc.net.0.${sub}`)).toBe(value);
});

test("each bare lxc.network.type begins the next interface", () => {
  const text = "lxc.network.type = veth\nlxc.network.link = br0\nlxc.network.type = macvlan\nlxc.network.link = eth0\nlxc.network.type = empty\n";
  expect(mustLoad(text).spec.nics.map((nic) => [nic.index, nic.type, nic.link])).toEqual([[0, "veth", "br0"], [1, "macvlan", "eth0"], [2, "empty", undefined]]);
});

test("old interfaces come after new ones of an included file, and both can be cleared", () => {
  const included = { "/etc/lxc/default.conf": "lxc.net.0.type = empty\n" };
  expect(mustLoad("lxc.include = /etc/lxc/default.conf\nlxc.network.type = veth\nlxc.network.link = br0\n", included).spec.nics.map((nic) => [nic.index, nic.type])).toEqual([[0, "empty"], [1, "veth"]]);
  for (const clear of ["lxc.network =", "lxc.network.type =", "lxc.net ="]) {
    const { spec } = mustLoad(`lxc.include = /etc/lxc/default.conf\nlxc.network.type = vlan\n${clear}\nlxc.network.type = veth\n`, included);
    expect([clear, spec.nics.map((nic) => [nic.index, nic.type])]).toEqual([clear, [[0, "veth"]]]);
  }
});

test("a line of lxc.network before any type is refused", () => {
  expect(problemsOf("lxc.network.link = br0\n")).toEqual(["config:1:1 error config.conflict: lxc.network.link stands before the first lxc.network.type; put a line 'lxc.network.type = …' first, or write lxc.net.0.link"]);
});

test("keys without a successor do nothing and say so", () => {
  expect(problemsOf("lxc.kmsg = 0\nlxc.pivotdir = lxc_putold\nlxc.network.lxcscript.none = /a\n")).toEqual([
    "config:1:1 warning config.legacy: lxc.kmsg is not a key any more: with 1, /dev/kmsg became a link to the console; no such link is made any more, as 0 wanted it; remove the line",
    "config:2:1 warning config.legacy: lxc.pivotdir is not a key any more: the old root is not mounted inside any more while the container starts; remove the line",
    "config:3:1 warning config.legacy: lxc.network.lxcscript.none is not a key any more: LXC does not know this script; remove the line",
  ]);
});

test("the kind of storage moves in front of the path", () => {
  expect(mustLoad("lxc.rootfs = /dev/vg/web\nlxc.rootfs.backend = lvm\n").spec.rootfs).toMatchObject({ type: "lvm", path: "/dev/vg/web" });
  expect(mustLoad("lxc.rootfs.backend = dir\nlxc.rootfs = /srv/web\n").spec.rootfs).toMatchObject({ type: "dir", path: "/srv/web" });
  expect(mustLoad("lxc.rootfs = overlayfs:/a:/b\nlxc.rootfs.backend = overlayfs\n").spec.rootfs).toMatchObject({ type: "overlay", path: "/a:/b" });
  expect(problemsOf("lxc.rootfs = /a\nlxc.rootfs.backend = ext4\n").filter((line) => line.includes("error"))).toEqual([
    "config:1:1 error config.value: lxc.rootfs.backend: 'ext4' is not a kind of storage; use one of aufs btrfs dir loop lvm nbd overlay overlayfs rbd zfs, or a path that starts with '/'",
  ]);
});

test("a wrong value of an old key names the old key's line and the new key's rules", () => {
  expect(problemsOf("lxc.tty = many\n")).toEqual([
    "config:1:11 error config.value: lxc.tty: 'many' is not a number; expected a number from 0 to 1024",
    "config:1:1 warning config.legacy: lxc.tty is the name of LXC 2 and older, it is lxc.tty.max now; write 'lxc.tty.max = many'",
  ]);
});

test("no legacy name is also a present one, all lead somewhere", () => {
  for (const name of rows.flatMap((row) => row.legacy)) {
    const whole = name.replace("*", "nofile");
    expect([whole, findKey(whole)?.row.key]).toEqual([whole, undefined]);
    expect(legacyKey(whole)).toBeDefined();
  }
  for (const none of ["lxc.uts.name", "lxc.network.", "lxc.network.x", "lxc.network.0.x", "lxc.networks", "lxc.limits", "uts"]) expect([none, legacyKey(none)]).toEqual([none, undefined]);
});

test("an old line that would be no key today is refused, not lost", () => {
  expect(problemsOf("lxc.network.999999999.type = veth\nlxc.network.type = veth\n").filter((line) => line.includes("error"))).toEqual([
    "config:2:1 error config.key: 'lxc.network.type' would be 'lxc.net.1000000000.type' now, and that is no key; see lxc.container.conf(5) for the keys",
  ]);
});
