// Owns --strict: what is otherwise translated with a warning is refused, all of it at once.
import type { Problem, ProblemCode, Result } from "../model/problem.ts";
import { fail } from "../model/problem.ts";

/** Names of LXC 2 and older, and limits for the other version of cgroups. */
const TRANSLATED: readonly ProblemCode[] = ["config.legacy", "cgroup.translated"];

const asError = ({ severity, ...problem }: Problem): Problem => (TRANSLATED.includes(problem.code) || severity === undefined ? problem : { ...problem, severity });

export function strictly<T>(isStrict: boolean | undefined, result: Result<T>): Result<T> {
  if (isStrict !== true) return result;
  const problems = (result.ok ? result.warnings ?? [] : result.problems).map(asError);
  const [errors, warnings] = [problems.filter(({ severity }) => severity !== "warning"), problems.filter(({ severity }) => severity === "warning")];
  return result.ok && errors.length === 0 ? result : fail(...errors, ...warnings);
}
