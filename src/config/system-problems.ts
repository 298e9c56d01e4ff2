// Owns what is wrong in lxc.conf(5): LXC passes over what it does not know there, and a slip goes unseen.
import type { Origin } from "../model/origin.ts";
import type { Problem } from "../model/problem.ts";
import { excerptOf } from "./excerpt.ts";
import { brief } from "./grammar/grammar.ts";
import { nearest } from "./nearest.ts";
import { parseText, type Line } from "./syntax.ts";
import { systemKeys, systemRows } from "./system.ts";

function lineProblem({ kind, key, value, text, valueColumn }: Line, at: Origin): Omit<Problem, "severity"> | undefined {
  if (kind === "broken") return { code: "config.syntax", at, text: `'${brief(text.trim())}' has no '='`, remedy: "write KEY = VALUE, or begin the line with # to keep it as a comment" };
  if (kind !== "entry" || value === "") return undefined;
  const row = systemRows.find((one) => one.key === key);
  if (row === undefined) {
    const near = nearest(key, systemKeys);
    return { code: "config.key", at, text: `'${brief(key)}' is not a system key, the line does nothing`, remedy: near === undefined ? `the keys are ${systemKeys.join(" ")}; a container's own keys go into its config, or into lxc.default_config` : `did you mean '${near}'?` };
  }
  const reading = row.grammar.read(value);
  if (!reading.ok) return { code: "config.value", at: { ...at, column: valueColumn + reading.offset }, text: `${key}: ${reading.text}`, cause: `expected ${row.grammar.expects}`, ...(reading.remedy === undefined ? {} : { remedy: reading.remedy }) };
  return undefined;
}

/** Warnings, in the order of the lines. */
export function systemProblems(file: string, text: string): readonly Problem[] {
  return parseText(file, text).lines.flatMap((line) => {
    const problem = lineProblem(line, { kind: "config", file, line: line.line, column: line.column, key: line.key });
    return problem === undefined ? [] : [{ ...problem, severity: "warning" as const, excerpt: excerptOf(line.text, problem) }];
  });
}
