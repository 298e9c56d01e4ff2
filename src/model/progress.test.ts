import { expect, test } from "bun:test";
import { progressLine, progressWords, sizeText } from "./progress.ts";

test("sizes", () => expect([0, 999, 1000, 12_340_000, 5e12, 5e15].map(sizeText)).toEqual(["0 B", "999 B", "1.0 kB", "12.3 MB", "5.0 TB", "5000.0 TB"]));
test("a bar from nothing to all", () => {
  expect(progressLine({ stage: "x", done: 0, total: 100 }, 80)).toBe("x [                        ] 0% 0 B of 100 B");
  expect(progressLine({ stage: "x", done: 50, total: 100 }, 80)).toBe("x [===========>            ] 50% 50 B of 100 B");
  expect(progressLine({ stage: "x", done: 120, total: 100 }, 80)).toBe("x [========================] 100% 120 B of 100 B");
});
test("without numbers", () => {
  expect(progressLine({ stage: "x", detail: "y" }, 80)).toBe("x: y");
  expect(progressLine({ stage: "x", done: 5, total: 0 }, 80)).toBe("x 5 B");
});
test("no line is wider than the terminal", () => expect(progressLine({ stage: "x".repeat(100), done: 1, total: 2 }, 40)).toHaveLength(40));
test("a long name gives way to the numbers", () => expect(progressLine({ stage: "unpacking ".repeat(9), done: 50, total: 100 }, 60)).toBe("unpacking unpac [===========>            ] 50% 50 B of 100 B"));
test("in words there is no bar", () => expect([{ stage: "x" }, { stage: "x", detail: "y" }, { stage: "x", done: 5 }, { stage: "x", done: 50, total: 1000 }].map(progressWords)).toEqual(["x", "x: y", "x: 5 B", "x: 50 B of 1.0 kB"]));
