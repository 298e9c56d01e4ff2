// lxc-cgroup, lxc-freeze and lxc-unfreeze on one container under Debian's lxc and on one under Berth: equal words and status.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { make, run, SIDES, unmake } from "./sides.ts";
import type { Twin } from "./sides.ts";

const PATIENCE_MS = 60_000;
const twin: Twin = { lxcpath: mkdtempSync(join(tmpdir(), "cgroup-twin-")), rootId: 0 };
beforeAll(() => {
  for (const which of ["theirs", "ours"] as const) {
    make(twin, which, "lxc.uts.name = twin\nlxc.net.0.type = empty\nlxc.mount.auto = proc:mixed\n");
    expect(run(twin, which, "lxc-start")).toEqual({ out: "", err: "", status: 0 });
  }
}, PATIENCE_MS);
afterAll(() => {
  unmake(twin);
  rmSync(twin.lxcpath, { recursive: true, force: true });
}, PATIENCE_MS);

/** In this order: each finds what those before it left. */
const LINES: readonly (readonly string[])[] = [
  ["lxc-cgroup", "memory.limit_in_bytes"], ["lxc-cgroup", "memory.limit_in_bytes", "96M"], ["lxc-cgroup", "memory.limit_in_bytes"], ["lxc-cgroup", "memory.limit_in_bytes", "many"],
  ["lxc-cgroup", "memory.memsw.limit_in_bytes", "1"], ["lxc-cgroup", "memory.swappiness", "10"], ["lxc-cgroup", "memory.swappiness"],
  ["lxc-cgroup", "cpu.shares", "512"], ["lxc-cgroup", "cpu.shares"], ["lxc-cgroup", "cpu.cfs_quota_us", "20000"], ["lxc-cgroup", "cpu.cfs_quota_us"], ["lxc-cgroup", "cpu.cfs_period_us"], ["lxc-cgroup", "cpu.cfs_quota_us", "1"],
  ["lxc-cgroup", "cpuset.cpus"], ["lxc-cgroup", "cpuset.cpus", "0"], ["lxc-cgroup", "cpuset.cpus"], ["lxc-cgroup", "cpuset.cpus", "900"],
  ["lxc-cgroup", "pids.max"], ["lxc-cgroup", "pids.max", "50"], ["lxc-cgroup", "pids.max"], ["lxc-cgroup", "--", "pids.max", "-1"],
  ["lxc-cgroup", "devices.list"], ["lxc-cgroup", "devices.deny", "a"], ["lxc-cgroup", "devices.allow", "c 1:3 rwm"], ["lxc-cgroup", "devices.allow", "c 1:5 r"], ["lxc-cgroup", "devices.list"], ["lxc-cgroup", "devices.deny", "c 1:3 w"], ["lxc-cgroup", "devices.list"], ["lxc-cgroup", "devices.allow", "nothing"],
  ["lxc-cgroup", "freezer.state"], ["lxc-freeze"], ["lxc-cgroup", "freezer.state"], ["lxc-info", "-s"], ["lxc-info", "-sH"], ["lxc-freeze"], ["lxc-wait", "-s", "FROZEN", "-t", "1"], ["lxc-unfreeze"], ["lxc-cgroup", "freezer.state"], ["lxc-info", "-s"], ["lxc-unfreeze"],
  ["lxc-cgroup", "nosuch.file"], ["lxc-cgroup", "nosuch.file", "1"], ["lxc-cgroup"], ["lxc-cgroup", "--", "pids.max", "60", "70"], ["lxc-cgroup", "pids.max"],
  ["lxc-stop", "-k"], ["lxc-cgroup", "pids.max"], ["lxc-freeze"], ["lxc-unfreeze"],
];

/** `lxc-x: NAME: ../src/lxc/tools/lxc_x.c: main: 168 TEXT` is `lxc-x: NAME: TEXT` here; the kernel's answer, the cause and the remedy are ours. */
const head = (text: string): string => (text.split("\n").findLast((line) => line.includes("main: ")) ?? text.split("\n")[0] ?? "").replace(/\S+\.c: \w+: \d+ /g, "").replace(/^(.*' (?:value to|for) .*'): [a-z /]+$/, "$1");
const same = (text: string, name: string): string => text.replaceAll(name, "twin");
const COMMAND_LINE = "could not parse command line";

test.each(LINES.map((line, index) => [`${index} ${line.join(" ")}`, line] as const))("%s", (_, [command = "", ...words]) => {
  const [theirs, ours] = [run(twin, "theirs", command, words), run(twin, "ours", command, words)];
  expect({ out: same(ours.out, SIDES.ours.name), status: ours.status }).toEqual({ out: same(theirs.out, SIDES.theirs.name), status: theirs.status });
  if (!theirs.err.includes(COMMAND_LINE)) expect(same(head(ours.err), SIDES.ours.name)).toBe(same(head(theirs.err), SIDES.theirs.name));
}, PATIENCE_MS);
