import { expect, test } from "bun:test";
import type { ContainerStats } from "../model/stats.ts";
import { BATCH_HEAD, batchLines, inOrder, topScreen, topSize } from "./top-table.ts";

const base: ContainerStats = { name: "web", state: "RUNNING", pid: 1, at: 1700000000123, nics: [] };
const web: ContainerStats = { ...base, cpuNanoseconds: 970_000_000n, cpuSystemNanoseconds: 19_999_999n, cpuUserNanoseconds: 940_000_000n, blkioBytes: { reads: 4096n, writes: 3149824n, total: 6303744n }, blkioOperations: { reads: 1n, writes: 4n, total: 7n }, memoryBytes: 655360n, memoryAndSwapBytes: 655361n, kmemBytes: 344064n };
const db: ContainerStats = { ...base, name: "db", cpuNanoseconds: 1_000_000_000n, memoryBytes: 1n };

test.each([[0n, "  0.00   "], [1023n, "1023.00   "], [1024n, "1024.00   "], [4096n, "4.00 KiB"], [6303744n, "6.01 MiB"], [(1n << 30n) + 1n, "1.00 GiB"]])("%d bytes", (bytes, text) => { expect(topSize(bytes)).toBe(text); });

test("a screen as LXC's: heading, containers that fit, total of all", () => {
  const screen = topScreen([web, db], { key: "n", isReversed: false }, 30);
  expect(screen.replaceAll("\u001b", "E").split("\n")).toEqual([
    "E[HE[JE[7mE[1mContainer                   CPU          CPU          CPU                                BlkIO        Mem      MemSw       KMem",
    "Name                       Used          Sys         User                    Total(Read/Write)       Used       Used       Used",
    "E[0mdb                         1.00         0.00         0.00         0.00   (  0.00   /  0.00   )    1.00       0.00       0.00   ",
    "web                        0.97         0.01         0.94          6.01 MiB(4.00 KiB/3.00 MiB) 640.00 KiB 640.00 KiB 336.00 KiB",
    "TOTAL 2 of 2               1.97         0.01         0.94          6.01 MiB(4.00 KiB/3.00 MiB) 640.00 KiB 640.00 KiB 336.00 KiB",
  ]);
  expect(topScreen([web, db], { key: "n", isReversed: false }, 4)).toContain("TOTAL 1 of 2 ");
  expect(topScreen([], { key: "n", isReversed: false }, 2)).toContain("TOTAL 0 of 0 ");
});

test.each([["n", false, "db web"], ["n", true, "web db"], ["c", false, "db web"], ["c", true, "web db"], ["m", false, "web db"], ["b", false, "web db"], ["s", true, "db web"], ["k", false, "web db"]] as const)("sorted by %s, reversed %p: %s", (key, isReversed, names) => {
  expect(inOrder([web, db], { key, isReversed }).map(({ name }) => name).join(" ")).toBe(names);
});

test("batch lines", () => {
  expect(BATCH_HEAD.split(",").length).toBe(10);
  expect(batchLines([web, db], { key: "n", isReversed: false })).toBe("1700000000123,db,1000000000,0,0,0,0,1,0,0\n1700000000123,web,970000000,1,94,6303744,7,655360,655361,344064\n");
});
