// Owns which token of which line a problem is about, so that a door can show the line and mark it. Found from the
// problem itself, its place and the token it quotes: nobody who finds a problem has to carry lines around.
import type { Excerpt, Problem } from "../model/problem.ts";
import type { Syntax } from "./syntax.ts";

/** What fits beside an indentation; a longer line is cut around its token. */
const MOST = 160;
const BEFORE = 60;

/** Whole words only: `/tmp` is not meant where `/tmp/x` stands. */
function findWord(line: string, word: string, from: number): number {
  const isEdge = (at: number): boolean => at < 0 || at >= line.length || /[\s=,:.'"]/.test(line.charAt(at));
  for (let at = line.indexOf(word, from); at >= 0; at = line.indexOf(word, at + 1)) {
    if (isEdge(at - 1) && isEdge(at + word.length)) return at;
  }
  return -1;
}

interface Token { readonly start: number; readonly length: number }

/** The token that the text quotes, the key, or the word that stands there. */
function tokenOf(line: string, start: number, { text, at }: Problem): Token {
  const open = text.indexOf("'");
  const close = open < 0 ? -1 : text.indexOf("'", open + 1);
  const quoted = close < 0 ? "" : text.slice(open + 1, close);
  if (quoted !== "" && line.startsWith(quoted, start)) return { start, length: quoted.length };
  const found = quoted === "" ? -1 : findWord(line, quoted, start);
  if (found >= 0) return { start: found, length: quoted.length };
  if (at !== undefined && line.startsWith(at.key, start)) return { start, length: at.key.length };
  const end = line.slice(start).search(/\s/);
  return { start, length: end < 0 ? line.length - start : end };
}

/** Blanks for what would move the cursor: a tab, or a terminal's escape. */
// oxlint-disable-next-line no-control-regex
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");

export function excerptOf(line: string, problem: Problem): Excerpt {
  const token = tokenOf(line, Math.min((problem.at?.column ?? 1) - 1, line.length), problem);
  const indent = line.length - line.trimStart().length;
  const begin = line.length - indent <= MOST || token.start - BEFORE <= indent ? Math.min(indent, token.start) : token.start - BEFORE;
  const end = Math.min(line.length, begin + MOST);
  const head = begin > indent ? "… " : "";
  const text = `${head}${printable(line.slice(begin, end).trimEnd())}${end < line.length ? " …" : ""}`;
  const start = head.length + token.start - begin;
  return { text, start, length: Math.max(1, Math.min(token.length, head.length + end - begin - start)) };
}

function filesOf(syntax: Syntax, found: Map<string, Syntax>): void {
  found.set(syntax.file, syntax);
  for (const included of Object.values(syntax.includes).flat()) filesOf(included, found);
}

/** Problems of a config with their lines. Those that have one already, and those of no line, stay as they are. */
export function withExcerpts(syntaxes: readonly Syntax[], problems: readonly Problem[]): readonly Problem[] {
  if (problems.length === 0) return problems;
  const files = new Map<string, Syntax>();
  for (const syntax of syntaxes) filesOf(syntax, files);
  return problems.map((problem) => {
    const { at, excerpt } = problem;
    const line = excerpt !== undefined || at?.file === undefined || at.line === undefined ? undefined : files.get(at.file)?.lines[at.line - 1];
    return line === undefined ? problem : { ...problem, excerpt: excerptOf(line.text, problem) };
  });
}
