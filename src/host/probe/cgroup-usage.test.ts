import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cgroupUsage, parseBlkio, parseIoStat } from "./cgroup-usage.ts";

const root = mkdtempSync(join(tmpdir(), "berth-usage-"));
afterAll(() => rmSync(root, { recursive: true }));
function place(name: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(join(root, name));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, name, file), text);
  return join(root, name);
}

test("v2", () => {
  const directory = place("v2", {
    "cpu.stat": "usage_usec 1500\nuser_usec 1000\n", "memory.stat": "anon 10\nfile 5\nkernel_stack 1\npagetables 2\nsock 3\nslab 4\n",
    "memory.swap.current": "7\n", "io.stat": "8:0 rbytes=100 wbytes=20 rios=1\n8:16 rbytes=1 wbytes=2\n",
  });
  expect(cgroupUsage([{ version: 2, controllers: [], directory }])).toEqual({ cpuNanoseconds: 1500000n, memoryBytes: 15n, kmemBytes: 10n, swapBytes: 7n, blkioBytes: 123n });
});

test("v1 counts in one hierarchy each; what is missing stays unknown", () => {
  const cpu = place("cpuacct", { "cpuacct.usage": "99\n" });
  const memory = place("memory", { "memory.usage_in_bytes": "42\n" });
  expect(cgroupUsage([{ version: 1, controllers: ["cpuacct"], directory: cpu }, { version: 1, controllers: ["memory"], directory: memory }])).toEqual({ cpuNanoseconds: 99n, memoryBytes: 42n });
});

test("io formats", () => {
  expect(parseIoStat("")).toBe(0n);
  expect(parseBlkio("8:0 Read 1\n8:0 Total 3\nTotal 12\n")).toBe(12n);
  expect(parseBlkio("")).toBeUndefined();
});
