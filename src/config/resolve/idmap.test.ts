import { expect, test } from "bun:test";
import fc from "fast-check";
import { load, mustLoad, problemsOf } from "../golden/load.ts";

test("ranges in the order of the lines, single ids too", () => {
  const { spec } = mustLoad("lxc.idmap = u 0 2001 1\nlxc.idmap = u 1000 2002 1\nlxc.idmap = g 0 2001 1\n");
  expect(spec.idmap.map(({ value }) => [value.kind, value.inside, value.outside, value.count])).toEqual([["u", 0, 2001, 1], ["u", 1000, 2002, 1], ["g", 0, 2001, 1]]);
});

test("neighbours do not overlap, users and groups are apart", () => {
  expect(problemsOf("lxc.idmap = u 0 100000 1000\nlxc.idmap = u 1000 1000 1\nlxc.idmap = u 1001 101001 64535\nlxc.idmap = g 0 100000 65536\n")).toEqual([]);
});

test("an overlap on the host is found, whichever line comes first", () => {
  expect(problemsOf("lxc.idmap = u 5000 100005 10\nlxc.idmap = u 0 100000 10\n")).toEqual([
    "config:2:1 error idmap.invalid: 'u 0 100000 10' overlaps 'u 5000 100005 10' on the host; the other range is at config:1 lxc.idmap; move or shorten one of them: id 100005 on the host is in both",
  ]);
  expect(problemsOf("lxc.idmap = u 0 1 1\nlxc.idmap = u 0 1 1\n").length).toBe(2);
});

test("a map that an included file began can be begun anew", () => {
  expect(mustLoad("lxc.include = /a\nlxc.idmap =\nlxc.idmap = u 0 200000 10\n", { "/a": "lxc.idmap = u 0 100000 10\n" }).spec.idmap.map(({ value }) => value.outside)).toEqual([200000]);
});

test("more lines than the kernel takes", () => {
  const lines = Array.from({ length: 341 }, (_, index) => `lxc.idmap = u ${index * 2} ${100000 + index * 2} 1\n`).join("");
  expect(problemsOf(lines)).toEqual(["config:341:1 error idmap.invalid: more than 340 ranges of kind 'u'; join neighbouring ranges: the kernel takes no more"]);
});

test("a map is refused exactly when two ranges share an id", () => {
  const range = fc.record({ inside: fc.nat(40), outside: fc.nat(40), count: fc.integer({ min: 1, max: 8 }) });
  fc.assert(fc.property(fc.array(range, { maxLength: 5 }), (ranges) => {
    const { spec } = load(ranges.map(({ inside, outside, count }) => `lxc.idmap = u ${inside} ${outside} ${count}\n`).join(""));
    const ids = (side: "inside" | "outside") => ranges.flatMap((one) => Array.from({ length: one.count }, (_, at) => one[side] + at));
    const isClean = (["inside", "outside"] as const).every((side) => new Set(ids(side)).size === ids(side).length);
    return spec.ok === isClean;
  }));
});
