// Owns the verbs configText and configEdit: a config as it is, and the same after somebody has edited it as a whole.
import { readFileSync } from "node:fs";
import type { Finding } from "../model/finding.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { changeConfig } from "./config-change.ts";
import { openDocument } from "./config-document.ts";
import { judge } from "./config-judge.ts";
import { lintDocument } from "./config-lint.ts";
import { decodeConfig } from "./config-text.ts";
import type { ConfigChange, ConfigSubject } from "./verbs.ts";

/** Byte for byte, as a change of the file will see it. */
export function configText(request: Request, subject: ConfigSubject): Result<string> {
  const document = openDocument(request, subject);
  return document.ok ? ok(decodeConfig(readFileSync(document.value.file)).text) : document;
}

export interface Edit { /** What was edited. */ readonly before: string; readonly after: string }
export interface ConfigEdited { readonly change: ConfigChange; /** What the linter says now and did not say before. */ readonly findings: readonly Finding[] }

const meanwhile = (file: string): Problem => ({ code: "container.busy", text: `'${file}' was changed by somebody else while it was edited`, remedy: "look at what it says now, and edit it again" });
const signature = ({ rule, text, token }: Finding): string => `${rule} ${token} ${text}`;

/** Refused where it adds a mistake, and where somebody else has changed the file meanwhile. */
export async function configEdit(request: Request, subject: ConfigSubject, { before, after }: Edit): Promise<Result<ConfigEdited>> {
  const changed = await changeConfig(request, subject, (document) => {
    if (document.text !== before) return fail(meanwhile(document.file));
    const judged = judge(request, document, after);
    return judged.ok ? ok({ text: after, value: document, ...(judged.warnings === undefined ? {} : { warnings: judged.warnings }) }) : judged;
  }, { isDryRun: false });
  if (!changed.ok) return changed;
  const { change, value: document } = changed.value;
  const isContainer = !("file" in subject);
  const [old, now] = await Promise.all([before, after].map((text) => lintDocument(request, { ...document, text }, { isContainer, isTextOnly: false })));
  const known = new Set(old?.map(signature));
  return ok({ change, findings: (now ?? []).filter((finding) => !known.has(signature(finding))) }, changed.warnings);
}
