// Owns what a test's expressions come to, as far as that is written out: words, lists of them, functions that put them together.
import { UNKNOWN } from "./commands.ts";
import type { Pattern, Tree } from "./tree.ts";

export type Value =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly Value[] }
  | { readonly kind: "object"; readonly fields: ReadonlyMap<string, Value> }
  | { readonly kind: "function"; readonly params: readonly Pattern[]; readonly body: Tree; readonly scope: Scope }
  /** One of them, at different times. */
  | { readonly kind: "some"; readonly of: readonly Value[] }
  | { readonly kind: "unknown" };

export const NOBODY_KNOWS: Value = { kind: "unknown" };
export const text = (word: string): Value => ({ kind: "text", text: word });
export const list = (items: readonly Value[]): Value => ({ kind: "list", items });

/** Names and what they stand for; a value is made when it is first asked for. */
export class Scope {
  readonly #outer: Scope | undefined;
  readonly #names = new Map<string, () => Value>();
  readonly isModule: boolean;
  constructor(outer?: Scope, isModule = false) {
    this.#outer = outer;
    this.isModule = isModule;
  }
  set(name: string, make: () => Value): void {
    let value: Value | undefined;
    let isBusy = false;
    this.#names.set(name, () => {
      if (value !== undefined || isBusy) return value ?? NOBODY_KNOWS;
      isBusy = true;
      value = make();
      return value;
    });
  }
  get(name: string): Value { return this.#names.get(name)?.() ?? this.#outer?.get(name) ?? NOBODY_KNOWS; }
}

/** The items of a list; of what may be several, of each. */
export function itemsOf(value: Value): readonly Value[] {
  if (value.kind === "list") return value.items;
  return value.kind === "some" ? value.of.flatMap(itemsOf) : [NOBODY_KNOWS];
}
const MOST_TIMES = 8;
/** At how many different times it must be looked at to see everything that it may be. */
export function timesOf(value: Value): number {
  if (value.kind === "list") return value.items.reduce((most, item) => Math.max(most, timesOf(item)), 1);
  return value.kind === "some" ? Math.min(MOST_TIMES, Math.max(1, value.of.reduce((sum, one) => sum + timesOf(one), 0))) : 1;
}
/** What it is at one time: a word for each text; one that says nothing for what is not known. */
export function wordsOf(value: Value, time = 0): readonly string[] {
  if (value.kind === "text") return [value.text];
  if (value.kind === "list") return value.items.flatMap((item) => wordsOf(item, time));
  if (value.kind !== "some" || value.of.length === 0) return [UNKNOWN];
  return wordsOf(value.of[time % value.of.length] ?? NOBODY_KNOWS, Math.floor(time / value.of.length));
}
export function fieldOf(value: Value, name: string): Value {
  if (value.kind === "list" && /^\d+$/.test(name)) return value.items[Number(name)] ?? NOBODY_KNOWS;
  if (value.kind === "object") return value.fields.get(name) ?? NOBODY_KNOWS;
  return value.kind === "some" ? { kind: "some", of: value.of.map((one) => fieldOf(one, name)) } : NOBODY_KNOWS;
}

export function bind(scope: Scope, pattern: Pattern, value: () => Value, initial: (tree: Tree) => Value): void {
  switch (pattern.kind) {
    case "name": return scope.set(pattern.name, () => { const found = value(); return found.kind === "unknown" && pattern.initial !== undefined ? initial(pattern.initial) : found; });
    case "tuple": return pattern.items.forEach((item, i) => bind(scope, item, () => at(value(), i, item.isRest === true), initial));
    case "fields": return pattern.fields.forEach(([name, inner]) => bind(scope, inner, () => fieldOf(value(), name), initial));
  }
}
function at(value: Value, i: number, isRest: boolean): Value {
  if (value.kind === "some") return { kind: "some", of: value.of.map((one) => at(one, i, isRest)) };
  if (value.kind !== "list") return NOBODY_KNOWS;
  return isRest ? list(value.items.slice(i)) : value.items[i] ?? NOBODY_KNOWS;
}
export const bindAll = (scope: Scope, params: readonly Pattern[], args: readonly Value[], initial: (tree: Tree) => Value): void =>
  params.forEach((param, i) => bind(scope, param, () => at(list(args), i, param.isRest === true), initial));

/** Equal for equal values; none where a value has more in it than words. */
export function keyOf(value: Value): string | undefined {
  if (value.kind === "text") return JSON.stringify(value.text);
  if (value.kind === "unknown") return "?";
  if (value.kind !== "list" && value.kind !== "some") return undefined;
  const keys = (value.kind === "list" ? value.items : value.of).map(keyOf);
  return keys.includes(undefined) ? undefined : `${value.kind}(${keys.join(",")})`;
}
