// A value that the kernel, or the language, refuses: the message names the file and line, the key and the kernel's reason, and
// nothing is left.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, DIST, leavePlace, makePlace } from "./place.ts";
import type { Place } from "./place.ts";
import { leaksAtLast, snapshot } from "./leaks.ts";

let place: Place;
beforeAll(() => {
  place = makePlace("root-owned");
  create(place);
});
afterAll(async () => {
  berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
});

test.each([
  ["lxc.sysctl.kernel.nosuch", "1", "no such file or directory"],
  ["lxc.sysctl.net.ipv4.ip_forward", "banana", "invalid argument"],
  ["lxc.proc.oom_score_adj", "5000", "invalid argument"],
  ["lxc.proc.nosuch", "1", "no such file or directory"],
  ["lxc.prlimit.nofile", "9999999999", "operation not permitted"],
  ["lxc.prlimit.nosuch", "1", "'nosuch' is not a resource"],
  ["lxc.cgroup.memory.limit_in_bytes", "banana", "invalid argument"],
  ["lxc.idmap", "u 0 4294967290 65536", "the last possible id"],
  ["lxc.mount.entry", "none mnt nosuchfs defaults 0 0", "no such device"],
  ["lxc.mount.entry", "tmpfs mnt tmpfs size=banana 0 0", "Bad value for 'size'"],
  ["lxc.mount.entry", "/nosuch mnt none bind 0 0", "no such file or directory"],
  ["lxc.mount.fstab", "/nosuch", "'/nosuch' does not exist"],
  ["lxc.time.offset.boot", "-99999999s", "result too large"],
  ["lxc.namespace.share.net", "/etc/passwd", "neither a running container"],
  ["lxc.namespace.share.net", "/proc/self/ns/nosuch", "neither a running container"],
  ["lxc.cap.drop", "nosuch", "'nosuch' is not a capability"],
  ["lxc.seccomp.profile", "/nosuch", "'/nosuch' does not exist"],
  ["lxc.console.path", "/nosuch/dir/tty", "no such file or directory"],
  ["lxc.net.0.hwaddr", "zz", "'zz' is not a hardware address"],
  ["lxc.init.cwd", "/proc/nosuch/x", "no such file or directory"],
  ["lxc.uts.name", "a".repeat(81), "at most 64"],
  ["lxc.hook.mount", "/nosuch", "the program was not found"],
  ["lxc.apparmor.profile", "mine", "runs no AppArmor"],
  ["lxc.selinux.context", "a:b:c:s0", "runs no SELinux"],
  ["lxc.cgroup.dir", "../../x", "contains '..'"],
  ["lxc.tty.max", "999999", "more than 1024"],
  ["lxc.signal.halt", "SIGNOSUCH", "'SIGNOSUCH' is not a signal"],
  ["lxc.console.logfile", "/nosuch/dir/log", "no such file or directory"],
  ["lxc.console.logfile", "/etc", "is a directory"],
  ["lxc.console.path", "/etc", "is a directory"],
  ["lxc.console.buffer.size", "99999999999999999999", "is not a size"],
  ["lxc.console.size", "-1", "is not a size"],
  ["lxc.init.groups", "70000", "70000 of lxc.init.groups is not mapped"],
  ["lxc.init.uid", "70000", "is not mapped"],
  ["lxc.init.gid", "70000", "is not mapped"],
  ["lxc.init.cmd", "/nosuch", "no such file or directory"],
  ["lxc.init.cmd", "/etc", "permission denied"],
  ["lxc.namespace.keep", "user", "cannot be used together with lxc.idmap"],
  ["lxc.namespace.keep", "nosuch", "'nosuch' is not a namespace"],
  ["lxc.proc.setgroups", "zz", "cannot write to"],
  ["lxc.proc.coredump_filter", "zz", "invalid argument"],
  ["lxc.proc.timens_offsets", "zz", "invalid argument"],
  ["lxc.prlimit.nofile", "banana", "'banana' is not a number"],
  ["lxc.sysctl.net.core.somaxconn", "-5", "invalid argument"],
  ["lxc.time.offset.monotonic", "-99999999s", "result too large"],
  ["lxc.pty.max", "99999999", "max out of range"],
  ["lxc.rootfs.options", "idmap=nosuch", "neither 'container' nor the path"],
  ["lxc.rootfs.path", "/nosuch", "does not exist or cannot be reached"],
  ["lxc.rootfs.path", "overlay:/nosuch:/x", "the layer '/nosuch' is missing"],
  ["lxc.rootfs.path", "loop:/etc/passwd", "no known file system"],
  ["lxc.net.0.name", "a".repeat(29), "at most 15"],
  ["lxc.net.0.ipv4.address", "300.1.1.1", "is not an IPv4 address"],
  ["lxc.net.0.ipv4.gateway", "x", "is not an IPv4 address"],
  ["lxc.net.0.ipv6.address", "fe80::g", "is not an IPv6 address"],
  ["lxc.net.0.vlan.id", "9999", "more than 4095"],
  ["lxc.mount.auto", "nosuch", "'nosuch' is nothing that can be mounted"],
  ["lxc.mount.entry", "/etc", "at least SOURCE TARGET TYPE"],
  ["lxc.hook.pre-start", "/etc", "may not be executed"],
  ["lxc.arch", "nosuch", "is not an architecture"],
  ["lxc.selinux.context.keyring", "a:b:c:s0", "runs no SELinux"],
  ["lxc.seccomp.notify.proxy", "/run/x", "does not start with unix:/"],
  ["lxc.monitor.signal.pdeath", "99", "'99' is not a signal"],
  ["lxc.log.level", "99", "is not a log level"],
  ["lxc.keyring.session", "x", "is not 0 or 1"],
])("%s = %s", async (key, value, reason) => {
  const config = join(place.lxcpath, place.name, "config");
  const text = readFileSync(config, "utf8");
  const before = snapshot(place.watch);
  appendFileSync(config, `${key} = ${value}\n`);
  const ran = berth(place, "lxc-start", ["-n", place.name, "-d"]);
  writeFileSync(config, text);
  expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 1, stderr: ran.stderr });
  for (const word of [`config:${text.split("\n").length}`, key, reason]) expect(ran.stderr).toContain(word);
  expect(await leaksAtLast(before, place.watch)).toEqual([]);
});

// what is no reason not to start is warned of, with its line
test.each([
  ["lxc.rootfs.options", "nosuch", "'nosuch' of lxc.rootfs.options has no effect"],
  ["lxc.cgroup2.nosuch.max", "1", "has no effect here"],
  ["lxc.cgroup.nosuch.file", "1", "has no effect here"],
])("a warning: %s = %s", (key, value, reason) => {
  const config = join(place.lxcpath, place.name, "config");
  const text = readFileSync(config, "utf8");
  appendFileSync(config, `${key} = ${value}\n`);
  const ran = berth(place, "lxc-start", ["-n", place.name, "-d"]);
  writeFileSync(config, text);
  berth(place, "lxc-stop", ["-n", place.name, "-k"]);
  expect(ran.status).toBe(0);
  for (const word of [`config:${text.split("\n").length}`, key, reason]) expect(ran.stderr).toContain(word);
});

test("the host's name is not the container's to set: not where its uts namespace is the host's", () => {
  const config = join(place.lxcpath, place.name, "config");
  const text = readFileSync(config, "utf8");
  writeFileSync(config, `${text.replaceAll(/^lxc\.idmap.*\n/gm, "")}lxc.namespace.keep = uts\nlxc.uts.name = inner\n`);
  const line = `hostname outer; ${join(DIST, "bin/lxc-start")} -P ${place.lxcpath} -n ${place.name} -d -- /bin/sleep 1000; hostname; ${join(DIST, "bin/lxc-stop")} -P ${place.lxcpath} -n ${place.name} -k`;
  const { stdout, stderr } = spawnSync("unshare", ["--uts", "sh", "-c", line], { encoding: "utf8" });
  writeFileSync(config, text);
  expect(stdout).toBe("outer\n");
  expect(stderr).toContain("the host name 'inner' is not set");
});
