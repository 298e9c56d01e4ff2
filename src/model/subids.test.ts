import { expect, test } from "bun:test";
import { userFacts } from "../../test/golden/fixtures.ts";
import { firstGrantRemedy, freeStart, grantRemedy, usualMap } from "./subids.ts";

const others = [{ owner: "root", start: 100000, count: 65536 }, { owner: "mel", start: 300000, count: 65536 }];
const ada = { owner: "ada", start: 200000, count: 65536 };
const u = (outside: number, count: number) => ({ kind: "u", inside: 0, outside, count }) as const;
const withIds = (...subuid: readonly typeof ada[]) => userFacts({ subuid, subgid: [] });

test("who has a range is told to use it", () => {
  expect(grantRemedy(withIds(...others, ada), u(100000, 65536))).toBe("use ids that are granted: 200000 to 265535");
  expect(grantRemedy(withIds(...others, ada), u(200000, 655360))).toBe("use ids that are granted: 200000 to 265535");
});
test("one that is too small is of no use", () => {
  expect(grantRemedy(withIds(...others, { ...ada, count: 10 }), u(200000, 65536))).toBe("as root: usermod --add-subuids 200000-265535 ada");
});
test("nobody is advised to take the ids of somebody else, or of real users", () => {
  for (const outside of [100000, 165535, 299999, 1000]) {
    expect(grantRemedy(withIds(...others), u(outside, 65536))).toBe("as root: berth setup ada; then use the ids that it grants");
  }
  expect(grantRemedy(withIds(...others), u(100000, 70000))).toBe("as root: usermod --add-subuids 365536-435535 ada; then use these ids");
  expect(freeStart(withIds(...others))).toBe(365536);
  expect(firstGrantRemedy(withIds(...others))).toBe("as root: berth setup ada");
});
test("a map to begin with", () => {
  expect(usualMap(withIds(...others, ada), "u")).toBe("lxc.idmap = u 0 200000 65536");
  expect(usualMap(withIds(...others, ada), "g")).toBe("lxc.idmap = g 0 365536 65536");
});
