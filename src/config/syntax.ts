// Owns what the user wrote: text -> lines with file, line and column, nothing lost. Knows no key.
// Rules of LXC's parser: blanks around key and value do not count, one pair of quotes around the value is
// taken off, a line that does not start with `lxc.` says nothing, there are no trailing comments.
// One word more than LXC knows: `berth.` begins keys of ours, which LXC passes over as it does any other such line.

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

/** isspace(3) in the C locale, without the newline. */
const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** The end of what is left of `end` without blanks; at least `from`. */
function dropBlanks(text: string, from: number, end: number): number {
  let at = end;
  while (at > from && isBlank(text.charCodeAt(at - 1))) at--;
  return at;
}

export function parseLine(text: string, file: string, line: number): Line {
  const start = skipBlanks(text, 0);
  const plain = (kind: LineKind): Line => ({ kind, file, line, text, column: start + 1, valueColumn: start + 1, key: "", value: "" });
  if (start === text.length) return plain("blank");
  if (text.charAt(start) === "#") return plain("comment");
  if (!text.startsWith("lxc.", start) && !text.startsWith("berth.", start)) return plain("ignored");
  const equals = text.indexOf("=", start);
  if (equals < 0) return plain("broken");
  const key = text.slice(start, dropBlanks(text, start, equals));
  const from = skipBlanks(text, equals + 1);
  const end = dropBlanks(text, from, text.length);
  const quote = text.charAt(from);
  const isQuoted = (quote === "'" || quote === '"') && end - from > 1 && text.charAt(end - 1) === quote;
  const value = isQuoted ? text.slice(from + 1, end - 1) : text.slice(from, end);
  return { kind: "entry", file, line, text, column: start + 1, valueColumn: from + (isQuoted ? 2 : 1), key, value };
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

/** Calls `see` with all lines in the order in which they take effect: included files stand after their include's line. */
export function seeLines(syntax: Syntax, see: (line: Line) => void): void {
  let index = 0;
  for (const line of syntax.lines) {
    see(line);
    const included = syntax.includes[index++];
    if (included !== undefined) for (const file of included) seeLines(file, see);
  }
}
