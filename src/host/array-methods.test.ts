// The planner's own array methods do what JavaScriptCore's do.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { ARRAY_METHODS, from, fromEntries } from "./array-methods.ts";

const native: Readonly<Record<string, unknown>> = Object.fromEntries(Object.keys(ARRAY_METHODS).map((name) => [name, Reflect.get(Array.prototype, name)]));
const values = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(undefined), fc.array(fc.nat(2), { maxLength: 2 })), { maxLength: 6 });
/** What a call sees, what it answers, and the result or the error. */
function outcome(method: unknown, array: readonly unknown[], rest: readonly unknown[]): unknown {
  const seen: unknown[] = [];
  const call = (...given: readonly unknown[]): unknown => { seen.push(given); return given[0]; };
  if (typeof method !== "function") return undefined;
  try { return [Reflect.apply(method, array, [call, ...rest]), seen]; } catch (error) { return [error instanceof TypeError, seen]; }
}

test("the same for any array: results, and what the callback is given", () => {
  fc.assert(fc.property(fc.constantFrom(...Object.entries(ARRAY_METHODS).filter(([name]) => name !== "at")), values, ([name, method], array) => {
    expect(outcome(method, array, [])).toEqual(outcome(native[name], array, []));
    if (name === "reduce") expect(outcome(method, array, [7])).toEqual(outcome(native[name], array, [7]));
  }), { numRuns: 500 });
});

test("at, from, fromEntries", () => {
  for (const index of [-4, -3, -1, 0, 2, 3]) expect(ARRAY_METHODS.at.call([1, 2, 3], index)).toBe([1, 2, 3].at(index));
  expect([from([1, 2]), from(new Set("ab")), from({ length: 2 }), from({ length: 3 }, (_, i) => i), from("ab", (letter, i) => `${letter}${i}`)]).toEqual([[1, 2], ["a", "b"], [undefined, undefined], [0, 1, 2], ["a0", "b1"]]);
  const pairs = [["a", 1], ["__proto__", 2], ["a", 3], [4, 5]] as const;
  expect(Object.entries(fromEntries(pairs))).toEqual(Object.entries(Object.fromEntries(pairs)));
  expect(fromEntries(new Map([["k", "v"]]))).toEqual({ k: "v" });
});
