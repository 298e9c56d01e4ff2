// Owns finding out which options of which commands a test file gives: command lines written as lists of words, as calls
// with a list, or in a shell's words. What a loop puts together is told by a comment: `// covers: lxc-x --option -o`.
import type { OptionRow } from "../../src/cli/getopt.ts";

export interface Known { readonly name: string; readonly rows: readonly OptionRow[] }
/** A command line: the tool's name and the words that follow it, as far as they are written out. */
export interface Seen { readonly name: string; readonly words: readonly string[]; readonly line: number }

interface Token { readonly kind: "text" | "open" | "close"; readonly text: string; readonly at: number }
const TOKENS = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`|([([{])|([)\]}])|\/\/[^\n]*/g;

function tokensOf(text: string): readonly Token[] {
  return [...text.matchAll(TOKENS)].flatMap((found): readonly Token[] => {
    const [, double, single, back, open, close] = found;
    const string = double ?? single ?? back;
    if (string !== undefined) return [{ kind: "text", text: string.replaceAll("\\n", "\n").replaceAll("\\\"", "\""), at: found.index }];
    return open !== undefined ? [{ kind: "open", text: open, at: found.index }] : close !== undefined ? [{ kind: "close", text: close, at: found.index }] : [];
  });
}

const baseOf = (word: string): string => word.replace(/^.*\//, "");

/** Words up to the end of the list or call in which the command is named. */
function rest(tokens: readonly Token[], from: number): readonly string[] {
  const words: string[] = [];
  let depth = 0;
  for (const { kind, text } of tokens.slice(from)) {
    if (kind === "open") depth++;
    else if (kind === "close" && --depth < 0) break;
    else if (kind === "text") words.push(text);
  }
  return words;
}

export type Helpers = ReadonlyMap<string, readonly string[]>;
const CALL_MAX = 4000;

interface Definition { readonly name: string; readonly body: string }
/** A function and its text: up to the next line that is indented no deeper. */
function definitionsOf(text: string): readonly Definition[] {
  return [...text.matchAll(/^( *)(?:export )?(?:const (\w+)(?:: [^=]*)? = (?:async )?\(|(?:async )?function\*? (\w+))/gm)].map((found) => {
    const [whole, indent = "", arrow, named] = found;
    const after = text.slice(found.index + whole.length);
    const end = after.search(new RegExp(`\\n {0,${indent.length}}[^\\s})\\]]`));
    return { name: arrow ?? named ?? "", body: whole + (end < 0 ? after : after.slice(0, end)) };
  });
}

export class Scanner {
  readonly #known: ReadonlyMap<string, Known>;
  readonly #alias: (argv: readonly string[]) => readonly string[];
  constructor(known: readonly Known[], alias: (argv: readonly string[]) => readonly string[]) {
    this.#known = new Map(known.map((one) => [one.name, one]));
    this.#alias = alias;
  }

  /** `berth rm -f`, `lxc stop`, `berth config get` are what they stand for. */
  #named(words: readonly string[]): { readonly name: string; readonly words: readonly string[] } | undefined {
    const [first = "", ...more] = words;
    const argv = this.#alias([baseOf(first), ...more]);
    const [name = "", verb, second] = argv;
    for (const [whole, length] of [[`${name} ${verb ?? ""} ${second ?? ""}`, 3], [`${name} ${verb ?? ""}`, 2], [name, 1]] as const) if (this.#known.has(whole)) return { name: whole, words: argv.slice(length) };
    return undefined;
  }

  /** A shell's text: each simple command in it. */
  #ofShell(text: string, line: number): readonly Seen[] {
    return text.split(/[;&|\n`()]|\$\(/).flatMap((command) => {
      const words = command.trim().split(/\s+/).map((word) => word.replaceAll(/^["']|["']$/g, ""));
      const at = words.findIndex((word) => this.#named([word, ...words.slice(words.indexOf(word) + 1)]) !== undefined);
      const named = at < 0 ? undefined : this.#named(words.slice(at));
      return named === undefined ? [] : [{ ...named, line }];
    });
  }

  /** Helpers of a text that run a command: their names, and the words that each puts first. `known`: those it may use itself. */
  helpers(text: string, known: Helpers = new Map()): Helpers {
    const found = new Map(known);
    for (const { name, body } of definitionsOf(text)) {
      const tokens = tokensOf(body);
      const direct = tokens.findIndex((token, i) => token.kind === "text" && this.#starts(token.text, rest(tokens, i + 1)));
      const used = [...found].find(([one]) => new RegExp(`\\b${one}\\(`).test(body));
      const at = tokens[direct];
      if (at !== undefined && !/\s/.test(at.text)) found.set(name, [at.text, ...rest(tokens, direct + 1)]);
      else if (used !== undefined && used[0] !== name) found.set(name, used[1]);
    }
    return found;
  }
  #starts(word: string, more: readonly string[]): boolean { return baseOf(word) === "berth" || this.#named([word, ...more]) !== undefined; }

  #ofHelpers(text: string, helpers: Helpers, lineAt: (at: number) => number): readonly Seen[] {
    if (helpers.size === 0) return [];
    return [...text.matchAll(new RegExp(`\\b(${[...helpers.keys()].join("|")})\\(`, "g"))].flatMap((found) => {
      const words = rest(tokensOf(text.slice(found.index + found[0].length, found.index + CALL_MAX)), 0);
      const named = this.#named([...(helpers.get(found[1] ?? "") ?? []), ...words]);
      return named === undefined ? [] : [{ ...named, line: lineAt(found.index) }];
    });
  }

  seen(text: string, helpers: Helpers = new Map()): readonly Seen[] {
    const tokens = tokensOf(text);
    const lineAt = (at: number): number => text.slice(0, at).split("\n").length;
    const lists = tokens.flatMap((token, i): readonly Seen[] => {
      if (token.kind !== "text") return [];
      if (/\s/.test(token.text.trim())) return this.#ofShell(token.text, lineAt(token.at));
      const named = this.#named([token.text, ...rest(tokens, i + 1)]);
      return named === undefined ? [] : [{ ...named, line: lineAt(token.at) }];
    });
    const told = [...text.matchAll(/^\s*\/\/ covers: (.*)$/gm)].flatMap((found) => this.#ofShell(found[1] ?? "", lineAt(found.index)));
    return [...lists, ...told, ...this.#ofHelpers(text, this.helpers(text, helpers), lineAt)];
  }

  /** Long options that are written in full anywhere in a file: helpers of a test put command lines together. */
  fullNames(name: string, text: string): ReadonlySet<string> {
    const rows = this.#known.get(name)?.rows ?? [];
    const written = new Set([...text.matchAll(/["'`\s]--([a-z][a-z0-9-]*)(?=["'`\s=])/g)].map(([, long]) => long ?? ""));
    return new Set(rows.filter(({ long }) => written.has(long)).map(({ long }) => long));
  }

  /** Long names of the options that these words give. */
  options({ name, words }: Seen): ReadonlySet<string> {
    const rows = this.#known.get(name)?.rows ?? [];
    const found = new Set<string>();
    for (const word of words) {
      if (word === "--") break;
      if (word.startsWith("--")) {
        const long = word.slice(2).split("=")[0] ?? "";
        const matches = rows.filter((row) => row.long === long || (long !== "" && row.long.startsWith(long)));
        const row = matches.find((one) => one.long === long) ?? (matches.length === 1 ? matches[0] : undefined);
        if (row !== undefined) found.add(row.long);
      } else if (word.startsWith("-")) for (const row of cluster(word, rows)) found.add(row.long);
    }
    return found;
  }
}

function cluster(word: string, rows: readonly OptionRow[]): readonly OptionRow[] {
  const found: OptionRow[] = [];
  for (const letter of word.slice(1)) {
    const row = rows.find(({ short }) => short === letter);
    if (row === undefined) return found;
    found.push(row);
    if (row.argument !== undefined) break;
  }
  return found;
}
