import { expect, test } from "bun:test";
import { controlKey, keyName } from "./control-key.ts";

test("a letter, with or without a caret, in any case", () => {
  expect(["a", "^a", "^A", "Z", "q"].map(controlKey)).toEqual([1, 1, 1, 26, 17]);
  expect(["a", "z"].map((letter) => keyName(controlKey(letter) ?? 0))).toEqual(["a", "z"]);
});

test("anything else is none", () => {
  for (const text of ["", "^", "^^", "1", "ab", "^ab", "ctrl-b", "[", "é"]) expect(controlKey(text)).toBeUndefined();
});
