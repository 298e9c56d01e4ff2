// Limits for the version of cgroups that a host has not: translated both ways, one warning each, never both forms.
import { expect, test } from "bun:test";
import { at, factsOf, specOf, unified, userFacts, v1, v2 } from "../../../test/golden/fixtures.ts";
import type { HostFacts } from "../../model/facts.ts";
import { hostLimits } from "./host-limits.ts";

const ALL = ["memory", "cpu", "cpuset", "pids", "blkio", "devices", "freezer", "hugetlb", "rdma", "misc"];
const onV1: HostFacts["cgroups"] = { layout: "v1", self: "", hierarchies: ALL.map((name) => v1(name)) };
const onHybrid: HostFacts["cgroups"] = { layout: "hybrid", self: "", hierarchies: [...onV1.hierarchies, v2({ controllers: [] })] };
const onV2: HostFacts["cgroups"] = { ...unified, hierarchies: [v2({ controllers: ["memory", "cpu", "cpuset", "pids", "io", "hugetlb", "rdma", "misc"] })] };

function limitsOn(cgroups: HostFacts["cgroups"], lines: readonly string[], facts = factsOf({ cgroups })) {
  const limits = lines.map((text, index) => {
    const [, key = "", file = "", value = ""] = /^(lxc\.cgroup2?)\.(\S+) = (.*)$/.exec(text) ?? [];
    return { isV2: key === "lxc.cgroup2", limit: at({ file, value }, index + 1, `${key}.${file}`) };
  });
  const pick = (isV2: boolean) => limits.filter((one) => one.isV2 === isV2).map(({ limit }) => limit);
  const { spec, problems } = hostLimits(specOf({ cgroup: { isRelative: false, v1: pick(false), v2: pick(true) } }), facts);
  const shown = (side: typeof spec.cgroup.v1): readonly string[] => side.map(({ value, from }) => `${value.file} = ${value.value} <${from.line ?? 0}>`);
  return { v1: shown(spec.cgroup.v1), v2: shown(spec.cgroup.v2), problems: problems.map(({ at: from, text, code }) => `${from?.line ?? 0} ${code} ${text}`), causes: problems.map(({ cause }) => cause) };
}

/** A line of v1 and what it is in v2. */
const TO_V2: readonly (readonly [string, string])[] = [
  ["memory.limit_in_bytes = 512M", "memory.max = 512M"], ["memory.limit_in_bytes = -1", "memory.max = max"], ["memory.limit_in_bytes = 536870912", "memory.max = 536870912"],
  ["memory.soft_limit_in_bytes = 256M", "memory.low = 256M"], ["memory.soft_limit_in_bytes = -1", "memory.low = 0"], ["memory.memsw.limit_in_bytes = -1", "memory.swap.max = max"],
  ["cpu.shares = 1024", "cpu.weight = 100"], ["cpu.shares = 512", "cpu.weight = 50"], ["cpu.cfs_quota_us = 50000", "cpu.max = 50000"], ["cpu.cfs_quota_us = -1", "cpu.max = max"], ["cpu.cfs_period_us = 50000", "cpu.max = max 50000"],
  ["cpu.cfs_burst_us = 100", "cpu.max.burst = 100"], ["cpuset.cpus = 0-3,7", "cpuset.cpus = 0-3,7"], ["cpuset.mems = 0", "cpuset.mems = 0"], ["pids.max = max", "pids.max = max"], ["freezer.state = FROZEN", "cgroup.freeze = 1"],
  ["blkio.throttle.read_bps_device = 8:0 1048576", "io.max = 8:0 rbps=1048576"], ["blkio.throttle.write_iops_device = 8:0 0", "io.max = 8:0 wiops=max"],
  ["hugetlb.2MB.limit_in_bytes = -1", "hugetlb.2MB.max = max"], ["hugetlb.1GB.rsvd.limit_in_bytes = 1G", "hugetlb.1GB.rsvd.max = 1G"], ["rdma.max = mlx5_0 hca_handle=2", "rdma.max = mlx5_0 hca_handle=2"],
  ["blkio.weight_device = 8:0 250", "io.weight = 8:0 50"], ["blkio.bfq.weight = 50", "io.bfq.weight = 50"],
];
test.each(TO_V2)("v2 host: lxc.cgroup.%s is %s", (old, fresh) => {
  const { v1: left, v2: limits, problems } = limitsOn(onV2, [`lxc.cgroup.${old}`]);
  expect([left, limits]).toEqual([[], [`${fresh} <1>`]]);
  expect(problems).toEqual([`1 cgroup.translated lxc.cgroup.${old} is applied as lxc.cgroup2.${fresh}`]);
});

const TO_V1: readonly (readonly [string, ...string[]])[] = [
  ["memory.max = 1G", "memory.limit_in_bytes = 1G"], ["memory.max = max", "memory.limit_in_bytes = -1"], ["memory.low = 1G", "memory.soft_limit_in_bytes = 1G"], ["memory.low = 0", "memory.soft_limit_in_bytes = -1"], ["memory.swap.max = max", "memory.memsw.limit_in_bytes = -1"],
  ["cpu.weight = 50", "cpu.shares = 512"], ["cpu.weight.nice = 5", "cpu.shares = 335"], ["cpu.max = 20000 100000", "cpu.cfs_period_us = 100000", "cpu.cfs_quota_us = 20000"], ["cpu.max = max", "cpu.cfs_quota_us = -1"],
  ["cpuset.cpus = 1", "cpuset.cpus = 1"], ["pids.max = 100", "pids.max = 100"], ["cgroup.freeze = 0", "freezer.state = THAWED"], ["hugetlb.2MB.max = max", "hugetlb.2MB.limit_in_bytes = -1"],
  ["io.max = 8:0 rbps=1 wiops=max", "blkio.throttle.read_bps_device = 8:0 1", "blkio.throttle.write_iops_device = 8:0 0"],
  ["io.weight = default 200", "blkio.bfq.weight = 109"], ["io.weight = 8:0 100", "blkio.bfq.weight_device = 8:0 100"], ["io.prio.class = idle", "blkio.prio.class = idle"],
];
test.each(TO_V1)("v1 host: lxc.cgroup2.%s", (line, ...fresh) => {
  const { v1: limits, v2: left, problems } = limitsOn(onV1, [`lxc.cgroup2.${line}`]);
  expect([left, limits]).toEqual([[], fresh.map((text) => `${text} <1>`)]);
  expect(problems).toEqual([`1 cgroup.translated lxc.cgroup2.${line} is applied as ${fresh.map((text) => `lxc.cgroup.${text}`).join(" and ")}`]);
});

test("memory and swap together, and apart", () => {
  expect(limitsOn(onV2, ["lxc.cgroup.memory.memsw.limit_in_bytes = 3G", "lxc.cgroup.memory.limit_in_bytes = 1G"]).v2).toEqual(["memory.swap.max = 2147483648 <1>", "memory.max = 1G <2>"]);
  expect(limitsOn(onV1, ["lxc.cgroup2.memory.max = 1G", "lxc.cgroup2.memory.swap.max = 0"]).v1).toEqual(["memory.limit_in_bytes = 1G <1>", "memory.memsw.limit_in_bytes = 1073741824 <2>"]);
  expect(limitsOn(onV2, ["lxc.cgroup.memory.memsw.limit_in_bytes = 3G"]).problems).toEqual(["1 cgroup.limit lxc.cgroup.memory.memsw.limit_in_bytes = 3G has no effect here"]);
  expect(limitsOn(onV2, ["lxc.cgroup.memory.limit_in_bytes = 4G", "lxc.cgroup.memory.memsw.limit_in_bytes = 3G"]).causes[1]).toContain("below the limit of memory");
});

test("quota and period are one file in v2: written once, each line warned about", () => {
  const { v2: limits, problems } = limitsOn(onV2, ["lxc.cgroup.cpu.cfs_period_us = 50000", "lxc.cgroup.cpu.cfs_quota_us = 25000"]);
  expect(limits).toEqual(["cpu.max = 25000 50000 <1>"]);
  expect(problems.length).toBe(2);
});

test("what a config says for both versions is taken as it is, without a word", () => {
  const lines = ["lxc.cgroup.memory.limit_in_bytes = 1G", "lxc.cgroup2.memory.max = 2G", "lxc.cgroup.cpu.cfs_quota_us = 5000", "lxc.cgroup2.cpu.max = 7000 100000", "lxc.cgroup.devices.deny = a", "lxc.cgroup2.devices.deny = a", "lxc.cgroup2.devices.allow = c 1:3 rwm"];
  expect(limitsOn(onV2, lines)).toEqual({ v1: [], v2: ["memory.max = 2G <2>", "cpu.max = 7000 100000 <4>", "devices.deny = a <6>", "devices.allow = c 1:3 rwm <7>"], problems: [], causes: [] });
  for (const host of [onV1, onHybrid]) expect(limitsOn(host, lines)).toEqual({ v1: ["memory.limit_in_bytes = 1G <1>", "cpu.cfs_quota_us = 5000 <3>", "devices.deny = a <5>"], v2: [], problems: [], causes: [] });
});

test("device rules: one warning for all of them; the other version's beginning comes first", () => {
  const rules = ["devices.allow = c 1:3 rwm", "devices.allow = c 5:* rw"];
  const onUnified = limitsOn(onV2, rules.map((rule) => `lxc.cgroup.${rule}`));
  expect(onUnified.v2).toEqual(["devices.allow = a <1>", "devices.allow = c 1:3 rwm <1>", "devices.allow = c 5:* rw <2>"]);
  expect(onUnified.problems).toEqual(["1 cgroup.translated lxc.cgroup.devices.allow = c 1:3 rwm is applied as lxc.cgroup2.devices.allow = c 1:3 rwm, and so is the device rule after it"]);
  for (const host of [onV1, onHybrid]) expect(limitsOn(host, rules.map((rule) => `lxc.cgroup2.${rule}`)).v1).toEqual(["devices.deny = a <1>", "devices.allow = c 1:3 rwm <1>", "devices.allow = c 5:* rw <2>"]);
  expect(limitsOn(onV1, ["lxc.cgroup2.devices.deny = a", "lxc.cgroup2.devices.allow = nothing"]).problems[0]).toBe("2 config.value 'nothing' is not a device rule");
  expect(limitsOn(onV2, ["lxc.cgroup.devices.deny = a"], userFacts({ cgroups: onV2 }))).toMatchObject({ v1: ["devices.deny = a <1>"], v2: [], problems: [] });
});

test.each([
  ["lxc.cgroup.memory.swappiness = 10", "'memory' is not in cgroup v1 on this host, and v2 has no swappiness of a single cgroup"],
  ["lxc.cgroup.memory.kmem.limit_in_bytes = 1G", "'memory' is not in cgroup v1 on this host, and v2 counts the kernel's memory in memory.max"],
  ["lxc.cgroup.net_cls.classid = 1", "'net_cls' is not in cgroup v1 on this host, and v2 does not mark packets; a firewall rule can name the cgroup itself"],
  ["lxc.cgroup.cpu.shares = many", "'cpu' is not in cgroup v1 on this host, and 'many' is not a number"],
  ["lxc.cgroup.freezer.state = COLD", "'freezer' is not in cgroup v1 on this host, and 'COLD' is not FROZEN or THAWED"],
])("v2 host: %s has no effect, and why", (line, cause) => {
  expect(limitsOn(onV2, [line])).toEqual({ v1: [], v2: [], problems: [`1 cgroup.limit ${line} has no effect here`], causes: [cause] });
});
test.each([
  ["lxc.cgroup2.memory.high = 1G", "'memory' is not in cgroup v2 on this host, and v1 cannot slow a container down at a limit"],
  ["lxc.cgroup2.io.latency = 8:0 target=1", "'io' is not in cgroup v2 on this host, and v1 has nothing like it"],
  ["lxc.cgroup2.cpu.max = fast", "'cpu' is not in cgroup v2 on this host, and 'fast' is not QUOTA or QUOTA PERIOD"],
])("v1 host: %s has no effect, and why", (line, cause) => {
  expect(limitsOn(onV1, [line])).toEqual({ v1: [], v2: [], problems: [`1 cgroup.limit ${line} has no effect here`], causes: [cause] });
});

test("hybrid: each controller where it is, the core files in v2", () => {
  const { v1: old, v2: fresh } = limitsOn(onHybrid, ["lxc.cgroup2.cgroup.freeze = 0", "lxc.cgroup2.pids.max = 5", "lxc.cgroup.memory.limit_in_bytes = 1M"]);
  expect([old, fresh]).toEqual([["memory.limit_in_bytes = 1M <3>", "pids.max = 5 <2>"], ["cgroup.freeze = 0 <1>"]]);
});

test("a controller in neither version is left to be told with the rest; without any cgroup nothing is said here", () => {
  expect(limitsOn(unified, ["lxc.cgroup2.io.max = 8:0 rbps=1", "lxc.cgroup.rdma.max = x"])).toEqual({ v1: ["rdma.max = x <2>"], v2: ["io.max = 8:0 rbps=1 <1>"], problems: [], causes: [] });
  expect(limitsOn({ layout: "none", self: "", hierarchies: [] }, ["lxc.cgroup.cpu.shares = 1"])).toEqual({ v1: ["cpu.shares = 1 <1>"], v2: [], problems: [], causes: [] });
});
