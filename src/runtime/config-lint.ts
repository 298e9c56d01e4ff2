// Owns the verb configLint: a config, what it includes and what it names, looked at and left as they are.
import { beginLint, finishLint } from "../config/lint/index.ts";
import { readConfigFile } from "../host/store/read-config.ts";
import { randomHex } from "../host/probe/kernel.ts";
import type { Finding } from "../model/finding.ts";
import { ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { openDocument, syntaxOf, type ConfigDocument } from "./config-document.ts";
import { rootfsMountDefault } from "./container-config.ts";
import { lintFacts } from "./lint-facts.ts";
import type { ConfigLintVerb } from "./verbs.ts";

interface LintWish { readonly isContainer: boolean; readonly isTextOnly: boolean }

/** Of a text that need not be in its file yet. */
export async function lintDocument(request: Request, document: ConfigDocument, { isContainer, isTextOnly }: LintWish): Promise<readonly Finding[]> {
  const { target } = document;
  const draft = beginLint({
    syntax: syntaxOf(request, document), name: target.name, lxcpath: target.lxcpath, random: randomHex(), isRoot: request.euid === 0,
    rootfsMountDefault: rootfsMountDefault(request.prefix), read: readConfigFile, cwd: request.cwd, isContainer,
  });
  return finishLint(draft, isTextOnly ? undefined : await lintFacts(request, target, draft));
}

/** What is wrong with a config, or legal and not meant; nothing is changed. Rules: docs/reference/lint.md. Problems: `config.missing`, `config.unreadable`. */
export const configLint: ConfigLintVerb = async (request, subject, { isTextOnly = false } = {}) => {
  const document = openDocument(request, subject);
  if (!document.ok) return document;
  return ok({ file: document.value.file, findings: await lintDocument(request, document.value, { isContainer: !("file" in subject), isTextOnly }) });
};
