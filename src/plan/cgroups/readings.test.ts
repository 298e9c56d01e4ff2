// Each name that can be read where the host has the other version, and what it says.
import { expect, test } from "bun:test";
import { readAs } from "./readings.ts";

const V2: Readonly<Record<string, string>> = {
  "memory.max": "max\n", "memory.low": "0\n", "memory.swap.max": "1048576\n", "memory.current": "4096\n", "memory.swap.current": "100\n", "memory.peak": "8192\n", "memory.events": "low 0\nmax 7\noom_kill 1\n", "memory.stat": "anon 1\nkernel 42\nkernel_stack 2\n",
  "cpu.weight": "50\n", "cpu.max": "20000 100000\n", "cpu.max.burst": "5\n", "cpu.stat": "usage_usec 1500\nuser_usec 1000000\nsystem_usec 500000\n", "cpuset.cpus.effective": "0-1\n",
  "cgroup.events": "populated 1\nfrozen 1\n", "cgroup.freeze": "1\n", "io.max": "8:0 rbps=100 wbps=max riops=max wiops=5\n8:16 rbps=7 wbps=max riops=max wiops=max\n", "io.stat": "8:0 rbytes=10 wbytes=20 rios=1 wios=2\n\n", "pids.max": "9\n",
};
test.each([
  ["memory.limit_in_bytes", "9223372036854771712"], ["memory.soft_limit_in_bytes", "9223372036854771712"], ["memory.memsw.limit_in_bytes", "9223372036854771712"], ["memory.usage_in_bytes", "4096\n"], ["memory.memsw.usage_in_bytes", "4196"],
  ["memory.max_usage_in_bytes", "8192\n"], ["memory.failcnt", "7"], ["memory.kmem.usage_in_bytes", "42"], ["cpu.shares", "512"], ["cpu.cfs_quota_us", "20000"], ["cpu.cfs_period_us", "100000"], ["cpu.cfs_burst_us", "5\n"],
  ["cpuacct.usage", "1500000"], ["cpuacct.stat", "user 100\nsystem 50"], ["cpuset.effective_cpus", "0-1\n"], ["freezer.state", "FROZEN"], ["blkio.throttle.read_bps_device", "8:0 100\n8:16 7"], ["blkio.throttle.write_iops_device", "8:0 5"],
  ["blkio.throttle.io_service_bytes", "8:0 Read 10\n8:0 Write 20\n8:0 Total 30\nTotal 30"], ["blkio.throttle.io_serviced", "8:0 Read 1\n8:0 Write 2\n8:0 Total 3\nTotal 3"], ["pids.max", "9\n"], ["memory.swappiness", undefined],
])("on v2 %s is %j", (file, value) => { expect(readAs(file, (name) => V2[name])).toBe(value); });

const V1: Readonly<Record<string, string>> = {
  "memory.limit_in_bytes": "1048576\n", "memory.memsw.limit_in_bytes": "3145728\n", "memory.soft_limit_in_bytes": "9223372036854771712\n", "memory.usage_in_bytes": "5\n", "memory.max_usage_in_bytes": "6\n", "memory.stat": "cache 1\nswap 9\n",
  "cpu.shares": "512\n", "cpu.cfs_quota_us": "-1\n", "cpu.cfs_period_us": "100000\n", "cpuacct.usage": "5000\n", "cpuacct.stat": "user 3\nsystem 4\n", "cpuset.effective_cpus": "0\n", "freezer.state": "FREEZING\n",
};
test.each([
  ["memory.max", "1048576"], ["memory.low", "0"], ["memory.swap.max", "2097152"], ["memory.current", "5\n"], ["memory.peak", "6\n"], ["memory.swap.current", "9"], ["cpu.weight", "50"], ["cpu.max", "max 100000"],
  ["cpu.stat", "usage_usec 5\nuser_usec 30000\nsystem_usec 40000"], ["cpuset.cpus.effective", "0\n"], ["cgroup.freeze", "1"], ["memory.high", undefined],
])("on v1 %s is %j", (file, value) => { expect(readAs(file, (name) => V1[name])).toBe(value); });
test("no limit is none in both", () => {
  expect(readAs("memory.max", () => "9223372036854771712\n")).toBe("9223372036854771712\n");
  expect(readAs("memory.max", (file) => (file === "memory.limit_in_bytes" ? "9223372036854771712\n" : undefined))).toBe("max");
});
