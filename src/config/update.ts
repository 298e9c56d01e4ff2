// Owns the translation of a config's text to present names: what an old line sets is said by a line of today.
// The same look at the config that loads it says what each line means, so that nothing changes its meaning.
// No line goes: one that has nothing left to set becomes a comment, and every line keeps its number.
import type { Origin } from "../model/origin.ts";
import type { Problem } from "../model/problem.ts";
import { collectSettings } from "./collect.ts";
import { legacyKey } from "./legacy.ts";
import type { Settings, Translation } from "./settings.ts";
import { syntaxText, type Line, type Syntax } from "./syntax.ts";

export interface LineChange {
  /** 1-based, before and after. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

export interface Updated {
  readonly text: string;
  readonly changes: readonly LineChange[];
  /** Old lines that stay, and why. */
  readonly problems: readonly Problem[];
}

interface Rewriting {
  readonly settings: Settings;
  /** By line number of the file that is rewritten; `null`: two includes of it need different numbers. */
  readonly translations: ReadonlyMap<number, Translation | null>;
  readonly file: string;
}

function translationsOf(settings: Settings, file: string): Rewriting["translations"] {
  const found = new Map<number, Translation | null>();
  for (const translation of settings.translations) {
    const { file: of, line, kind } = translation.from;
    if (kind !== "config" || of !== file || line === undefined) continue;
    const before = found.get(line);
    found.set(line, before === undefined || before?.key === translation.key ? translation : null);
  }
  return found;
}

const withKey = (line: Line, key: string): string => line.text.slice(0, line.column - 1) + key + line.text.slice(line.column - 1 + line.key.length);

function withValue(line: Line, value: string): string {
  const start = line.valueColumn - 1;
  return line.text.slice(0, start) + value + line.text.slice(start + line.value.length);
}

const isAt = (from: Origin | undefined, line: Line): boolean => from?.file === line.file && from.line === line.line;

const stays = (line: Line, text: string, remedy: string): Problem => ({
  code: "config.legacy", severity: "warning", at: { kind: "config", file: line.file, line: line.line, column: line.column, key: line.key }, text, remedy,
});

/** lxc.rootfs.backend can become a comment only when the line with the path can be given the prefix. */
function backendProblem(line: Line, { settings, file }: Rewriting): Problem | undefined {
  const [path] = settings.byRow.get("lxc.rootfs.path") ?? [];
  if (line.value === "" || path === undefined || path.from.file === file || !path.text.startsWith(`${line.value}:`)) return undefined;
  return stays(line, `${line.key} stays: it is about the path that ${path.from.file ?? ""}:${path.from.line ?? 0} sets`, `write 'lxc.rootfs.path = ${path.text}' there`);
}

function rewritten(line: Line, rewriting: Rewriting): string | Problem {
  const translation = rewriting.translations.get(line.line);
  if (translation === undefined) {
    return legacyKey(line.key) === undefined || line.kind !== "entry" ? line.text : stays(line, `${line.key} stays: it stands before the first lxc.network.type`, "put a line 'lxc.network.type = …' first, and update again");
  }
  if (translation === null) return stays(line, `${line.key} stays: the file is included more than once, and the line belongs to a different interface each time`, "write one file for each interface");
  if (translation.key === undefined) return (line.key === "lxc.rootfs.backend" ? backendProblem(line, rewriting) : undefined) ?? `#${line.text}`;
  return withKey(line, translation.key);
}

/** The prefix that lxc.rootfs.backend of LXC 2 stood for. */
function prefixed(line: Line, text: string, settings: Settings): string {
  const [path] = settings.byRow.get("lxc.rootfs.path") ?? [];
  if (path === undefined || !isAt(path.from, line) || path.text === line.value) return text;
  const [before, after] = [line.text.length - (line.valueColumn - 1), text.length];
  return withValue({ ...line, text, valueColumn: after - before + 1 }, path.text);
}

/** `part`: the file of `whole` that is rewritten; the others say which interfaces are taken. */
export function updateConfig(whole: Syntax, part: Syntax = whole): Updated {
  const settings = collectSettings([whole], []);
  const rewriting: Rewriting = { settings, translations: translationsOf(settings, part.file), file: part.file };
  const changes: LineChange[] = [];
  const problems: Problem[] = [];
  const lines = part.lines.map((line): Line => {
    const found = rewritten(line, rewriting);
    if (typeof found !== "string") {
      problems.push(found);
      return line;
    }
    const text = prefixed(line, found, settings);
    if (text !== line.text) changes.push({ line: line.line, before: line.text, after: text });
    return { ...line, text };
  });
  return { text: syntaxText({ ...part, lines }), changes, problems };
}

/** All files of a config, the outermost first, each once. */
export function filesOf(syntax: Syntax): readonly Syntax[] {
  const found = new Map<string, Syntax>();
  const see = (one: Syntax): void => {
    if (!found.has(one.file)) found.set(one.file, one);
    for (const included of Object.values(one.includes).flat()) see(included);
  };
  see(syntax);
  return [...found.values()];
}
