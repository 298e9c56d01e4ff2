// Owns the warning for a key that is taken and not acted on: the row of the table says so, in one place.
import type { Problem } from "../../model/problem.ts";
import { shown } from "../grammar/grammar.ts";
import type { Setting, Settings } from "../settings.ts";
import { findKey } from "../table.ts";

function stateProblem(setting: Setting): readonly Problem[] {
  const row = findKey(setting.key)?.row;
  // the value of an unset key is no wish
  if (row?.state?.kind !== "not yet" || shown(row.grammar, setting.text).join() === row.default) return [];
  return [{ code: "unsupported", severity: "warning", at: setting.from, text: `${setting.key} is not acted on yet`, cause: row.state.why, remedy: "take the line out, or leave it for a version that does" }];
}

/** One warning for each key, at its last line. */
export function stateProblems(settings: Settings): readonly Problem[] {
  const problems: Problem[] = [];
  for (const all of settings.byRow.values()) {
    const [first] = all;
    if (first === undefined || findKey(first.key)?.row.state?.kind !== "not yet") continue;
    for (const setting of new Map(all.map((setting) => [setting.key, setting])).values()) problems.push(...stateProblem(setting));
  }
  return problems;
}
