// Owns walking through a test file as it would run, with what is written out known and the rest not: each list of words
// and each call with words is told, of helpers with what their callers give.
import { dirname, join } from "node:path";
import { free, method, ofObject } from "./builtins.ts";
import { UNKNOWN, type Commands } from "./commands.ts";
import type { Source, Tree } from "./tree.ts";
import { bind, bindAll, fieldOf, itemsOf, list, NOBODY_KNOWS, Scope, keyOf, some, text, timesOf, wordsOf, type Value } from "./values.ts";

export interface Told {
  /** The items of a list or of a call. */
  readonly items: (items: readonly Value[]) => void;
  readonly text: (text: string) => void;
}
/** What these compare with is no command line. */
const MATCHER = /^(?:to[A-Z]\w*|stringContaining|stringMatching|includes|startsWith|endsWith|indexOf|match)$/;
const TITLED: ReadonlySet<string> = new Set(["test", "describe", "it"]);
const DEEPEST = 8;

export class Reading {
  readonly #sources: ReadonlyMap<string, Source>;
  readonly #modules = new Map<string, Scope>();
  readonly #told: Told;
  readonly #applied = new Map<Tree, Map<string, Value>>();
  #depth = 0;
  #isQuiet = false;
  constructor(sources: readonly Source[], told: Told) {
    this.#sources = new Map(sources.map((one) => [one.file, one]));
    this.#told = told;
  }

  read({ file, tree }: Source): void { this.#walk(tree, this.#module(file)); }

  #module(file: string): Scope {
    const known = this.#modules.get(file);
    if (known !== undefined) return known;
    const scope = new Scope(undefined, true);
    this.#modules.set(file, scope);
    const tree = this.#sources.get(file)?.tree;
    for (const item of tree?.kind === "block" ? tree.items : []) {
      if (item.kind === "import") for (const [local, there] of item.names) scope.set(local, () => this.#module(join(dirname(file), item.from)).get(there));
      else this.#declare(item, scope);
    }
    return scope;
  }
  /** What a block declares is known in all of it. */
  #declare(tree: Tree, scope: Scope): void {
    if (tree.kind === "other") for (const item of tree.items) this.#declare(item, scope);
    if (tree.kind === "let") bind(scope, tree.pattern, () => (tree.value === undefined ? NOBODY_KNOWS : this.#value(tree.value, scope)), (initial) => this.#value(initial, scope));
  }

  /** Statements, in a scope where they are declared; what is returned. */
  #walk(tree: Tree, scope: Scope): readonly Value[] {
    switch (tree.kind) {
      case "block": return tree.items.flatMap((item) => this.#walk(item, scope));
      case "import": return [];
      case "return": return [this.#value(tree.value, scope)];
      case "let": {
        const value = tree.value === undefined ? NOBODY_KNOWS : this.#value(tree.value, scope);
        if (value.kind === "function") this.#apply(value, []);
        return [];
      }
      case "loop": return itemsOf(this.#value(tree.of, scope)).flatMap((item) => {
        const inner = new Scope(scope);
        bind(inner, tree.item, () => item, (initial) => this.#value(initial, inner));
        return this.#inBlock(tree.body, inner);
      });
      case "other": return tree.items.flatMap((item) => (item.kind === "block" ? this.#inBlock(item, new Scope(scope)) : this.#walk(item, scope)));
      default: this.#called(NOBODY_KNOWS, [this.#value(tree, scope)]); return []; // a class's method: somebody calls it
    }
  }
  #inBlock(tree: Tree, scope: Scope): readonly Value[] {
    if (tree.kind === "block") for (const item of tree.items) this.#declare(item, scope);
    return this.#walk(tree, scope);
  }

  /** The same function of a module with the same words tells nothing new. */
  #apply(called: Value, args: readonly Value[]): Value {
    if (called.kind !== "function" || this.#depth >= DEEPEST) return NOBODY_KNOWS;
    const words = called.scope.isModule ? keyOf(list(args)) : undefined;
    const key = words === undefined ? undefined : `${this.#depth} ${this.#isQuiet} ${words}`;
    const known = this.#applied.get(called.body) ?? new Map<string, Value>();
    this.#applied.set(called.body, known);
    const result = (key === undefined ? undefined : known.get(key)) ?? this.#run(called, args);
    if (key !== undefined) known.set(key, result);
    return result;
  }
  #run(called: Extract<Value, { kind: "function" }>, args: readonly Value[]): Value {
    this.#depth++;
    const scope = new Scope(called.scope);
    bindAll(scope, called.params, args, (initial) => this.#value(initial, scope));
    const isStatements = called.body.kind === "block";
    const returned = isStatements ? this.#inBlock(called.body, scope) : [this.#value(called.body, scope)];
    this.#depth--;
    return returned.length === 1 ? returned[0] ?? NOBODY_KNOWS : some(returned);
  }

  #value(tree: Tree, scope: Scope): Value {
    switch (tree.kind) {
      case "text": return this.#tell(tree.text);
      case "template": return this.#tell(tree.parts.map((part) => { const value = this.#value(part, scope); return value.kind === "text" ? value.text : UNKNOWN; }).join(""));
      case "name": return scope.get(tree.name);
      case "list": return list(this.#tellItems(this.#items(tree.items, scope)));
      case "spread": return this.#value(tree.of, scope);
      case "object": return this.#object(tree, scope);
      case "member": return fieldOf(this.#value(tree.of, scope), tree.name);
      case "call": return this.#call(tree, scope);
      case "function": return { kind: "function", params: tree.params, body: tree.body, scope };
      case "either": return some(tree.of.map((one) => this.#value(one, scope)).filter(({ kind }) => kind !== "unknown"));
      default: this.#walk(tree, scope); return NOBODY_KNOWS;
    }
  }
  #tell(word: string): Value {
    if (!this.#isQuiet && /\s/.test(word.trim())) this.#told.text(word);
    return text(word);
  }
  #tellItems(items: readonly Value[]): readonly Value[] {
    if (!this.#isQuiet) this.#told.items(items);
    return items;
  }
  #items(trees: readonly Tree[], scope: Scope): readonly Value[] {
    return trees.flatMap((tree) => {
      const value = this.#value(tree, scope);
      if (tree.kind !== "spread") return [value];
      return value.kind === "list" ? value.items : [value.kind === "some" ? { ...value, isSpread: true } : value];
    });
  }
  #object(tree: Extract<Tree, { kind: "object" }>, scope: Scope): Value {
    const spreads = tree.spreads.map((one) => this.#value(one, scope)).flatMap((value) => (value.kind === "object" ? [...value.fields] : []));
    return { kind: "object", fields: new Map([...spreads, ...tree.fields.map(([name, value]) => [name, this.#value(value, scope)] as const)]) };
  }

  #call({ callee, args }: Extract<Tree, { kind: "call" }>, scope: Scope): Value {
    const name = callee.kind === "name" || callee.kind === "member" ? callee.name : "";
    if (MATCHER.test(name)) return this.#quietly(callee, args, scope);
    const table = tableOf(callee);
    if (table !== undefined) return this.#each(table, args, scope);
    if (callee.kind === "name" && TITLED.has(callee.name)) return this.#called(NOBODY_KNOWS, this.#items(args.slice(1), scope));
    if (callee.kind === "member") {
      const given = this.#items(args, scope);
      if (callee.of.kind === "name" && callee.of.name === "Object") return ofObject(name, given);
      const of = this.#value(callee.of, scope);
      return method(of, name, given, (called, with_) => this.#apply(called, with_)) ?? this.#called(fieldOf(of, name), given);
    }
    const called = this.#value(callee, scope);
    const given = this.#tellItems(this.#items(args, scope));
    return free(name, given) ?? this.#called(called, given);
  }
  /** Functions given to what is not known are called by it some time. */
  #called(called: Value, args: readonly Value[]): Value {
    if (called.kind === "function") return this.#apply(called, args);
    for (const one of args) this.#apply(one, []);
    return NOBODY_KNOWS;
  }
  #quietly(callee: Tree, args: readonly Tree[], scope: Scope): Value {
    this.#value(callee, scope);
    const before = this.#isQuiet;
    this.#isQuiet = true;
    this.#items(args, scope);
    this.#isQuiet = before;
    return NOBODY_KNOWS;
  }
  /** `test.each(TABLE)("title", (...row) => …)` */
  #each(table: Tree, args: readonly Tree[], scope: Scope): Value {
    const rows = itemsOf(this.#value(table, scope));
    for (const called of this.#items(args.slice(1), scope)) for (const row of rows) this.#apply(called, row.kind === "list" ? row.items : [row]);
    return NOBODY_KNOWS;
  }
}

const tableOf = (callee: Tree): Tree | undefined => (callee.kind === "call" && callee.callee.kind === "member" && callee.callee.name === "each" ? callee.args[0] : undefined);

/** Words from each command's name on: to the end of the list, without lists that are command lines themselves. */
export function linesOf(items: readonly Value[], isCommand: (word: string) => boolean): readonly (readonly string[])[] {
  const heads = items.map((item, i) => item.kind !== "list" && allWords(item).some(isCommand) && !isArgument(items, i));
  if (!heads.includes(true)) return [];
  const isOwn = (value: Value): boolean => value.kind === "list" && wordsOf(value).slice(0, 1).some(isCommand);
  return heads.flatMap((isHead, i) => (isHead ? variants(items.slice(i).filter((one, n) => n === 0 || !isOwn(one))) : [])).filter(([first = ""]) => isCommand(first));
}
/** `lxc` behind another program's word is a word for that: hook("clonehostname", …, ["web", "lxc", "clone"]). */
const isArgument = (items: readonly Value[], i: number): boolean => {
  const [before, word] = [items[i - 1], items[i]];
  return before?.kind === "text" && word !== undefined && wordsOf(word)[0] === "lxc" && !/^-|=|\//.test(wordsOf(before)[0] ?? "-");
};
const variants = (items: readonly Value[]): readonly (readonly string[])[] => timesOf(list(items)).map((time) => wordsOf(list(items), time()));
const allWords = (value: Value): readonly string[] => timesOf(value).flatMap((time) => wordsOf(value, time()));

/** `lxc-stop --kill` for each option that a file's command lines give; `sources`: what it may import from, too. */
export function givenIn(source: Source, sources: readonly Source[], commands: Commands): ReadonlySet<string> {
  const found = new Set<string>();
  const lines = new Set<string>();
  const once = (line: string, given: () => readonly string[]): void => {
    if (lines.has(line)) return;
    lines.add(line);
    for (const key of given()) found.add(key);
  };
  new Reading(sources, {
    items: (items) => { for (const line of linesOf(items, (word) => commands.isNamed(word))) once(line.join(" "), () => commands.given(line)); },
    text: (line) => once(line, () => commands.givenInShell(line)),
  }).read(source);
  return found;
}
