// Owns the verb configUpdate: the old names of one config file become today's, and it means what it meant.
import { meaningOf, updateConfig, type LineChange } from "../config/index.ts";
import { randomHex } from "../host/probe/kernel.ts";
import type { Problem } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { problemText } from "./container-config.ts";
import { changeConfig, type Editor } from "./config-change.ts";
import { loadDocument, syntaxOf, type ConfigDocument } from "./config-document.ts";
import type { ConfigUpdateVerb } from "./verbs.ts";

/** Lines of an included file may continue an interface that this file begins: they would be lost. */
export function changedMeaning(request: Request, before: ConfigDocument, after: ConfigDocument, options: Parameters<typeof loadDocument>[2] = {}): Problem | undefined {
  const random = randomHex();
  const [old, now] = [loadDocument(request, before, { random }), loadDocument(request, after, { ...options, random })];
  if (!old.ok || (now.ok && meaningOf(old.value.spec) === meaningOf(now.value.spec))) return undefined;
  const [first] = now.ok ? [] : now.problems;
  return {
    code: "config.conflict", text: `'${before.file}' would not mean the same with new names alone`, cause: first === undefined ? "a file that it includes goes on where this one ends" : `then ${problemText(first)}`,
    remedy: "write lxc.net.N.… in both files by hand; nothing has been changed",
  };
}

const editor = (request: Request): Editor<readonly LineChange[]> => (document) => {
  const { text, changes, problems } = updateConfig(syntaxOf(request, document));
  const changed = changes.length === 0 ? undefined : changedMeaning(request, document, { ...document, text });
  return changed === undefined ? ok({ text, value: changes, warnings: problems }) : fail(changed);
};

/** A config of LXC 1 or 2 in today's words. Source: lxc-update-config(1). Problems: `config.missing`, `config.unreadable`, `config.unwritable`. */
export const configUpdate: ConfigUpdateVerb = async (request, subject, options = {}) => {
  const changed = await changeConfig(request, subject, editor(request), { isDryRun: options.isDryRun === true, hasBackup: true });
  return changed.ok ? ok({ ...changed.value.change, changes: changed.value.value }, changed.warnings) : changed;
};
