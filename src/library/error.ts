// Owns BerthError: what a handle of the library throws when a verb has answered with problems.
import type { Problem, ProblemCode, ProblemOf, Result, Step } from "../model/problem.ts";

/** Thrown by handles. `code`, `reason`, `remedy` and `step` are the first, gravest problem's. */
export class BerthError<C extends ProblemCode = ProblemCode> extends Error {
  override readonly name = "BerthError";
  /** All that was found, the gravest first, each with the place it is about. */
  readonly problems: readonly [ProblemOf<C>, ...Problem[]];
  /** What kind of failure it is; stable, see docs/reference/problems.md. */
  readonly code: C;
  /** Why, in a sentence; absent: the message says it. */
  readonly reason: string | undefined;
  /** What helps. */
  readonly remedy: string | undefined;
  /** Of a plan that failed while it ran: which step. */
  readonly step: Step | undefined;

  /** @internal */
  constructor(problems: readonly [ProblemOf<C>, ...Problem[]]) {
    const [first] = problems;
    super([first.text, ...(first.cause === undefined ? [] : [`cause: ${first.cause}`]), ...(first.remedy === undefined ? [] : [`remedy: ${first.remedy}`])].join("\n    "));
    [this.problems, this.code, this.reason, this.remedy, this.step] = [problems, first.code, first.cause, first.remedy, first.step];
  }
}

/** A BerthError told by its code: `switch (error.code)` knows which. */
export type AnyBerthError = { readonly [C in ProblemCode]: BerthError<C> }[ProblemCode];

/** Whether it is one of this library's. */
export const isBerthError = (error: unknown): error is AnyBerthError => error instanceof BerthError;

const isGrave = ({ severity }: Problem): boolean => severity !== "warning";

/** @internal The value, or the problems thrown, the gravest first. */
export function need<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  const [first, ...more] = [...result.problems.filter(isGrave), ...result.problems.filter((problem) => !isGrave(problem))];
  if (first === undefined) throw new Error("a verb failed without a problem");
  throw new BerthError([first, ...more]);
}
