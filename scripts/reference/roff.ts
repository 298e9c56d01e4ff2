// Owns blocks -> roff: the man(7) macros.
import type { Block } from "./markdown.ts";

const SPECIAL: Readonly<Record<string, string>> = { "\\": "\\e", "…": "\\&...", "–": "\\(en", "×": "\\(mu", "→": "\\(->" };
const special = (text: string): string => text.replaceAll(/[\\…–×→]/g, (character) => SPECIAL[character] ?? character);
const LITERAL: Readonly<Record<string, string>> = { "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti" };

/** Text that must come out as it would be typed. */
export const literal = (text: string): string => special(text).replaceAll(/[-'`^~]/g, (character) => LITERAL[character] ?? character);

const bold = (text: string): string => `\\fB${literal(text)}\\fR`;
/** Words in capitals within code are names of what the user fills in: they stay in bold as the rest of it. */
function spans(text: string): string {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))/).map((part) => {
    if (part.startsWith("`")) return bold(part.slice(1, -1));
    if (part.startsWith("**")) return `\\fB${special(part.slice(2, -2))}\\fR`;
    const [, name] = /^\[([^\]]+)\]\(/.exec(part) ?? [];
    return name === undefined ? special(part) : spans(name);
  }).join("");
}
/** A line of input that begins with a dot or an apostrophe would be a request. */
const guarded = (line: string): string => (/^[.']/.test(line) ? `\\&${line}` : line);

/** One sentence a line, so that the formatter knows where sentences end. */
export const paragraph = (text: string): readonly string[] => spans(text).split(/(?<=[.:]) (?=[A-Z\\])/).map(guarded);

/** The same of text without markup, which may name options and files. */
export const plain = (text: string): readonly string[] => literal(text).split(/(?<=[.:]) (?=[A-Z\\])/).map(guarded);

const code = (lines: readonly string[]): readonly string[] => [".PP", ".RS 4", ".EX", ...lines.map((line) => guarded(literal(line))), ".EE", ".RE"];
const list = (items: readonly string[]): readonly string[] => items.flatMap((item) => [".IP \\(bu 2", ...paragraph(item)]);

/** The first column is the term, the others explain it: what stands in columns seldom fits into 80 of them. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const body = rows.slice(1);
  return [".RS 4", ...body.flatMap(([name = "", ...texts]) => [".TP", guarded(spans(name)), ...paragraph(texts.join(": "))]), ".RE"];
}

export function roff(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap((block): readonly string[] => {
    switch (block.kind) {
      case "text": return [".PP", ...paragraph(block.text)];
      case "heading": return [`.SS ${literal(block.text)}`];
      case "code": return code(block.lines);
      case "list": return list(block.items);
      case "table": return table(block.rows);
    }
  });
}
