import { expect, test } from "bun:test";
import { wantedMap } from "./map.ts";

const subuid = [{ owner: "ada", start: 300_000, count: 65_536 }];
const facts = { subuid, subgid: [{ owner: "ada", start: 400_000, count: 1000 }] };
const lines = (to: string): readonly string[] => {
  const map = wantedMap(to, facts);
  return map.ok ? map.value.map(({ kind, inside, outside, count }) => `${kind} ${inside} ${outside} ${count}`) : map.problems.map(({ text }) => text);
};

test("a first id, how many, a user, none", () => {
  expect([lines("200000"), lines("200000:10"), lines("ada"), lines("none")]).toEqual([["u 0 200000 65536", "g 0 200000 65536"], ["u 0 200000 10", "g 0 200000 10"], ["u 0 300000 65536", "g 0 400000 1000"], []]);
});
test("what is no range is said", () => {
  for (const to of ["0", "1:0", "4294967295", "1:4294967296"]) expect(lines(to)).toEqual([`'${to}' is no range of ids`]);
  for (const to of ["bob", "-1", "1-2", ""]) expect(lines(to)[0]).toContain("is neither a first id nor a user");
});
