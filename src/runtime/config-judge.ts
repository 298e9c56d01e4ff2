// Owns whether a change of a config may be made: it must not add a mistake to those that are there.
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { loadDocument, type ConfigDocument } from "./config-document.ts";

export const isError = ({ severity }: Problem): boolean => severity !== "warning";
/** Lines move when others go: the same sentence about the same key is the same problem. */
export const signature = ({ code, at, text }: Problem): string => `${code} ${at?.file ?? ""} ${at?.key ?? ""} ${text}`;

function problemsOf(request: Request, document: ConfigDocument): readonly Problem[] {
  const loaded = loadDocument(request, document);
  return loaded.ok ? (loaded.warnings ?? []) : loaded.problems;
}

/** All new mistakes are told at once. Old ones, and new warnings, are told with what is done. */
export function judge(request: Request, before: ConfigDocument, text: string): Result<void> {
  const known = new Set(problemsOf(request, before).map(signature));
  const after = problemsOf(request, { ...before, text });
  const fresh = after.filter((problem) => !known.has(signature(problem)));
  if (fresh.some(isError)) return fail(...fresh);
  const old = after.filter((problem) => isError(problem)).map((problem): Problem => ({ ...problem, severity: "warning", text: `${problem.text} (this was so before)` }));
  return ok(undefined, [...fresh, ...old]);
}
