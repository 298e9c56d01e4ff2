import { expect, test } from "bun:test";
import { byDefault } from "../model/origin.ts";
import { factsOf, userFacts } from "../../test/golden/fixtures.ts";
import { callerRanges, mapProblems, wholeMap, withSelf } from "./usernsexec.ts";

const from = byDefault("lxc.idmap");
const entry = (kind: "u" | "g", inside: number, outside: number, count: number) => ({ kind, inside, outside, count });
const codes = (facts = userFacts(), ...map: readonly ReturnType<typeof entry>[]): readonly string[] => mapProblems(facts, map, from).map(({ code }) => code);

test("root may map anything", () => expect(mapProblems(factsOf(), [entry("u", 0, 0, 1)], from)).toEqual([]));
test("a user may map what it was given, and itself", () => expect(codes(userFacts(), entry("u", 0, 100000, 65536), entry("g", 0, 1000, 1))).toEqual([]));
test("one id more than was given is too many", () => expect(codes(userFacts(), entry("u", 0, 100000, 65537))).toEqual(["idmap.range"]));
test("ranges that touch are one", () => {
  const facts = userFacts({ subuid: [{ owner: "ada", start: 100010, count: 5 }, { owner: "1000", start: 100000, count: 10 }] });
  expect(codes(facts, entry("u", 0, 100000, 15))).toEqual([]);
  expect(codes(facts, entry("u", 0, 100000, 16))).toEqual(["idmap.range"]);
});
test("others' ranges do not count", () => {
  const facts = userFacts({ subuid: [{ owner: "bob", start: 100000, count: 65536 }] });
  expect(callerRanges(facts, "u")).toEqual([]);
  expect(codes(facts, entry("u", 0, 100000, 1))).toEqual(["idmap.range"]);
});
test("helpers are needed for more than one's own id", () => {
  const { newuidmap: _, ...facts } = userFacts();
  expect(codes(facts, entry("u", 0, 100000, 1))).toEqual(["idmap.helper"]);
  expect(codes(facts, entry("u", 0, 1000, 1))).toEqual([]);
});
test("a host without user namespaces says why", () => expect(mapProblems(userFacts({ userns: { isAllowed: false, reason: "sysctl" } }), [], from)[0]).toMatchObject({ code: "host.feature", cause: "sysctl" }));

test("the creator's own ids go to the first free id inside", () => {
  expect(withSelf(userFacts(), [entry("u", 0, 100000, 10), entry("u", 20, 200000, 5)])).toEqual({
    idmap: [entry("u", 0, 100000, 10), entry("u", 20, 200000, 5), entry("u", 25, 1000, 1), entry("g", 0, 1000, 1)], uid: 25, gid: 0,
  });
});
test("ids that are mapped already stay where they are", () => {
  expect(withSelf(userFacts(), [entry("u", 5, 998, 10), entry("g", 0, 1000, 1)])).toEqual({ idmap: [entry("u", 5, 998, 10), entry("g", 0, 1000, 1)], uid: 7, gid: 0 });
});
test("all ranges side by side", () => {
  const facts = userFacts({ subuid: [{ owner: "ada", start: 5, count: 2 }, { owner: "ada", start: 100, count: 3 }], subgid: [] });
  expect(wholeMap(facts)).toEqual([entry("u", 0, 5, 2), entry("u", 2, 100, 3)]);
});
