// Owns digests as images have them: `sha256:` and 64 hex digits.
import { byOption } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";

export const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** A lock is as good as the day it was written. */
export const RELOCK = "if it may be another one now, berth image lock writes down what it is";

/** What is wrong with an image that is another one. `by`: a lock file, where it is not the option that says what it should be. */
export const pinSays = (is: string, wanted: string, by: string | undefined): Pick<Problem, "at" | "cause" | "remedy"> =>
  ({ at: byOption(by === undefined ? "--digest" : "--lock"), cause: `its digest is ${is}, ${by ?? "--digest"} says ${wanted}`, ...(by === undefined ? {} : { remedy: RELOCK }) });

/** What --digest was given; `sha256:` may be left out. */
export function givenDigest(text: string): Result<string> {
  const digest = `sha256:${text.replace(/^sha256:/i, "").toLowerCase()}`;
  return DIGEST.test(digest) ? ok(digest) : fail({ code: "option.value", at: byOption("--digest"), text: `'${text}' is not a digest`, remedy: "sha256: and 64 hex digits" });
}
