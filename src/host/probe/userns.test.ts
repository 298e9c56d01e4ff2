import { expect, test } from "bun:test";
import { isInUserns } from "./userns.ts";

test("only the first user namespace maps all ids onto themselves", () => {
  expect(isInUserns("         0          0 4294967295\n")).toBe(false);
  for (const map of ["0 100000 65536\n", "0 0 65536\n", "0 0 1000\n1000 1000 4294966295\n", ""]) expect(isInUserns(map)).toBe(true);
});
