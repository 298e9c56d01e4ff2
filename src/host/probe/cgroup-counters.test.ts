// The same use of a machine, as both versions of cgroups count it, is the same statistics.
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cgroupCounters } from "./cgroup-counters.ts";
import { cgroupUsage } from "./cgroup-usage.ts";
import type { CgroupPlace } from "./cgroup-usage.ts";

const root = mkdtempSync(join(tmpdir(), "berth-counters-"));
afterAll(() => rmSync(root, { recursive: true }));
function place(version: 1 | 2, controllers: readonly string[], files: Readonly<Record<string, string>>): CgroupPlace {
  const directory = join(root, `${version}-${controllers.join("-")}`);
  mkdirSync(directory, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
  return { version, controllers, directory };
}

const PRESSURE = "some avg10=1.50 avg60=0.10 avg300=0.00 total=77\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=5\n";
const v2 = [place(2, ["cpu", "memory", "io", "pids"], {
  "cpu.stat": "usage_usec 3000000\nuser_usec 2000000\nsystem_usec 1000000\nnr_periods 9\nnr_throttled 4\nthrottled_usec 50\n", "memory.stat": "anon 1000\nfile 500\nkernel_stack 1\npagetables 2\nsock 3\nslab 4\n", "memory.current": "1510\n", "memory.swap.current": "90\n", "memory.peak": "2000\n", "memory.max": "4096\n", "memory.events": "oom 2\noom_kill 1\n",
  "io.stat": "8:0 rbytes=100 wbytes=20 rios=3 wios=2 dbytes=7 dios=1\n8:16 rbytes=1 wbytes=2 rios=1 wios=1 dbytes=0 dios=0\n", "pids.current": "5\n", "pids.max": "77\n", "cpu.pressure": PRESSURE,
})];
const v1 = [
  place(1, ["cpu", "cpuacct"], { "cpuacct.usage": "3000000000\n", "cpuacct.usage_user": "2000000000\n", "cpuacct.usage_sys": "1000000000\n", "cpu.stat": "nr_periods 9\nnr_throttled 4\nthrottled_time 50000\n" }),
  place(1, ["memory"], { "memory.usage_in_bytes": "1500\n", "memory.stat": "cache 1\ntotal_cache 500\ntotal_rss 1000\ntotal_swap 90\n", "memory.max_usage_in_bytes": "2000\n", "memory.limit_in_bytes": "4096\n", "memory.memsw.usage_in_bytes": "1600\n", "memory.kmem.usage_in_bytes": "10\n", "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n" }),
  place(1, ["blkio"], { "blkio.throttle.io_service_bytes_recursive": "8:0 Read 100\n8:0 Write 20\n8:0 Discard 7\n8:16 Read 1\n8:16 Write 2\nTotal 130\n", "blkio.throttle.io_serviced": "8:0 Read 3\n8:0 Write 2\n8:0 Discard 1\n8:16 Read 1\n8:16 Write 1\nTotal 8\n" }),
  place(1, ["pids"], { "pids.current": "5\n", "pids.max": "77\n" }),
];

test("v1 and v2 tell the same; pressure is there where the kernel has it", () => {
  const { pressure, ...unified } = cgroupCounters(v2);
  expect(cgroupCounters(v1)).toEqual(unified);
  expect(pressure).toEqual({ cpu: { some: { avg10: 1.5, avg60: 0.1, avg300: 0, totalMicroseconds: 77n }, full: { avg10: 0, avg60: 0, avg300: 0, totalMicroseconds: 5n } } });
  expect(unified).toEqual({
    cpuNanoseconds: 3_000_000_000n, cpuUserNanoseconds: 2_000_000_000n, cpuSystemNanoseconds: 1_000_000_000n, cpuThrottledPeriods: 4n, cpuThrottledNanoseconds: 50_000n,
    memoryBytes: 1500n, memoryAnonBytes: 1000n, memoryFileBytes: 500n, memoryPeakBytes: 2000n, memoryLimitBytes: 4096n, swapBytes: 90n, memoryAndSwapBytes: 1600n, kmemBytes: 10n, oomKills: 1n,
    blkioBytes: { reads: 101n, writes: 22n, total: 130n }, blkioOperations: { reads: 4n, writes: 3n, total: 8n }, pids: 5n, pidsLimit: 77n,
  });
});

test("lxc-info reads the same numbers", () => {
  for (const places of [v1, v2]) {
    const [usage, counters] = [cgroupUsage(places), cgroupCounters(places)];
    expect([usage.cpuNanoseconds, usage.memoryBytes, usage.kmemBytes]).toEqual([counters.cpuNanoseconds, counters.memoryBytes, counters.kmemBytes]);
    if (places === v2) expect(usage.blkioBytes).toBe(counters.blkioBytes?.total);
  }
});

test("hybrid: controllers from v1, pressure from v2; what is missing stays unknown; no limit is none", () => {
  const hybrid = cgroupCounters([place(2, ["hugetlb"], { "cpu.stat": "usage_usec 1\n", "memory.pressure": PRESSURE }), ...v1]);
  expect([hybrid.cpuNanoseconds, Object.keys(hybrid.pressure ?? {})]).toEqual([3_000_000_000n, ["memory"]]);
  expect(cgroupCounters([])).toEqual({});
  expect(cgroupCounters([place(1, ["memory", "x"], { "memory.limit_in_bytes": "9223372036854771712\n" }), place(2, ["pids"], { "pids.max": "max\n", "pids.current": "1\n" })])).toEqual({ pids: 1n });
});
