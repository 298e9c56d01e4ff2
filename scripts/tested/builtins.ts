// Owns the few functions of JavaScript and Node that tests put command lines together with.
import { UNKNOWN } from "./commands.ts";
import { itemsOf, list, NOBODY_KNOWS, text, wordsOf, type Value } from "./values.ts";

type Apply = (called: Value, args: readonly Value[]) => Value;
const SAME: ReadonlySet<string> = new Set(["slice", "toSorted", "toReversed", "sort", "trim", "trimEnd", "replace", "replaceAll", "toString"]);
const EACH: ReadonlySet<string> = new Set(["map", "flatMap", "forEach", "filter", "some", "every", "find"]);

/** `of.name(...args)`, where that is known. */
export function method(of: Value, name: string, args: readonly Value[], apply: Apply): Value | undefined {
  const [first] = args;
  if (SAME.has(name)) return of;
  if (of.kind === "text" && name === "split") return list(of.text.split(/\s+/).map(text));
  if (of.kind !== "list" && of.kind !== "some") return undefined;
  if (name === "concat") return list([...itemsOf(of), ...args.flatMap((one) => (one.kind === "list" ? one.items : [one]))]);
  if (name === "join") return text(wordsOf(of).join(first?.kind === "text" ? first.text : ","));
  if (!EACH.has(name) || first === undefined) return undefined;
  const results = itemsOf(of).map((item) => apply(first, [item]));
  return name === "map" ? list(results) : name === "flatMap" ? list(results.flatMap(itemsOf)) : of;
}

/** `join(DIST, "bin/lxc-stop")` is a path whose end is known. */
export function free(name: string, args: readonly Value[]): Value | undefined {
  if (name === "join") return text(args.map((one) => (one.kind === "text" ? one.text : UNKNOWN)).join("/"));
  return undefined;
}
export function ofObject(name: string, [first = NOBODY_KNOWS]: readonly Value[]): Value {
  const fields = first.kind === "object" ? [...first.fields] : [];
  if (name === "entries") return list(fields.map(([key, value]) => list([text(key), value])));
  return name === "keys" ? list(fields.map(([key]) => text(key))) : name === "values" ? list(fields.map(([, value]) => value)) : NOBODY_KNOWS;
}
