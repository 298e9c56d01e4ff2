// A typo in a value is answered with the word that was meant; what is far off gets the list, or the manual.
import { expect, test } from "bun:test";
import { load } from "./golden/load.ts";
import { nearest } from "./nearest.ts";

const remedyOf = (line: string): string | undefined => {
  const { spec } = load(`${line}\n`);
  return spec.ok ? "taken" : spec.problems[0]?.remedy;
};

test.each([
  ["lxc.cap.drop = mknod sys_tiem", "did you mean 'sys_time'?"],
  ["lxc.cap.keep = CAP_SYS_ADMN", "did you mean 'sys_admin'?"],
  ["lxc.cap.drop = nothing_like_it", "see capabilities(7); write the names without CAP_"],
  ["lxc.net.0.type = vteh", "did you mean 'veth'?"],
  ["lxc.net.0.type = macvlna", "did you mean 'macvlan'?"],
  ["lxc.net.0.type = macvln", "did you mean 'macvlan'?"],
  ["lxc.net.0.type = VETH", "did you mean 'veth'?"],
  ["lxc.mount.auto = proc cgroup:mixd", "did you mean 'cgroup:mixed'?"],
  ["lxc.mount.auto = everything", "use proc, sys, cgroup, cgroup-full, cgroup2 or shmounts:PATH"],
  ["lxc.log.level = DEBG", "did you mean 'DEBUG'?"],
  ["lxc.signal.halt = SIGTREM", "did you mean 'SIGTERM'?"],
  ["lxc.signal.halt = SIGTRM", "did you mean 'SIGTERM'?"],
  ["lxc.signal.halt = TERM", "write SIGTERM"],
  ["lxc.rootfs.path = ovrlay:/a:/b", "did you mean 'overlay'?"],
  ["lxc.arch = amd46", "did you mean 'amd64'?"],
  ["lxc.namespace.clone = nett", "did you mean 'net'?"],
  ["lxc.log.syslog = deamon", "did you mean 'daemon'?"],
  ["lxc.log.syslog = local", "did you mean 'local0'?"],
  ["lxc.autodev = yes", "write 1"],
  ["lxc.autodev = OFF", "write 0"],
  ["lxc.autodev = maybe", undefined],
])("%s: %p", (line, remedy) => { expect(remedyOf(line)).toBe(remedy); });

test("far off is no guess", () => {
  expect(nearest("abcdefgh", ["ijklmnop"])).toBeUndefined();
  expect(nearest("x".repeat(200), ["x".repeat(200)])).toBeUndefined();
});
