import { expect, test } from "bun:test";
import { parseMap } from "./usernsexec.ts";

test("one map for each kind, or for both", () => {
  expect(parseMap("u:0:100000:5")).toEqual([{ kind: "u", inside: 0, outside: 100000, count: 5 }]);
  expect(parseMap("b:0:1:2")).toEqual(parseMap("0:1:2") ?? []);
  expect(parseMap("0:1:2")?.map(({ kind }) => kind)).toEqual(["u", "g"]);
});
test("what is no map", () => {
  for (const text of ["", "x:0:1:2", "u:0:1", "u:0:1:0", "u:-1:1:1", "u:0:1:2:3", "u:0:1:4294967296", "u:4294967295:0:2", "u: 0:1:2"]) expect(parseMap(text)).toBeUndefined();
});
