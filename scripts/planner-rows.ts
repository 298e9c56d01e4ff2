// Owns how the rows of the key table are written in the planner. A literal that is made once costs the interpreter 700 to
// 1,000 instructions for each property; one function that is called for each row costs that once.

/** All that a command asks of a row, in the order of `rowOf`'s arguments; what is left out there is undefined. */
const PARTS = ["key", "grammar", "isRepeatable", "default", "legacy", "getter", "isFamily", "cleared", "items", "clears", "state", "fold", "members"] as const;
/** What the reference manual says of a key; the commands that say it have rows of their own. */
const WORDS: readonly string[] = ["doc", "since", "until", "security", "spec"];
const ROW = "row({";

/** The same row as `row` makes, but for the words of the manual. */
const ROW_OF = `
export function rowOf(key, grammar, isRepeatable = false, standard = "", legacy = NONE, getter = isRepeatable ? "lines" : "scalar", isFamily = key.endsWith(".*"), cleared, items, clears, state, fold, members) {
  return { key, grammar, isRepeatable, default: standard, legacy, getter, isFamily, cleared, items, clears, state, fold, members };
}
`;

/** Where a literal ends: behind its closing bracket or quote. */
function endOf(text: string, from: number): number {
  const first = text[from] ?? "";
  if (`"'\``.includes(first)) {
    for (let at = from + 1; at < text.length; at += text[at] === "\\" ? 2 : 1) if (text[at] === first) return at + 1;
  } else {
    for (let at = from + 1; at < text.length;) {
      const sign = text[at] ?? "";
      if (")]}".includes(sign)) return at + 1;
      at = `"'\`([{`.includes(sign) ? endOf(text, at) : at + 1;
    }
  }
  throw new Error(`the planner's build finds no end of ${text.slice(from, from + 60)}`);
}

/** What stands between the commas of a literal whose brackets are off. */
function partsOf(inner: string): readonly string[] {
  const parts: string[] = [];
  let [begin, at] = [0, 0];
  while (at < inner.length) {
    if (inner[at] === ",") { parts.push(inner.slice(begin, at)); begin = at + 1; }
    at = `"'\`([{`.includes(inner[at] ?? "") ? endOf(inner, at) : at + 1;
  }
  return [...parts, inner.slice(begin)].map((part) => part.trim()).filter((part) => part !== "");
}

/** `name: value`, `name` or `...(name === undefined ? {} : { name })`, as name and value. */
function pairOf(part: string): readonly [string, string] {
  const [, name = "", value] = /^(?:\.\.\.\()?(\w+)(?:: ([^]+)| === undefined \? \{\} : \{ \1 \}\))?$/.exec(part) ?? [];
  return [name, value ?? name];
}

/** `key: "lxc.tty.max", grammar: count(1024)` as the arguments of a call, without what only the manual says. */
function argumentsOf(inner: string): string {
  const given = new Map(partsOf(inner).map(pairOf));
  for (const name of given.keys()) if (!WORDS.includes(name) && !PARTS.some((known) => known === name)) throw new Error(`the planner's build does not know the part '${name}' of a row: ${inner}`);
  const values = PARTS.map((name) => given.get(name));
  return values.slice(0, values.findLastIndex((value) => value !== undefined) + 1).map((value) => value ?? "undefined").join(", ");
}

/** A file of src/config/keys with calls of one function in place of literals; throws for a row in a form that it does not know. */
export function withCalls(text: string): string {
  if (text.includes("export function row<")) return text + ROW_OF;
  let result = "", from = 0;
  for (let at = text.indexOf(ROW); at >= 0; at = text.indexOf(ROW, from)) {
    const end = endOf(text, at + ROW.length - 1);
    result += `${text.slice(from, at)}rowOf(${argumentsOf(text.slice(at + ROW.length, end - 1))})`;
    from = end + 1;
  }
  return `import { rowOf } from "./row.ts";\n${result}${text.slice(from)}`;
}
