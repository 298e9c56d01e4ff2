// How npm test runs its checks: side by side as far as what they hold allows; and what a run leaves on the machine fails it.
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Check } from "../../scripts/checks.ts";
import { SHARED, kernelFiles } from "../../scripts/kernel-checks.ts";
import { watchLeftovers } from "../../scripts/leftovers.ts";
import { ALL, runAll } from "../../scripts/run-all.ts";

const pause = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 3); });

test("so many side by side, never two that hold the same, nothing beside what holds all; each once", async () => {
  const now = new Set<string>();
  const seen: string[] = [];
  const check = (name: string, ...holds: readonly string[]): Check => ({
    name, holds,
    run: async () => {
      now.add(name);
      seen.push([...now].toSorted().join("+"));
      await pause();
      now.delete(name);
      if (name === "bad") throw new Error("it breaks");
      return { passed: 2, failed: 0, output: "" };
    },
  });
  const beside: string[] = [];
  const checks = [check("a1", "a"), check("a2", "a"), check("b"), check("alone", ALL), check("bad"), check("a3", "a", "b"), check("c")];
  const sum = await runAll(checks, { lanes: 3, onEnd: ({ name }, others) => beside.push(`${name}: ${others.length}`) });
  expect(sum).toEqual({ passed: 12, failed: 1, broken: ["bad"], unsteady: [] });
  expect(seen.length).toBe(checks.length);
  expect(seen.some((names) => names.split("+").length === 3)).toBe(true);
  expect(seen.filter((names) => names.split("+").length > 3 || (names.match(/a\d/g)?.length ?? 0) > 1 || (names.includes("alone") && names !== "alone"))).toEqual([]);
  expect(beside).toContain("alone: 0");
});

test("what failed beside others is run once more, alone, and named; what fails again has failed, and so has much at once", async () => {
  let runs = 0;
  const check = (name: string, isGood: () => boolean): Check => ({ name, run: () => { runs++; return Promise.resolve({ passed: isGood() ? 2 : 1, failed: isGood() ? 0 : 1, output: "" }); } });
  const [good, sometimes, never] = [check("good", () => true), check("sometimes", () => runs > 3), check("never", () => false)];
  expect(await runAll([good, sometimes, never], { lanes: 2, isForgiving: true })).toEqual({ passed: 5, failed: 1, broken: ["never"], unsteady: ["sometimes"] });
  expect(runs).toBe(5);
  expect(await runAll([never, never, never, never, never].map((one, i) => ({ ...one, name: `${i}` })), { isForgiving: true })).toMatchObject({ failed: 5, unsteady: [] });
  expect(runs).toBe(10);
});

test("the files that share something are there", () => {
  expect(Object.values(SHARED).flat().filter((path) => !kernelFiles().includes(path))).toEqual([]);
});

test("what a run leaves fails it, with the files that ran when it came", async () => {
  const folder = mkdtempSync(join(tmpdir(), "berth-leftovers-"));
  try {
    const leftovers = watchLeftovers({ folders: [folder], patience: 0 });
    const gone = join(folder, "berth-gone");
    writeFileSync(gone, "");
    leftovers.look(["one.test.ts"]);
    rmSync(gone);
    for (const name of ["berth-left", "of-a-tool"]) writeFileSync(join(folder, name), "");
    leftovers.look(["two.test.ts", "three.test.ts"]);
    leftovers.look(["four.test.ts"]);
    const { passed, failed, output } = await leftovers.check.run(() => undefined);
    expect([passed, failed > 0, output]).toEqual([0, true, expect.stringContaining(`files: ${folder}/berth-left\n     seen first when these had run: two.test.ts, three.test.ts\n`)]);
    expect(output).not.toMatch(/gone|of-a-tool/);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);
