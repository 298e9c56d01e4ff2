// A value that the kernel, or the language, refuses: the message names the file and line, the key and the kernel's reason, and
// nothing is left.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, leavePlace, makePlace } from "./place.ts";
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
