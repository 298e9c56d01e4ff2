// Owns the comparison of a plan with its text on disk. UPDATE_GOLDEN=1 writes the texts anew; review them as a diff.
import { expect } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { check } from "../../src/isa/check.ts";
import { explainPlan } from "../../src/isa/explain.ts";
import type { Plan } from "../../src/isa/op.ts";
import { planBytes } from "../../src/isa/plan-bytes.ts";
import { readBack } from "../../src/isa/read-back.ts";
import type { Problem, Result } from "../../src/model/problem.ts";
import { originText } from "../../src/model/origin.ts";

const problemLine = (problem: Problem): string =>
  `${problem.severity ?? "error"} ${problem.code}: ${problem.at === undefined ? "" : `${originText(problem.at)}: `}${problem.text}${problem.cause === undefined ? "" : `\n  cause: ${problem.cause}`}${problem.remedy === undefined ? "" : `\n  remedy: ${problem.remedy}`}`;

/** Everything a reader of the golden file should see: problems, then the plan. */
export function resultText(result: Result<Plan>): string {
  if (!result.ok) return `${result.problems.map(problemLine).join("\n")}\n`;
  return `${[...(result.warnings ?? []).map(problemLine), ...explainPlan(result.value)].join("\n")}\n`;
}

export function expectGolden(name: string, result: Result<Plan>): void {
  const path = join(import.meta.dir, `${name}.plan`);
  const text = resultText(result);
  if (result.ok) {
    expect(check(result.value)).toEqual([]);
    const back = readBack(planBytes(result.value)); // what a report of its failure is made of
    expect(back === undefined ? [] : explainPlan(back)).toEqual([...explainPlan(result.value)]);
  }
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, text);
  expect(existsSync(path)).toBe(true);
  expect(text).toBe(readFileSync(path, "utf8"));
}
