// Owns several changes of one config: each is made in what the one before has left, all of them or none, and the outcome is judged whole.
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { ConfigDocument } from "./config-document.ts";
import { judge } from "./config-judge.ts";
import { withAddresses } from "./keep-addresses.ts";
import type { ConfigSubject } from "./verbs.ts";

export type Draft = Pick<ConfigDocument, "file" | "text">;
interface Changed { readonly request: Request; readonly subject: ConfigSubject; readonly document: ConfigDocument }

/** The document afterwards; problems are those of all changes. */
export function inTurn<T>({ request, subject, document }: Changed, changes: readonly T[], change: (draft: Draft, one: T) => Result<string>): Result<ConfigDocument> {
  const problems: Problem[] = [];
  let { text } = document;
  for (const one of changes) {
    const result = change({ file: document.file, text }, one);
    if (result.ok) text = result.value;
    else problems.push(...result.problems);
  }
  if (problems.length > 0) return fail(...problems);
  text = withAddresses(subject, { before: document.text, after: text });
  const judged = judge(request, document, text);
  return judged.ok ? ok({ ...document, text }, judged.warnings) : judged;
}
