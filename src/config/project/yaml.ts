// Owns YAML as project files are written in it, with the line and column of everything: block and flow mappings and
// lists, plain and quoted words, | and > texts, comments. Anchors, tags, several documents and plain words over several
// lines are refused, not guessed at. JSON is such a file, too. docs/decisions/0011-projects.md says why it is our own.

export interface Spot { readonly line: number; readonly column: number }
export type Node =
  | { readonly kind: "map"; readonly at: Spot; readonly entries: readonly MapEntry[] }
  | { readonly kind: "list"; readonly at: Spot; readonly items: readonly Node[] }
  | { readonly kind: "scalar"; readonly at: Spot; readonly value: string | number | boolean | null; /** As it is written, without quotes. */ readonly text: string };
export interface MapEntry { readonly key: string; readonly at: Spot; readonly value: Node }
export interface YamlError { readonly at: Spot; readonly text: string; readonly remedy?: string }
export type Parsed = { readonly ok: true; readonly node: Node } | { readonly ok: false; readonly error: YamlError };

interface Line { readonly indent: number; readonly text: string; readonly number: number }

class Refusal extends Error {
  readonly at: Spot;
  readonly remedy: string | undefined;
  constructor(at: Spot, text: string, remedy?: string) {
    super(text);
    this.at = at;
    this.remedy = remedy;
  }
}

const NUMBER = /^[-+]?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;
function plainValue(text: string): string | number | boolean | null {
  if (text === "" || text === "~" || /^(null|Null|NULL)$/.test(text)) return null;
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  return NUMBER.test(text) ? Number(text) : text;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "0": "\0", e: "\x1b", '"': '"', "\\": "\\", "/": "/", " ": " ", b: "\b", f: "\f" };
const HEX: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** One line's characters from a place on: quoted and plain words, flow collections that may go on in the next lines. */
class Cursor {
  readonly #lines: readonly Line[];
  #line: number;
  #column: number;
  constructor(lines: readonly Line[], line: number, column: number) { [this.#lines, this.#line, this.#column] = [lines, line, column]; }

  get line(): number { return this.#line; }
  get #text(): string { return this.#lines[this.#line]?.text ?? ""; }
  get at(): Spot { return { line: (this.#lines[this.#line]?.number ?? this.#lines.length) , column: this.#column + 1 }; }
  get rest(): string { return this.#text.slice(this.#column); }
  #next(): string { return this.#text.charAt(this.#column); }
  move(count: number): void { this.#column += count; }
  /** Blanks and a comment; in a flow collection ends of lines, too. */
  skip(isFlow: boolean): void {
    for (;;) {
      while (/[ \t]/.test(this.#next())) this.#column++;
      if (this.#next() === "#" && (this.#column === 0 || /[ \t]/.test(this.#text.charAt(this.#column - 1)))) this.#column = this.#text.length;
      if (!isFlow || this.#next() !== "" || this.#line + 1 >= this.#lines.length) return;
      this.#line++;
      this.#column = 0;
    }
  }
  /** Nothing but a comment may follow on the line. */
  finish(): void {
    this.skip(false);
    if (this.rest !== "") throw new Refusal(this.at, `'${this.rest.slice(0, 20)}' is unexpected here`, "quote a value that has such characters");
  }

  value(isFlow: boolean): Node {
    const { at } = this;
    const first = this.#next();
    if (first === "[" || first === "{") return first === "[" ? this.#list(at) : this.#map(at);
    if (first === '"' || first === "'") {
      const text = this.#quoted(first);
      return { kind: "scalar", at, value: text, text };
    }
    if (/^[&*!]/.test(first)) throw new Refusal(at, `'${first}' begins an anchor, an alias or a tag, which are not understood`, "write the value itself, or quote it");
    if (/^[%@`|>]/.test(first)) throw new Refusal(at, `a word cannot begin with '${first}'`, "quote it");
    const text = this.#plain(isFlow);
    return { kind: "scalar", at, value: plainValue(text), text };
  }

  #plain(isFlow: boolean): string {
    const { rest } = this;
    const end = rest.search(isFlow ? /[,[\]{}]|:(?=[ \t,[\]{}]|$)|[ \t]#/ : /:(?=[ \t]|$)|[ \t]#/);
    const text = (end < 0 ? rest : rest.slice(0, end)).trimEnd();
    this.move(text.length);
    return text;
  }
  #quoted(quote: string): string {
    const { at } = this;
    this.move(1);
    let text = "";
    for (;;) {
      const letter = this.#next();
      if (letter === "") throw new Refusal(at, `the text in ${quote} does not end on its line`, "close it, or write several lines with |");
      this.move(1);
      if (letter === quote && (quote === '"' || this.#next() !== "'")) return text;
      if (letter === quote) this.move(1);
      text += quote === '"' && letter === "\\" ? this.#escape() : letter;
    }
  }
  #escape(): string {
    const { at } = this;
    const letter = this.#next();
    const digits = HEX[letter];
    const found = digits === undefined ? undefined : new RegExp(`^[0-9a-fA-F]{${digits}}`).exec(this.rest.slice(1))?.[0];
    this.move(1 + (found?.length ?? 0));
    if (found !== undefined) return String.fromCodePoint(Number.parseInt(found, 16));
    const plain = ESCAPES[letter];
    if (plain === undefined) throw new Refusal(at, `'\\${letter}' is no escape`, "write \\\\ for a backslash, or use single quotes");
    return plain;
  }
  #open(at: Spot, what: string): void {
    if (this.#next() === "") throw new Refusal(at, `the ${what} that begins here does not end`);
  }
  #list(at: Spot): Node {
    const items: Node[] = [];
    this.move(1);
    for (;;) {
      this.skip(true);
      this.#open(at, "list");
      if (this.#next() === "]") break;
      items.push(this.value(true));
      this.#separate(at, "list", "]");
    }
    this.move(1);
    return { kind: "list", at, items };
  }
  #map(at: Spot): Node {
    const entries: MapEntry[] = [];
    this.move(1);
    for (;;) {
      this.skip(true);
      this.#open(at, "mapping");
      if (this.#next() === "}") break;
      const key = this.value(true);
      if (key.kind !== "scalar") throw new Refusal(key.at, "a key is one word");
      this.skip(true);
      if (this.#next() !== ":") throw new Refusal(this.at, `':' is missing behind the key '${key.text}'`);
      this.move(1);
      this.skip(true);
      add(entries, { key: key.text, at: key.at, value: this.value(true) });
      this.#separate(at, "mapping", "}");
    }
    this.move(1);
    return { kind: "map", at, entries };
  }
  #separate(at: Spot, what: string, close: string): void {
    this.skip(true);
    this.#open(at, what);
    if (this.#next() === ",") this.move(1);
    else if (this.#next() !== close) throw new Refusal(this.at, `',' or '${close}' is missing`);
  }
}

function add(entries: MapEntry[], entry: MapEntry): void {
  const before = entries.find(({ key }) => key === entry.key);
  if (before !== undefined) throw new Refusal(entry.at, `the key '${entry.key}' is here a second time`, `it is in line ${before.at.line} already`);
  entries.push(entry);
}

const isBlank = (text: string): boolean => /^[ \t]*(#.*)?$/.test(text);
const KEY = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#"'&*!|>%@`[\]{},?-][^#]*?|-[^\s#][^#]*?)[ \t]*:(?=[ \t]|$)/;

class Blocks {
  readonly #lines: Line[];
  #index = 0;
  constructor(lines: Line[]) { this.#lines = lines; }

  #here(): Line | undefined {
    while (this.#index < this.#lines.length && isBlank(this.#lines[this.#index]?.text ?? "")) this.#index++;
    return this.#lines[this.#index];
  }
  #spot(line: Line): Spot { return { line: line.number, column: line.indent + 1 }; }

  whole(): Node {
    const node = this.#block(0);
    const left = this.#here();
    if (left !== undefined) throw new Refusal(this.#spot(left), "this line is indented otherwise than those before it");
    return node;
  }
  /** What stands at least so far to the right; nothing: null. */
  #block(least: number): Node {
    const line = this.#here();
    if (line === undefined || line.indent < least) return { kind: "scalar", at: { line: line?.number ?? this.#lines.length, column: 1 }, value: null, text: "" };
    const text = line.text.slice(line.indent);
    if (/^-([ \t]|$)/.test(text)) return this.#list(line.indent);
    if (KEY.test(text)) return this.#map(line.indent);
    return this.#inline(line.indent);
  }
  /** A value on the rest of its line, or a flow collection that goes on below. */
  #inline(column: number): Node {
    const cursor = new Cursor(this.#lines, this.#index, column);
    const node = cursor.value(false);
    cursor.finish();
    this.#index = cursor.line + 1;
    return node;
  }
  #list(indent: number): Node {
    const items: Node[] = [];
    let line = this.#here();
    const at = line === undefined ? { line: 1, column: 1 } : this.#spot(line);
    for (; line !== undefined && line.indent === indent && /^-([ \t]|$)/.test(line.text.slice(indent)); line = this.#here()) {
      const rest = line.text.slice(indent + 1);
      const within = indent + 1 + (rest.length - rest.trimStart().length);
      if (isBlank(rest)) {
        this.#index++;
        items.push(this.#block(indent + 1));
      } else {
        // what follows the dash stands where it stands, as if the dash were a blank
        this.#lines[this.#index] = { indent: within, text: `${" ".repeat(within)}${line.text.slice(within)}`, number: line.number };
        const marker = /^[|>]/.test(line.text.slice(within));
        items.push(marker ? this.#text(line.text.slice(within), indent) : this.#block(indent + 1));
      }
    }
    return { kind: "list", at, items };
  }
  #map(indent: number): Node {
    const entries: MapEntry[] = [];
    let line = this.#here();
    const at = line === undefined ? { line: 1, column: 1 } : this.#spot(line);
    for (; line !== undefined && line.indent === indent; line = this.#here()) {
      const found = KEY.exec(line.text.slice(indent))?.[0];
      if (found === undefined) throw new Refusal(this.#spot(line), "a key with ':' behind it is missing here");
      const cursor = new Cursor(this.#lines, this.#index, indent);
      const key = cursor.value(false);
      if (key.kind !== "scalar") throw new Refusal(key.at, "a key is one word");
      add(entries, { key: key.text, at: key.at, value: this.#after(indent, found.length) });
    }
    return { kind: "map", at, entries };
  }
  /** Behind a key of so many characters. */
  #after(indent: number, length: number): Node {
    const text = this.#lines[this.#index]?.text ?? "";
    const rest = text.slice(indent + length);
    const column = indent + length + (rest.length - rest.trimStart().length);
    if (/^[|>]/.test(text.slice(column))) return this.#text(text.slice(column), indent);
    if (!isBlank(rest)) return this.#inline(column);
    this.#index++;
    const next = this.#here();
    // a list may stand right below its key
    if (next !== undefined && next.indent === indent && /^-([ \t]|$)/.test(next.text.slice(indent))) return this.#list(indent);
    return this.#block(indent + 1);
  }
  /** `|` keeps ends of lines, `>` makes blanks of them; `-` drops the last one, `+` keeps all. */
  #text(marker: string, indent: number): Node {
    const first = this.#lines[this.#index];
    const at = { line: first?.number ?? 1, column: (first?.text.indexOf(marker) ?? 0) + 1 };
    const [, style, chomp = ""] = /^([|>])([-+]?)[ \t]*(?:#.*)?$/.exec(marker) ?? [];
    if (style === undefined) throw new Refusal(at, `'${marker}' is not understood`, "|, |-, |+, >, >- or >+");
    this.#index++;
    const lines: string[] = [];
    let inner: number | undefined;
    for (let line = this.#lines[this.#index]; line !== undefined; line = this.#lines[++this.#index]) {
      const isEmpty = line.text.trim() === "";
      if (!isEmpty) inner ??= line.indent;
      if (!isEmpty && (line.indent <= indent || line.indent < (inner ?? 0))) break;
      lines.push(isEmpty ? "" : line.text.slice(inner));
    }
    while (lines.at(-1) === "" && chomp !== "+") lines.pop();
    const body = style === "|" ? lines.join("\n") : folded(lines);
    const text = lines.length === 0 || chomp === "-" ? body : `${body}\n`;
    return { kind: "scalar", at, value: text, text };
  }
}

/** Ends of lines are blanks, but for those at empty and indented lines. */
function folded(lines: readonly string[]): string {
  let text = "";
  lines.forEach((line, i) => {
    const before = lines[i - 1];
    if (i === 0) text = line;
    else if (line === "") text += "\n";
    else if (before === "") text += line;
    else text += (/^[ \t]/.test(line) || /^[ \t]/.test(before ?? "") ? "\n" : " ") + line;
  });
  return text;
}

function linesOf(source: string): Line[] {
  const lines = source.replace(/^\uFEFF/, "").split(/\r?\n/).map((text, i): Line => ({ indent: text.length - text.replace(/^ +/, "").length, text, number: i + 1 }));
  const tabbed = lines.find(({ text }) => /^ *\t/.test(text) && !isBlank(text));
  if (tabbed !== undefined) throw new Refusal({ line: tabbed.number, column: tabbed.indent + 1 }, "a tab cannot indent a line", "use blanks");
  const [first] = lines;
  const start = lines.findIndex(({ text }) => !isBlank(text));
  if (first !== undefined && /^---\s*$/.test(lines[start]?.text ?? "")) lines[start] = { indent: 0, text: "", number: start + 1 };
  const second = lines.find(({ text }) => /^(---|\.\.\.)\s*$/.test(text));
  if (second !== undefined) throw new Refusal({ line: second.number, column: 1 }, "only one document is understood", "make two files of it");
  return lines;
}

export function parseYaml(source: string): Parsed {
  try {
    return { ok: true, node: new Blocks(linesOf(source)).whole() };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error: { at: error.at, text: error.message, ...(error.remedy === undefined ? {} : { remedy: error.remedy }) } };
    throw error;
  }
}

/** Without places, as a program sees it. */
export function plainOf(node: Node): unknown {
  if (node.kind === "scalar") return node.value;
  return node.kind === "list" ? node.items.map(plainOf) : Object.fromEntries(node.entries.map(({ key, value }) => [key, plainOf(value)]));
}
