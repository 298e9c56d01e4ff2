// Owns --explain: the plan as text or data on stdout, and nothing done.
import type { Plan } from "../isa/op.ts";
import type { Result } from "../model/problem.ts";
import type { Answer } from "./answer.ts";
import type { CommandLine } from "./command-line.ts";
import { done, failed, misuse, planned } from "./command-line.ts";
import { say } from "./say.ts";

/** The end of every door whose verb gives a plan. `closing` follows the problems of a verb that gave none. */
export async function runOrExplain(line: CommandLine, result: Result<Plan>, closing: readonly string[] = []): Promise<Answer> {
  const asked = line.options.found.findLast(({ row }) => row.long === "explain");
  if (asked === undefined) return result.ok ? planned(line, result) : failed(line, result.problems, { closing });
  if (asked.value !== undefined && asked.value !== "json" && asked.value !== "text") {
    return misuse(line, { code: "option.value", text: `--explain knows 'text' and 'json', not '${asked.value}'`, remedy: "--explain, or --explain=json" });
  }
  if (!result.ok) return failed(line, result.problems);
  const { explainJson, explainPlan } = await import("../isa/explain.ts");
  const { verb, name, lxcpath } = result.value;
  const out = asked.value === "json" ? JSON.stringify({ verb, name, lxcpath, steps: explainJson(result.value) }, undefined, 1) : explainPlan(result.value).join("\n");
  return done(0, { out: `${out}\n`, err: say(line.voice, result.warnings ?? []) });
}
