// Owns the way from lines to settings: legacy names translated, values checked, empty values clear, lists add up,
// the last one wins.
import type { Origin } from "../model/origin.ts";
import type { Problem } from "../model/problem.ts";
import { clear, forgetNic, heldOf, newDraft, nextNic, put, replace, saidOfNic, settled, typeOf, type Draft } from "./draft.ts";
import { brief } from "./grammar/grammar.ts";
import { rootfsPath } from "./grammar/path.ts";
import { guessRemedy } from "./guess.ts";
import { readConfig, type ReadFile } from "./include.ts";
import { legacyKey } from "./legacy.ts";
import type { Settings } from "./settings.ts";
import { parseLine, seeLines, type Line, type Syntax } from "./syntax.ts";
import { findKey, type Found } from "./table.ts";

interface Entry { readonly key: string; readonly value: string; readonly from: Origin; readonly valueColumn: number | undefined }

const problemAt = (draft: Draft, problem: Problem): void => { draft.problems.push(problem); };

/** LXC's rule: a new type makes a new interface, whatever was said of this number before. */
function beginNic(draft: Draft, found: Found, entry: Entry): void {
  if (typeOf(draft, found.sub) === undefined && entry.from.kind === "config") {
    const lost = saidOfNic(draft, found.sub).find((setting) => setting.from.file === entry.from.file);
    if (lost !== undefined) {
      problemAt(draft, { code: "config.conflict", severity: "warning", at: lost.from, text: `${lost.key} has no effect: ${found.key} comes after it and begins the interface anew`, remedy: `put the line of ${found.key} first` });
    }
  }
  forgetNic(draft, found.sub, entry.from);
}

const OF_TYPE: readonly string[] = ["veth", "vlan", "macvlan", "ipvlan"];

/** `veth.pair` needs an interface of type veth. */
function checkNicType(draft: Draft, found: Found, entry: Entry): boolean {
  if (found.sub === "" || found.row.isFamily) return true;
  const [, , , kind = "", below] = found.row.key.split(".");
  if (below === undefined || !OF_TYPE.includes(kind)) return true;
  const type = typeOf(draft, found.sub);
  if (type?.text === kind) return true;
  problemAt(draft, {
    code: "config.conflict", at: entry.from,
    text: `${found.key} is for interfaces of type ${kind}, this one ${type === undefined ? "has no type yet" : `has type ${type.text}`}`,
    remedy: `put 'lxc.net.${found.sub}.type = ${kind}' before this line`,
  });
  return false;
}

/** A byte that no path, name or word can hold: what is read would not be what was written. */
function strayByte(value: string): { readonly text: string; readonly offset: number; readonly remedy: string } | undefined {
  if (!value.includes("\0") && !value.includes("\ufffd")) return undefined;
  const offset = value.search(NUL_OR_REPLACED);
  return value.charAt(offset) === "\0" ? { text: "the value holds a NUL byte", offset, remedy: "remove it" } : { text: "the value holds a byte that is not UTF-8", offset, remedy: "write the file in UTF-8: iconv -f latin1 -t utf8" };
}
/** A byte that is not UTF-8 is read as U+FFFD. */
// oxlint-disable-next-line no-control-regex
const NUL_OR_REPLACED = /[\0\ufffd]/;

function checkValue(draft: Draft, found: Found, entry: Entry): boolean {
  const { row } = found;
  const column = entry.valueColumn;
  if (row.clears !== undefined) {
    problemAt(draft, { code: "config.value", at: entry.from, text: `${entry.key} takes no value`, remedy: `write '${entry.key} =' to forget all ${row.clears}*, or name one key of them` });
    return false;
  }
  const stray = strayByte(entry.value);
  if (stray !== undefined) {
    problemAt(draft, { code: "config.value", at: column === undefined ? entry.from : { ...entry.from, column: column + stray.offset }, text: `${entry.key}: ${stray.text}`, remedy: stray.remedy });
    return false;
  }
  const reading = row.grammar.read(entry.value);
  if (reading.ok) return true;
  problemAt(draft, {
    code: "config.value",
    at: column === undefined ? entry.from : { ...entry.from, column: column + reading.offset },
    text: `${entry.key}: ${reading.text}`,
    cause: `expected ${row.grammar.expects}`,
    ...(reading.remedy === undefined ? {} : { remedy: reading.remedy }),
  });
  return false;
}

function store(draft: Draft, found: Found, entry: Entry): void {
  const { row, key } = found;
  if (entry.value === "") {
    clear(draft, found, entry.from);
    if (row.clears === undefined && row.cleared !== undefined) put(draft, found, { key, sub: found.sub, text: row.cleared, from: entry.from });
    return;
  }
  if (!checkValue(draft, found, entry) || !checkNicType(draft, found, entry)) return;
  if (row.key === "lxc.net.N.type") beginNic(draft, found, entry);
  put(draft, found, { key, sub: found.sub, text: entry.value, from: key === entry.from.key ? entry.from : { ...entry.from, key } });
}

const legacyWarning = (entry: Entry, text: string, remedy: string): Problem => ({ code: "config.legacy", severity: "warning", at: entry.from, text, remedy });

/** The present key for a legacy one, after a warning; undefined: nothing is left to set. */
function translated(draft: Draft, entry: Entry): string | undefined {
  const legacy = legacyKey(entry.key);
  if (legacy === undefined) return undefined;
  if (legacy.kind === "gone") {
    if (entry.key === "lxc.rootfs.backend") draft.backend = entry.value;
    problemAt(draft, legacyWarning(entry, `${entry.key} is not a key any more: ${legacy.why}`, "remove the line"));
    return undefined;
  }
  if (legacy.kind === "network" && legacy.sub === "type") {
    if (entry.value === "") draft.network = -1;
    else draft.network = nextNic(draft);
  }
  const key = legacy.kind === "renamed" ? legacy.key : legacy.sub === "type" && entry.value === "" ? "lxc.net" : `lxc.net.${Math.max(0, draft.network)}.${legacy.sub}`;
  if (legacy.kind === "network" && legacy.sub !== "type" && draft.network < 0) {
    problemAt(draft, { code: "config.conflict", at: entry.from, text: `${entry.key} stands before the first lxc.network.type`, remedy: `put a line 'lxc.network.type = …' first, or write ${key}` });
    return undefined;
  }
  problemAt(draft, legacyWarning(entry, `${entry.key} is the name of LXC 2 and older, it is ${key} now`, `write '${key} = ${entry.value}'`));
  return key;
}

/** A guess takes a while: enough of them for a human, and a file full of rubbish is still read quickly. */
const MOST_GUESSES = 50;

function unknownKey(draft: Draft, entry: Entry): Problem {
  return { code: "config.key", at: entry.from, text: `unknown key '${brief(entry.key)}'`, remedy: draft.problems.length < MOST_GUESSES ? guessRemedy(entry.key) : "see lxc.container.conf(5) for the keys" };
}

function apply(draft: Draft, entry: Entry): void {
  const found = findKey(entry.key);
  if (found !== undefined) return store(draft, found, entry);
  if (legacyKey(entry.key) === undefined) return problemAt(draft, unknownKey(draft, entry));
  const key = translated(draft, entry);
  if (key !== undefined || legacyKey(entry.key)?.kind === "gone") draft.translations.push({ from: entry.from, key });
  const renamed = key === undefined ? undefined : findKey(key);
  if (renamed !== undefined) store(draft, renamed, entry);
  else if (key !== undefined) problemAt(draft, { code: "config.key", at: entry.from, text: `'${brief(entry.key)}' would be '${brief(key)}' now, and that is no key`, remedy: "see lxc.container.conf(5) for the keys" });
}

function lineEntry(draft: Draft, line: Line): void {
  const at = (key: string): Origin => ({ kind: "config", file: line.file, line: line.line, column: line.column, key });
  if (line.kind === "blank" || line.kind === "comment") return;
  if (line.kind === "entry") {
    if (line.key !== "lxc.include") apply(draft, { key: line.key, value: line.value, from: at(line.key), valueColumn: line.valueColumn });
    return;
  }
  // A line that does not start with `lxc.` says nothing, and a start says nothing of it: only lint does (ignoredLines).
  if (line.kind === "ignored") return;
  const said = brief(line.text.trim());
  problemAt(draft, { code: "config.syntax", at: at(said), text: `'${said}' has no '='`, remedy: "write KEY = VALUE, or begin the line with # to keep it as a comment" });
}

/** For lxc.include after -s. */
export interface Includes { readonly read: ReadFile; readonly cwd: string }

function overrideInclude(draft: Draft, text: string, from: Origin, { read, cwd }: Includes): void {
  const syntax = readConfig({ file: "", text, read, cwd });
  if (syntax.ok) takeSyntax(draft, syntax.value, from);
}

function overrideEntry(draft: Draft, text: string, includes: Includes | undefined): void {
  const line = parseLine(text, "", 0);
  const from: Origin = { kind: "option", key: line.kind === "entry" ? line.key : text };
  if (line.key === "lxc.include" && includes !== undefined) overrideInclude(draft, text, from, includes);
  else if (line.kind === "entry") apply(draft, { key: line.key, value: line.value, from, valueColumn: undefined });
  else problemAt(draft, { code: "option.value", at: from, text: `'${text}' is not KEY=VALUE with a key that starts with lxc.`, remedy: "write -s lxc.KEY=VALUE" });
}

function includeProblems(syntax: Syntax, tell: (problem: Problem) => void): void {
  for (const problem of syntax.problems) tell(problem);
  for (const syntaxes of Object.values(syntax.includes)) for (const included of syntaxes) includeProblems(included, tell);
}

/** LXC 2 had the kind of storage in a key of its own. */
function addBackend(draft: Draft): void {
  const found = findKey("lxc.rootfs.path");
  const path = heldOf(draft, "lxc.rootfs.path", "lxc.rootfs.path");
  if (found === undefined || path === undefined || draft.backend === undefined || draft.backend === "" || /^[a-z]+:/.test(path.text)) return;
  const text = `${draft.backend}:${path.text}`;
  const reading = rootfsPath.read(text);
  if (reading.ok) replace(draft, found, { ...path, text });
  else problemAt(draft, { code: "config.value", at: { ...path.from, key: "lxc.rootfs.backend" }, text: `lxc.rootfs.backend: ${reading.text}`, ...(reading.remedy === undefined ? {} : { remedy: reading.remedy }) });
}

/** `from`: the option that holds the text, where it is no file. */
function takeSyntax(draft: Draft, syntax: Syntax, from?: Origin): void {
  includeProblems(syntax, (problem) => problemAt(draft, from === undefined || problem.at?.file !== "" ? problem : { ...problem, at: from }));
  seeLines(syntax, (line) => lineEntry(draft, line));
}

export function collectSettings(syntaxes: readonly Syntax[], overrides: readonly string[], includes?: Includes): Settings {
  const draft = newDraft();
  for (const syntax of syntaxes) takeSyntax(draft, syntax);
  for (const override of overrides) overrideEntry(draft, override, includes);
  addBackend(draft);
  return settled(draft);
}
