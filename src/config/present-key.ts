// Owns the look-up of a key that a user names, outside of a file: an old name or a typo is a problem that says the right one.
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import { brief } from "./grammar/grammar.ts";
import { guessRemedy } from "./guess.ts";
import { legacyKey } from "./legacy.ts";
import { findKey, type Found } from "./table.ts";

const keyProblem = (key: string, text: string, remedy: string): Problem => ({ code: "config.key", at: { kind: "option", key }, text, remedy });

export function presentKey(key: string): Result<Found> {
  const found = findKey(key);
  if (found !== undefined) return ok(found);
  const legacy = legacyKey(key);
  if (legacy?.kind === "gone") return fail(keyProblem(key, `'${key}' is not a key any more: ${legacy.why}`, "leave it out"));
  if (legacy !== undefined) return fail(keyProblem(key, `'${key}' is the name of LXC 2 and older`, `write '${legacy.kind === "renamed" ? legacy.key : `lxc.net.0.${legacy.sub}`}'`));
  return fail(keyProblem(key, `unknown key '${brief(key)}'`, guessRemedy(key)));
}
