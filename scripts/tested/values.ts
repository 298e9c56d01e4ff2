// Owns what a test's expressions come to, as far as that is written out: words, lists of them, functions that put them together.
import { UNKNOWN } from "./commands.ts";
import type { Pattern, Tree } from "./tree.ts";

export type Value =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly Value[] }
  | { readonly kind: "object"; readonly fields: ReadonlyMap<string, Value> }
  | { readonly kind: "function"; readonly params: readonly Pattern[]; readonly body: Tree; readonly scope: Scope }
  /** One of them, at different times. `choice`: values with the same one are the same one of theirs at a time; `isSpread`: what is in it stands in the list itself. */
  | { readonly kind: "some"; readonly of: readonly Value[]; readonly choice: object; readonly isSpread?: true }
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
  if (value.kind === "list") return value.items.flatMap((item) => (item.kind === "some" && item.isSpread === true ? item.of.flatMap(itemsOf) : [item]));
  return value.kind === "some" ? value.of.flatMap(itemsOf) : [NOBODY_KNOWS];
}
type Some = Extract<Value, { kind: "some" }>;
export const some = (of: readonly Value[]): Value => ({ kind: "some", of, choice: {} });
/** Each of them made another thing; at a time it is that of the same one. */
const mapped = (value: Some, make: (one: Value) => Value): Value => ({ kind: "some", of: value.of.map(make), choice: value.choice });

/** Which of several things something is at one time. */
export type Pick = (value: Some) => number;
const MOST_TIMES = 24;
const choicesOf = (value: Value): readonly Some[] => (value.kind === "list" ? value.items.flatMap(choicesOf) : value.kind === "some" ? [value, ...value.of.flatMap(choicesOf)] : []);

/** One after the other, like the wheels of a counter. */
function counter(time: number): Pick {
  let left = time;
  const made = new Map<object, number>();
  return ({ of: { length }, choice }) => {
    const known = made.get(choice);
    if (known !== undefined) return known % length;
    const digit = left % length;
    left = Math.floor(left / length);
    made.set(choice, digit);
    return digit;
  };
}
/** Times enough to see everything that it may be: each combination where they are few, else each thing with some of the others. */
export function timesOf(value: Value): readonly (() => Pick)[] {
  const counts = [...new Map(choicesOf(value).map(({ of, choice }) => [choice, of.length])).values()].filter((count) => count > 1);
  if (counts.length === 0) return [() => () => 0];
  const combinations = Math.min(MOST_TIMES, counts.reduce((product, count) => product * count, 1));
  const together = Array.from({ length: Math.max(...counts) }, (_, time) => (): Pick => ({ of }) => time % of.length);
  return [...Array.from({ length: combinations }, (_, time) => () => counter(time)), ...(combinations < MOST_TIMES ? [] : together)];
}
/** What it is at one time: a word for each text; one that says nothing for what is not known. */
export function wordsOf(value: Value, pick: Pick = () => 0): readonly string[] {
  if (value.kind === "text") return [value.text];
  if (value.kind === "list") return value.items.flatMap((item) => wordsOf(item, pick));
  return value.kind === "some" && value.of.length > 0 ? wordsOf(value.of[pick(value)] ?? NOBODY_KNOWS, pick) : [UNKNOWN];
}
export function fieldOf(value: Value, name: string): Value {
  if (value.kind === "list" && /^\d+$/.test(name)) return value.items[Number(name)] ?? NOBODY_KNOWS;
  if (value.kind === "object") return value.fields.get(name) ?? NOBODY_KNOWS;
  return value.kind === "some" ? mapped(value, (one) => fieldOf(one, name)) : NOBODY_KNOWS;
}

/** Made once, when it is first asked for. */
function once(make: () => Value): () => Value {
  let value: Value | undefined;
  return () => (value ??= make());
}
export function bind(scope: Scope, pattern: Pattern, make: () => Value, initial: (tree: Tree) => Value): void {
  const value = once(make);
  switch (pattern.kind) {
    case "name": return scope.set(pattern.name, () => { const found = value(); return found.kind === "unknown" && pattern.initial !== undefined ? initial(pattern.initial) : found; });
    case "tuple": return pattern.items.forEach((item, i) => bind(scope, item, () => at(value(), i, item.isRest === true), initial));
    case "fields": return pattern.fields.forEach(([name, inner]) => bind(scope, inner, () => fieldOf(value(), name), initial));
  }
}
function at(value: Value, i: number, isRest: boolean): Value {
  if (value.kind === "some") return mapped(value, (one) => at(one, i, isRest));
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
