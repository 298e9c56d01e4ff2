// Owns the look-up of a key that a user names, outside of a file: an old name or a typo is a problem that says the right one.
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import { brief } from "./grammar/grammar.ts";
import { guessRemedy } from "./guess.ts";
import { legacyKey } from "./legacy.ts";
import { findKey, rows, type Found } from "./table.ts";

const keyProblem = (key: string, text: string, remedy: string): Problem => ({ code: "config.key", at: { kind: "option", key }, text, remedy });

export function presentKey(key: string): Result<Found> {
  const found = findKey(key);
  if (found !== undefined) return ok(found);
  const legacy = legacyKey(key);
  if (legacy?.kind === "gone") return fail(keyProblem(key, `'${key}' is not a key any more: ${legacy.why}`, "leave it out"));
  if (legacy !== undefined) return fail(keyProblem(key, `'${key}' is the name of LXC 2 and older`, `write '${legacy.kind === "renamed" ? legacy.key : `lxc.net.0.${legacy.sub}`}'`));
  return fail(keyProblem(key, `unknown key '${brief(key)}'`, guessRemedy(key)));
}

/** Whether a key is `prefix` or lies below it, by whole words: `lxc.net.1` is not above `lxc.net.10`. */
export const isBelow = (key: string, prefix: string): boolean => key === prefix || key.startsWith(prefix.endsWith(".") ? prefix : `${prefix}.`);

/** A key, or the words that several begin with: `lxc.signal`, `lxc.net.0`. */
export function keyPrefix(prefix: string): Result<string> {
  const trimmed = prefix.replace(/\.$/, "");
  const found = presentKey(trimmed);
  if (found.ok) return ok(found.value.key);
  const general = trimmed.replace(/^lxc\.net\.\d+/, "lxc.net.N");
  return rows.some(({ key }) => isBelow(key, general)) ? ok(trimmed) : found;
}
