// Owns BerthError: what a handle of the library throws when a verb has answered with problems.
import type { Problem, ProblemCode, Result } from "../model/problem.ts";

/** `code`, `reason` and `remedy` are the first problem's; `problems` has all of them, each with the place it is about. */
export class BerthError extends Error {
  override readonly name = "BerthError";
  readonly problems: readonly Problem[];
  readonly code: ProblemCode;
  readonly reason: string | undefined;
  readonly remedy: string | undefined;

  constructor(problems: readonly [Problem, ...Problem[]]) {
    const [first] = problems;
    super([first.text, ...(first.cause === undefined ? [] : [`cause: ${first.cause}`]), ...(first.remedy === undefined ? [] : [`remedy: ${first.remedy}`])].join("\n    "));
    [this.problems, this.code, this.reason, this.remedy] = [problems, first.code, first.cause, first.remedy];
  }
}

const isGrave = ({ severity }: Problem): boolean => severity !== "warning";

/** The value, or the problems thrown, the gravest first. */
export function need<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  const [first, ...more] = [...result.problems.filter(isGrave), ...result.problems.filter((problem) => !isGrave(problem))];
  if (first === undefined) throw new Error("a verb failed without a problem");
  throw new BerthError([first, ...more]);
}
