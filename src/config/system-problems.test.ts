import { expect, test } from "bun:test";
import { problemLines } from "./golden/load.ts";
import { systemProblems } from "./system-problems.ts";
import { systemRows } from "./system.ts";

test("lxc.conf: what LXC passes over is told with its line, all at once", () => {
  const text = "# c\nlxc.lxcpth = /srv\n  lxc.lxcpath =  srv\nlxc.bdev.zfs.root = tank/lxc\nlxc.bdev.lvm.vg = lxc\nlxc.net.0.type = veth\nlxc.bdev\nlxc.default_config =\nignored\nlxc.cgroup.pattern = ../%n\n";
  const wrong = [
    "/etc/lxc/lxc.conf:2:1 warning config.key: 'lxc.lxcpth' is not a system key, the line does nothing; did you mean 'lxc.lxcpath'?",
    "/etc/lxc/lxc.conf:3:18 warning config.value: lxc.lxcpath: 'srv' is not an absolute path; expected an absolute path; begin it with /",
    "/etc/lxc/lxc.conf:6:1 warning config.key: 'lxc.net.0.type' is not a system key, the line does nothing; the keys are lxc.default_config lxc.lxcpath lxc.bdev.lvm.vg lxc.bdev.lvm.thin_pool lxc.bdev.zfs.root lxc.bdev.rbd.rbdpool lxc.bdev.rbd.rbduser lxc.cgroup.pattern lxc.cgroup.use; a container's own keys go into its config, or into lxc.default_config",
    "/etc/lxc/lxc.conf:7:1 warning config.syntax: 'lxc.bdev' has no '='; write KEY = VALUE, or begin the line with # to keep it as a comment",
    "/etc/lxc/lxc.conf:10:22 warning config.value: lxc.cgroup.pattern: '../%n' is not a relative path without ..; expected a relative path without ..",
  ];
  expect(problemLines(systemProblems("/etc/lxc/lxc.conf", text))).toEqual(wrong);
  expect(systemProblems("f", text)[1]?.excerpt).toEqual({ text: "lxc.lxcpath =  srv", start: 15, length: 3 });
});

test("each key takes its own default and a usual value, and has its release", () => {
  for (const { key, grammar, root, since } of systemRows) expect([key, root === undefined || grammar.read(root).ok, /^\d\.\d$/.test(since)]).toEqual([key, true, true]);
  const read = (key: string, value: string): boolean => systemRows.find((row) => row.key === key)?.grammar.read(value).ok ?? false;
  expect([read("lxc.cgroup.pattern", "lxc/%n"), read("lxc.cgroup.pattern", "/lxc"), read("lxc.cgroup.pattern", "a/../b"), read("lxc.cgroup.use", "cpu,name=systemd"), read("lxc.cgroup.use", "cpu memory"), read("lxc.bdev.zfs.root", "tank/lxc"), read("lxc.bdev.zfs.root", "/tank")]).toEqual([true, false, false, true, false, true, false]);
});
