// Owns digests as images have them: `sha256:` and 64 hex digits.
import { byOption } from "../model/origin.ts";
import { fail, ok, type Result } from "../model/problem.ts";

export const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** What --digest was given; `sha256:` may be left out. */
export function givenDigest(text: string): Result<string> {
  const digest = `sha256:${text.replace(/^sha256:/i, "").toLowerCase()}`;
  return DIGEST.test(digest) ? ok(digest) : fail({ code: "option.value", at: byOption("--digest"), text: `'${text}' is not a digest`, remedy: "sha256: and 64 hex digits" });
}
