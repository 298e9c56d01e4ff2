import { expect, test } from "bun:test";
import { parseIdMap, plainMap } from "./idmap.ts";

test("a map as the kernel tells it", () => {
  expect(parseIdMap("         0     100000       1000\n      1000       1000          1\n", "u")).toEqual([{ kind: "u", inside: 0, outside: 100000, count: 1000 }, { kind: "u", inside: 1000, outside: 1000, count: 1 }]);
  expect(parseIdMap("", "g")).toEqual([]);
});
test("two ways to write one map", () => {
  const range = (inside: number, outside: number, count: number): { readonly kind: "u"; readonly inside: number; readonly outside: number; readonly count: number } => ({ kind: "u", inside, outside, count });
  expect(plainMap([range(10, 110, 5), range(0, 100, 10)])).toEqual([range(0, 100, 15)]);
  expect(plainMap([range(0, 100, 10), range(10, 111, 5)])).toEqual([range(0, 100, 10), range(10, 111, 5)]);
});
