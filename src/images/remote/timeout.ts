// Owns how long a server that says nothing is waited for.
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Result } from "../../model/problem.ts";

export const TIMEOUT_MS = 30_000;
/** What a timer can hold is 24 days. */
const LONGEST_S = 86_400;

/** Milliseconds of what --timeout was given, in seconds. */
export function givenTimeout(text: string | undefined): Result<number> {
  const seconds = text === undefined ? TIMEOUT_MS / 1000 : Number(text);
  return seconds > 0 && seconds <= LONGEST_S ? ok(seconds * 1000) : fail({ code: "option.value", at: byOption("--timeout"), text: `'${text ?? ""}' is not a number of seconds`, remedy: "as in 30; a day at most" });
}
