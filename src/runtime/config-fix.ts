// Owns the verb configFix: a container's config, and the files of its own directory that it includes, in today's words
// and without the mistakes that the linter can mend.
import { realpathSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { filesOf, updateConfig, type Syntax } from "../config/index.ts";
import { readConfigFile, type FileAnswer } from "../host/store/read-config.ts";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { changeConfig } from "./config-change.ts";
import { openDocument, syntaxOf, targetOfFile, type ConfigDocument } from "./config-document.ts";
import { mend, type Mended, type Texts } from "./config-mend.ts";
import { decodeConfig } from "./config-text.ts";
import { changedMeaning } from "./config-update.ts";
import type { ConfigChange, ConfigFixVerb, ConfigSubject, Target } from "./verbs.ts";

/** As a change of the file will see it, byte for byte. */
function readExactly(path: string): FileAnswer {
  const answer = readConfigFile(path);
  return answer.kind === "file" ? { kind: "file", text: decodeConfig(readFileSync(path)).text } : answer;
}

const over = (texts: Texts) => (path: string): FileAnswer => {
  const text = texts.get(path);
  return text === undefined ? readExactly(path) : { kind: "file", text };
};

function isInside(path: string, directory: string): boolean {
  try {
    return realpathSync(path).startsWith(`${realpathSync(directory)}/`);
  } catch {
    return false;
  }
}

/** Only a container's own files: others include what lies elsewhere, too. */
function ownParts(whole: Syntax): readonly Syntax[] {
  const isContainer = whole.file.endsWith("/config");
  return filesOf(whole).filter(({ file }) => file === whole.file || (isContainer && isInside(file, dirname(whole.file))));
}

interface Draft { readonly texts: Texts; readonly warnings: readonly Problem[] }

/** Every file is seen with the others as they are: they number the interfaces together. */
function updated(whole: Syntax): Draft {
  const parts = ownParts(whole).map((part) => ({ file: part.file, ...updateConfig(whole, part) }));
  return { texts: new Map(parts.flatMap(({ file, text, changes }) => (changes.length > 0 ? [[file, text]] : []))), warnings: parts.flatMap(({ problems }) => problems) };
}

const meanwhile = (file: string): Problem => ({ code: "container.busy", text: `'${file}' was changed by somebody else just now`, remedy: "run this again" });

async function writeOne(request: Request, file: string, { before, after, isDryRun, owner }: { readonly before: string; readonly after: string; readonly isDryRun: boolean; readonly owner: Target }): Promise<Result<ConfigChange>> {
  const edit = (document: ConfigDocument): Result<{ readonly text: string; readonly value: undefined }> => (document.text === before ? ok({ text: after, value: undefined }) : fail(meanwhile(document.file)));
  const changed = await changeConfig(request, { file }, edit, { isDryRun, hasBackup: true, owner });
  return changed.ok ? ok(changed.value.change, changed.warnings) : changed;
}

function exactDocument(request: Request, subject: ConfigSubject): Result<ConfigDocument> {
  const document = openDocument(request, subject);
  const exact = document.ok ? readExactly(document.value.file) : undefined;
  return document.ok && exact?.kind === "file" ? ok({ ...document.value, text: exact.text }) : document;
}

/** Old names first: all at once they mean what they meant. Then what the linter mends, which says what was meant. */
function mended(request: Request, document: ConfigDocument): Result<Mended & { readonly warnings: readonly Problem[] }> {
  const { file } = document;
  const whole = syntaxOf(request, document, readExactly);
  const { texts, warnings } = updated(whole);
  const changed = texts.size === 0 ? undefined : changedMeaning(request, document, { ...document, text: texts.get(file) ?? document.text }, { read: over(texts) });
  if (changed !== undefined) return fail(changed);
  const own = new Set(ownParts(whole).map((part) => part.file));
  return ok({ ...mend({ request, document, read: over, isOwn: (path) => own.has(path) }, texts), warnings });
}

/** Mends what the linter knows how to mend. Problems: `config.missing`, `config.unreadable`, `config.unwritable`, `config.syntax`. */
export const configFix: ConfigFixVerb = async (request, subject, { isDryRun = false } = {}) => {
  const document = exactDocument(request, subject);
  if (!document.ok) return document;
  const fixed = mended(request, document.value);
  if (!fixed.ok) return fixed;
  const { texts, findings, warnings } = fixed.value;
  const files: ConfigChange[] = [];
  const told: Problem[] = [...warnings];
  for (const [path, after] of texts) {
    const answer = readExactly(path);
    const before = answer.kind === "file" ? answer.text : "";
    if (before === after) continue;
    const result = await writeOne(request, path, { before, after, isDryRun, owner: "file" in subject ? targetOfFile(document.value.file) : subject });
    if (!result.ok) return fail(...result.problems, ...told);
    files.push(result.value);
    told.push(...(result.warnings ?? []));
  }
  return ok({ files, mended: findings }, told);
};
