import { expect, test } from "bun:test";
import type { ContainerStats } from "../model/stats.ts";
import { openMetrics, statsTable } from "./stats-text.ts";

const one: ContainerStats = {
  name: 'w"e\\b', state: "FROZEN", pid: 7, at: 110_000, startedAt: 100, cpuNanoseconds: 1_500_000_000n, memoryBytes: 2048n, memoryLimitBytes: 4096n, blkioBytes: { reads: 1n, writes: 2n, total: 3n }, pids: 4n,
  nics: [{ link: "veth1", rxBytes: 5000, txBytes: 6 }], pressure: { cpu: { some: { avg10: 1.25, avg60: 0, avg300: 0, totalMicroseconds: 2_000_000n } } },
};

test("a table; what is not counted is a dash; the share of a processor since its start, or since the look before", () => {
  const rows = statsTable([one, { name: "b", state: "RUNNING", pid: 8, at: 1, nics: [] }], []).split("\n").map((line) => line.split(/ {2,}/));
  expect(rows[0]).toEqual(["NAME", "STATE", "CPU", "CPU%", "MEMORY", "LIMIT", "SWAP", "KMEM", "READ", "WRITTEN", "PIDS", "RECEIVED", "SENT", "PRESSURE"]);
  expect(rows[1]).toEqual(['w"e\\b', "FROZEN", "1.50 s", "15.0%", "2.00 KiB", "4.00 KiB", "-", "-", "1 bytes", "2 bytes", "4", "4.88 KiB", "6 bytes", "1.3% cpu"]);
  expect(rows[2]?.slice(2)).toEqual(Array.from({ length: 12 }, () => "-"));
  expect(statsTable([one], [{ ...one, at: 109_000, cpuNanoseconds: 1_000_000_000n }])).toContain("50.0%");
  expect(statsTable([one], [{ ...one, pid: 6, at: 109_000 }])).toContain("15.0%");
});

test("OpenMetrics: counters end in _total, labels are escaped, families without samples are left out, # EOF closes", () => {
  const text = openMetrics([one]);
  expect(text).toContain('# TYPE lxc_container_cpu_seconds counter\n# UNIT lxc_container_cpu_seconds seconds\n# HELP lxc_container_cpu_seconds Processor time.\nlxc_container_cpu_seconds_total{name="w\\"e\\\\b"} 1.5\n');
  expect(text).toContain('lxc_container_io_bytes_total{name="w\\"e\\\\b",direction="write"} 2\n');
  expect(text).toContain('lxc_container_pressure_waiting_seconds_total{name="w\\"e\\\\b",resource="cpu",share="some"} 2\n');
  expect(text).toContain('lxc_container_network_receive_bytes_total{name="w\\"e\\\\b",link="veth1"} 5000\n');
  expect(text).not.toContain("swap");
  expect(text.endsWith("# EOF\n")).toBe(true);
  expect(openMetrics([])).toBe("# EOF\n");
  // the grammar of each line
  for (const line of text.trimEnd().split("\n")) expect(line).toMatch(/^# (TYPE|UNIT|HELP) [a-z_]+ .+$|^# EOF$|^[a-z_]+\{name="(?:[^"\\]|\\["\\n])*"(?:,[a-z]+="[^"]*")*\} [\d.e+-]+$/);
});
