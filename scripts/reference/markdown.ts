// Owns the little Markdown that the reference's texts are written in, as blocks: paragraphs, code, lists, tables, headings.

export type Block =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "code"; readonly lines: readonly string[] }
  | { readonly kind: "list"; readonly items: readonly string[] }
  /** The first row is the head. */
  | { readonly kind: "table"; readonly rows: readonly (readonly string[])[] };

const cells = (line: string): readonly string[] => line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));

function codeBlock(lines: readonly string[], start: number): { readonly block: Block; readonly next: number } {
  const end = lines.indexOf("```", start + 1);
  if (end < 0) throw new Error(`a code block is not closed: ${lines[start + 1] ?? ""}`);
  return { block: { kind: "code", lines: lines.slice(start + 1, end) }, next: end + 1 };
}

const isPlain = (line: string): boolean => line.trim() !== "" && !/^(```|\||### |- )/.test(line);
const runFrom = (lines: readonly string[], start: number, belongs: (line: string) => boolean): readonly string[] => {
  const end = lines.findIndex((line, index) => index >= start && !belongs(line));
  return lines.slice(start, end < 0 ? lines.length : end);
};

function blockAt(lines: readonly string[], at: number): { readonly block: Block; readonly next: number } {
  const line = lines[at] ?? "";
  if (line.startsWith("```")) return codeBlock(lines, at);
  if (line.startsWith("### ")) return { block: { kind: "heading", text: line.slice(4) }, next: at + 1 };
  if (line.startsWith("|")) {
    const run = runFrom(lines, at, (row) => row.startsWith("|"));
    return { block: { kind: "table", rows: run.filter((_, index) => index !== 1).map(cells) }, next: at + run.length };
  }
  if (line.startsWith("- ")) {
    const run = runFrom(lines, at, (item) => item.startsWith("- "));
    return { block: { kind: "list", items: run.map((item) => item.slice(2)) }, next: at + run.length };
  }
  const run = runFrom(lines, at, isPlain);
  return { block: { kind: "text", text: run.join(" ") }, next: at + run.length };
}

export function blocksOf(text: string): readonly Block[] {
  const lines = text.split("\n");
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length;) {
    if (lines[at]?.trim() === "") { at++; continue; }
    const { block, next } = blockAt(lines, at);
    blocks.push(block);
    at = next;
  }
  return blocks;
}
