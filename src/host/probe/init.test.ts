import { expect, test } from "bun:test";
import { startTimeOf } from "../store/liveness.ts";
import { cgroupsOf, firstId, probeInit, shellOf } from "./init.ts";

const mountinfo = [
  "31 1 0:1 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids",
  "32 1 0:2 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct",
  "33 1 0:3 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
].join("\n");

test("the container's cgroup is the deepest recorded directory that init is in or below", () => {
  const recorded = ["/sys/fs/cgroup/pids/lxc.monitor.a", "/sys/fs/cgroup/pids/lxc.payload.a", "/sys/fs/cgroup/unified/lxc.payload.a", "/sys/fs/cgroup/unified/lxc.payload.a/inner"];
  const cgroup = "3:pids:/lxc.payload.a\n2:cpu,cpuacct:/\n0::/lxc.payload.a/inner/init.scope\n";
  expect(cgroupsOf(cgroup, mountinfo, recorded).map(({ version, directory }) => [version, directory])).toEqual([
    [1, "/sys/fs/cgroup/pids/lxc.payload.a"], [2, "/sys/fs/cgroup/unified/lxc.payload.a/inner"],
  ]);
});

test("a directory whose name only begins the same is not the container's", () => {
  expect(cgroupsOf("3:pids:/lxc.payload.ab\n", mountinfo, ["/sys/fs/cgroup/pids/lxc.payload.a"])).toEqual([]);
});

test("root of a container: 0 when it is mapped, else the first id inside", () => {
  expect(firstId("         0     100000      65536\n")).toBe(0);
  expect(firstId("      1000       2002          1\n       500       3000          1\n")).toBe(500);
  expect(firstId("")).toBe(0);
});

test("login shell: absolute ones only", () => {
  const passwd = "root:x:0:0:root:/root:/bin/bash\nweb:x:33:33::/:\nodd:x:7:7::/:sh\n";
  expect([shellOf(passwd, 0), shellOf(passwd, 33), shellOf(passwd, 7), shellOf(passwd, 9)]).toEqual(["/bin/bash", undefined, undefined, undefined]);
});

test("a process of the own namespaces has none to join; one that is gone is no init", () => {
  const init = probeInit({ pid: process.pid, startTime: startTimeOf(process.pid) ?? 0, cgroups: [], namespaces: [] });
  expect([init?.namespaces, init?.rootUid, init?.cgroups]).toEqual([[], 0, []]);
  expect(probeInit({ pid: 0x7ffffffe, startTime: 1, cgroups: [], namespaces: [] })).toBeUndefined();
});
