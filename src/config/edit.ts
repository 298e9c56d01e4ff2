// Owns set and unset on a config's text: only lines of the key change, everything else stays byte for byte.
import type { Origin } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import { collectSettings } from "./collect.ts";
import { fillHwaddr, hwaddr } from "./grammar/address.ts";
import { presentKey } from "./present-key.ts";
import { parseLine, parseText, syntaxText, type Line, type Syntax } from "./syntax.ts";
import { findKey, isClearedBy, type Found } from "./table.ts";

/** The key each line sets in its present form: legacy names count as what they are called now. */
function presentKeys(syntax: Syntax): readonly string[] {
  const hasLegacy = syntax.lines.some((line) => line.kind === "entry" && findKey(line.key) === undefined);
  const { translations } = hasLegacy ? collectSettings([syntax], []) : { translations: [] };
  const old = new Map(translations.flatMap(({ from, key }) => (from.file === syntax.file && key !== undefined ? [[from.line, key]] : [])));
  return syntax.lines.map((line) => findKey(line.key)?.key ?? old.get(line.line) ?? (line.key === "lxc.rootfs.backend" ? "lxc.rootfs.path" : ""));
}

/** A config: its text, or its lines with its includes, which say which interfaces old lines are about. */
export type Source = string | Syntax;
const syntaxOf = (source: Source): Syntax => (typeof source === "string" ? parseText("", source) : source);

export function valueProblem({ row }: Found, key: string, value: string): Problem | undefined {
  const at = { kind: "option", key } as const;
  if (/[\n\0]/.test(value)) return { code: "config.value", at, text: `${key}: a value is one line` };
  if (row.clears !== undefined) return { code: "config.value", at, text: `${key} takes no value`, remedy: `unset it to forget all ${row.clears}*, or set one key of them` };
  const reading = row.grammar.read(value);
  if (reading.ok) return undefined;
  return { code: "config.value", at, text: `${key}: ${reading.text}`, cause: `expected ${row.grammar.expects}`, ...(reading.remedy === undefined ? {} : { remedy: reading.remedy }) };
}

/** In quotes where the parser would otherwise take blanks or quotes off. */
export const written = (key: string, value: string): string => (parseLine(`${key} = ${value}`, "", 0).value === value ? value : `"${value}"`);

function withLines(syntax: Syntax, lines: readonly string[]): string {
  const kept = lines.map((text): Line => parseLine(text, syntax.file, 0));
  return syntaxText({ ...syntax, lines: kept, endsWithNewline: kept.length > 0 && syntax.endsWithNewline });
}

/** A line before the last one ends with a newline: it keeps it when the last one goes. */
function without(syntax: Syntax, isGone: (index: number) => boolean): string {
  const kept = syntax.lines.filter((_, index) => !isGone(index));
  const endsWithNewline = syntax.endsWithNewline || (kept.length > 0 && isGone(syntax.lines.length - 1));
  return withLines({ ...syntax, endsWithNewline }, kept.map((line) => line.text));
}

function append(text: string, key: string, value: string): string {
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${key} = ${written(key, value)}\n`;
}

/** A new type begins an interface anew, so its line keeps its place and its spelling. */
function replaceInPlace(syntax: Syntax, indexes: readonly number[], value: string): string {
  const last = indexes.at(-1);
  return withLines(syntax, syntax.lines.map((line, index) => (index === last ? line.text.slice(0, line.valueColumn - 1) + value + line.text.slice(line.valueColumn - 1 + line.value.length) : line.text)));
}

/** Scalars: lines of that key go, one is added at the end. Lists: one is added at the end. Empty value: all lines of the key go. */
export function setItem(source: Source, key: string, value: string): Result<string> {
  const found = presentKey(key);
  if (!found.ok) return found;
  if (value === "") return unsetItem(source, key);
  const problem = valueProblem(found.value, key, value);
  if (problem !== undefined) return fail(problem);
  const { row, key: whole } = found.value;
  const syntax = syntaxOf(source);
  if (row.isRepeatable) return ok(append(syntaxText(syntax), whole, value));
  const keys = presentKeys(syntax);
  const indexes = keys.flatMap((present, index) => (present === whole ? [index] : []));
  if (row.key === "lxc.net.N.type" && indexes.length > 0) return ok(replaceInPlace(syntax, indexes, value));
  return ok(append(without(syntax, (index) => keys[index] === whole), whole, value));
}

/** All lines of the key go; for lxc.net, lxc.net.N, lxc.hook, lxc.cgroup and their like all below it. */
export function unsetItem(source: Source, key: string): Result<string> {
  const found = presentKey(key);
  if (!found.ok) return found;
  const whole = found.value.key;
  const syntax = syntaxOf(source);
  const keys = presentKeys(syntax);
  const isGone = (present: string | undefined): boolean => present === whole || (present !== undefined && isClearedBy(found.value, present));
  return ok(without(syntax, (index) => isGone(keys[index])));
}

/** The value as it will be kept: a hardware address is chosen once. */
export const keptValue = (key: string, value: string, random: string): string =>
  (findKey(key)?.row.key === "lxc.net.N.hwaddr" && hwaddr.read(value).ok ? fillHwaddr(value, random, 0) : value);

const isTemplate = (line: Line): boolean => line.key.endsWith(".hwaddr") && /x/i.test(line.value) && hwaddr.read(line.value).ok;

/** The first line of the file itself whose address is still to be filled in. */
export function templateLine({ file, lines }: Syntax): Origin | undefined {
  const line = lines.find(isTemplate);
  return line === undefined ? undefined : { kind: "config", file, line: line.line, column: line.column, key: line.key };
}

/** Each setting's value as `change` wants it; the rest of its line stays. */
export function changeValues(text: string, change: (line: Line) => string): string {
  const syntax = parseText("", text);
  const lines = syntax.lines.map((line) => {
    const value = line.kind === "entry" ? change(line) : line.value;
    const at = line.valueColumn - 1;
    return value === line.value ? line.text : line.text.slice(0, at) + value + line.text.slice(at + line.value.length);
  });
  return withLines(syntax, lines);
}

/** Hardware address templates filled in, so that they stay what they are from start to start. */
export function fillTemplates(text: string, random: string): string {
  let used = 0;
  return changeValues(text, (line) => {
    if (!isTemplate(line)) return line.value;
    const filled = fillHwaddr(line.value, random, used);
    used += line.value.toLowerCase().split("x").length - 1;
    return filled;
  });
}

/** A last line that forgets what included files set. */
export const clearItem = (source: Source, key: string): Result<string> => {
  const found = presentKey(key);
  if (!found.ok) return found;
  const text = syntaxText(syntaxOf(source));
  return ok(`${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${found.value.key} =\n`);
};
