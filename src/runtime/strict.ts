// Owns --strict: what is otherwise translated, or not applied, with a warning is refused, all of it at once.
import type { Problem, ProblemCode, Result } from "../model/problem.ts";
import { fail } from "../model/problem.ts";

/** Names of LXC 2 and older, limits for the other version of cgroups, and limits that do not take effect. */
const TRANSLATED: readonly ProblemCode[] = ["config.legacy", "cgroup.translated", "cgroup.limit"];
/** Where no cgroup may be made it is told of a line only if one asks for a limit. */
const isRefused = ({ code, at }: Problem): boolean => TRANSLATED.includes(code) || (code === "cgroup.undelegated" && (at?.kind === "config" || at?.kind === "option"));

const asError = ({ severity, ...problem }: Problem): Problem => (isRefused(problem) || severity === undefined ? problem : { ...problem, severity });

export function strictly<T>(isStrict: boolean | undefined, result: Result<T>): Result<T> {
  if (isStrict !== true) return result;
  const problems = (result.ok ? result.warnings ?? [] : result.problems).map(asError);
  const [errors, warnings] = [problems.filter(({ severity }) => severity !== "warning"), problems.filter(({ severity }) => severity === "warning")];
  return result.ok && errors.length === 0 ? result : fail(...errors, ...warnings);
}
