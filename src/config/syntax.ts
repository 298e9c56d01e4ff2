// Owns what the user wrote: text -> lines with file, line and column, nothing lost. Knows no key.
// Rules of LXC's parser: blanks around key and value do not count, one pair of quotes around the value is
// taken off, a line that does not start with `lxc.` says nothing, there are no trailing comments.

import type { Problem } from "../model/problem.ts";

export type LineKind = "entry" | "comment" | "blank" | "ignored" | "broken";

export interface Line {
  readonly kind: LineKind;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** The line as written, without its newline. */
  readonly text: string;
  /** Entries: 1-based column of the key and of the value's first character. Broken lines: of the key. */
  readonly column: number;
  readonly valueColumn: number;
  /** Entries only, else empty. */
  readonly key: string;
  readonly value: string;
}

/** One file, and the files its lxc.include lines pulled in. */
export interface Syntax {
  readonly file: string;
  readonly lines: readonly Line[];
  /** Whether the last line ends with a newline. */
  readonly endsWithNewline: boolean;
  /** By index of the including line in `lines`. */
  readonly includes: Readonly<Record<number, readonly Syntax[]>>;
  /** What went wrong while reading: includes missing, cycles. resolve() reports them. */
  readonly problems: readonly Problem[];
}

const BLANK = new Set([" ", "\t", "\r", "\v", "\f"]);

function leadingBlanks(text: string): number {
  let at = 0;
  while (at < text.length && BLANK.has(text.charAt(at))) at++;
  return at;
}

function trailingEnd(text: string): number {
  let end = text.length;
  while (end > 0 && BLANK.has(text.charAt(end - 1))) end--;
  return end;
}

/** The value without blanks and one pair of quotes, and where it starts in `text`. */
function valueOf(text: string, from: number): { readonly value: string; readonly start: number } {
  const start = from + leadingBlanks(text.slice(from));
  const value = text.slice(start, Math.max(start, trailingEnd(text)));
  const quote = value.charAt(0);
  const isQuoted = (quote === "'" || quote === '"') && value.length > 1 && value.endsWith(quote);
  return isQuoted ? { value: value.slice(1, -1), start: start + 1 } : { value, start };
}

export function parseLine(text: string, file: string, line: number): Line {
  const start = leadingBlanks(text);
  const base = { file, line, text, column: start + 1, valueColumn: start + 1, key: "", value: "" };
  if (start === text.length) return { ...base, kind: "blank" };
  if (text.charAt(start) === "#") return { ...base, kind: "comment" };
  if (!text.startsWith("lxc.", start)) return { ...base, kind: "ignored" };
  const equals = text.indexOf("=", start);
  if (equals < 0) return { ...base, kind: "broken" };
  const raw = text.slice(start, equals);
  const { value, start: valueStart } = valueOf(text, equals + 1);
  return { ...base, kind: "entry", key: raw.slice(0, trailingEnd(raw)), value, valueColumn: valueStart + 1 };
}

/** The lines of one file; includes are not looked at. */
export function parseText(file: string, text: string): Syntax {
  const endsWithNewline = text.endsWith("\n");
  const body = endsWithNewline ? text.slice(0, -1) : text;
  const lines = text === "" ? [] : body.split("\n").map((line, index) => parseLine(line, file, index + 1));
  return { file, lines, endsWithNewline, includes: {}, problems: [] };
}

/** The text of this one file, byte for byte. */
export function syntaxText(syntax: Syntax): string {
  const text = syntax.lines.map((line) => line.text).join("\n");
  return syntax.endsWithNewline ? `${text}\n` : text;
}

/** All lines in the order in which they take effect: included files stand where their include stands, after its line. */
export function* effectiveLines(syntax: Syntax): Generator<Line> {
  for (const [index, line] of syntax.lines.entries()) {
    yield line;
    for (const included of syntax.includes[index] ?? []) yield* effectiveLines(included);
  }
}
