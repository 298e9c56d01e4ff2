// Owns what the linter can mend by itself in the files of one config: fix by fix, as long as no new mistake comes of it.
import { applyFixes } from "../config/lint/fixes.ts";
import { lint } from "../config/lint/lint.ts";
import type { FileAnswer } from "../host/store/read-config.ts";
import type { Finding } from "../model/finding.ts";
import type { Request } from "../model/request.ts";
import { rootfsMountDefault } from "./container-config.ts";
import { loadDocument, syntaxOf, type ConfigDocument } from "./config-document.ts";
import { isError, signature } from "./config-judge.ts";

/** Texts by file, as they would be. */
export type Texts = ReadonlyMap<string, string>;
export interface Mended { readonly texts: Texts; readonly findings: readonly Finding[] }

interface Bench {
  readonly request: Request;
  readonly document: ConfigDocument;
  /** Reads a file as it is, or would be. */
  readonly read: (texts: Texts) => (path: string) => FileAnswer;
  readonly isOwn: (file: string) => boolean;
}

/** More than any file has: a fix that brings its own finding back ends here. */
const MOST_FIXES = 500;

const mainText = ({ document }: Bench, texts: Texts): string => texts.get(document.file) ?? document.text;

function findingsOf(bench: Bench, texts: Texts): readonly Finding[] {
  const { request, document } = bench;
  const read = bench.read(texts);
  return lint({
    syntax: syntaxOf(request, { file: document.file, text: mainText(bench, texts) }, read), isContainer: document.file.endsWith("/config"), name: document.target.name, lxcpath: document.target.lxcpath,
    random: "0", isRoot: request.euid === 0, rootfsMountDefault: rootfsMountDefault(request.prefix), cwd: request.cwd, read,
  });
}

function errorsOf(bench: Bench, texts: Texts): readonly string[] {
  const loaded = loadDocument(bench.request, { ...bench.document, text: mainText(bench, texts) }, { read: bench.read(texts) });
  return loaded.ok ? [] : loaded.problems.filter(isError).map(signature);
}

/** One finding's fix, in all files that it is about. */
function withFix(bench: Bench, texts: Texts, { fix = [] }: Finding): Texts {
  const changed = new Map(texts);
  for (const file of new Set(fix.map((one) => one.file))) {
    const answer = bench.read(texts)(file);
    const text = file === bench.document.file ? mainText(bench, texts) : answer.kind === "file" ? answer.text : "";
    changed.set(file, applyFixes(text, fix.filter((one) => one.file === file)));
  }
  return changed;
}

const nameOf = ({ rule, at, text }: Finding): string => `${rule}\n${at.file}:${at.line ?? 0}\n${text}`;

export function mend(bench: Bench, given: Texts): Mended {
  const refused = new Set<string>();
  const done: Finding[] = [];
  let texts = given;
  let errors = errorsOf(bench, texts);
  while (done.length + refused.size < MOST_FIXES) {
    const next = findingsOf(bench, texts).find((finding) => finding.fix !== undefined && finding.fix.every(({ file }) => bench.isOwn(file)) && !refused.has(nameOf(finding)));
    if (next === undefined) break;
    const changed = withFix(bench, texts, next);
    const now = errorsOf(bench, changed);
    const known = new Set(errors);
    if (now.some((error) => !known.has(error))) {
      refused.add(nameOf(next));
      continue;
    }
    done.push(next);
    [texts, errors] = [changed, now];
  }
  return { texts, findings: done };
}
