// Owns the verb configLint: a config, what it includes and what it names, looked at and left as they are.
import { beginLint, finishLint } from "../config/lint/index.ts";
import { readConfigFile } from "../host/store/read-config.ts";
import { randomHex } from "../host/probe/kernel.ts";
import { ok } from "../model/problem.ts";
import { openDocument, syntaxOf } from "./config-document.ts";
import { rootfsMountDefault } from "./container-config.ts";
import { lintFacts } from "./lint-facts.ts";
import type { ConfigLintVerb } from "./verbs.ts";

export const configLint: ConfigLintVerb = async (request, subject, { isTextOnly = false } = {}) => {
  const document = openDocument(request, subject);
  if (!document.ok) return document;
  const { file, target } = document.value;
  const draft = beginLint({
    syntax: syntaxOf(request, document.value), name: target.name, lxcpath: target.lxcpath, random: randomHex(), isRoot: request.euid === 0,
    rootfsMountDefault: rootfsMountDefault(request.prefix), read: readConfigFile, cwd: request.cwd, isContainer: !("file" in subject),
  });
  return ok({ file, findings: finishLint(draft, isTextOnly ? undefined : await lintFacts(request, target, draft)) });
};
