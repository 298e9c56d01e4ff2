// A diff makes the new text of the old one, and reads as the one of diff(1).
import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { unifiedDiff } from "./diff.ts";

const NAMES = { before: "a", after: "b" };
const lines = (...numbers: readonly number[]): string => numbers.map((number) => `${number}\n`).join("");
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

test("three lines around a change, near changes in one piece", () => {
  expect(unifiedDiff(lines(...upTo(20)), lines(...upTo(20).map((n) => (n === 10 ? 100 : n))), NAMES)).toBe("--- a\n+++ b\n@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+100\n 11\n 12\n 13\n");
  expect(unifiedDiff(lines(...upTo(30)), lines(...upTo(30).filter((n) => n !== 5 && n !== 25)), NAMES).match(/^@@.*@@$/gm)).toEqual(["@@ -2,7 +2,6 @@", "@@ -22,7 +21,6 @@"]);
  expect(unifiedDiff("", "x\n", NAMES)).toBe("--- a\n+++ b\n@@ -0,0 +1 @@\n+x\n");
  expect(unifiedDiff("x", "x\n", NAMES)).toBe("--- a\n+++ b\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n");
  expect(unifiedDiff("x\n", "x\n", NAMES)).toBe("");
});

const text = fc.array(fc.constantFrom("a\n", "b\n", "c\n", "\n", "d"), { maxLength: 30 }).map((words) => words.join(""));

/** Applies a diff as patch(1) does, with its line numbers taken literally. */
function patched(before: string, diff: string): string {
  const old = before === "" ? [] : before.split(/(?<=\n)/);
  const out: string[] = [];
  let at = 0;
  for (const line of diff.replaceAll("\n\\ No newline at end of file\n", "\0").split(/(?<=[\n\0])/).slice(2)) {
    const [, start = "", count = "1"] = /^@@ -(\d+)(?:,(\d+))? /.exec(line) ?? [];
    const body = line.slice(1).replace("\0", "");
    if (start !== "") for (const end = Number(start) - (count === "0" ? 0 : 1); at < end; at++) out.push(old[at] ?? "");
    else if (line.startsWith("+")) out.push(body);
    else if (old[at] !== body) throw new Error(`line ${at} is not ${body}`);
    else if (line.startsWith("-")) at++;
    else out.push(old[at++] ?? "");
  }
  return [...out, ...old.slice(at)].join("");
}

test("any two texts: the diff makes one of the other", () => {
  fc.assert(fc.property(text, text, (before, after) => {
    expect(patched(before, unifiedDiff(before, after, NAMES))).toBe(after);
  }), { numRuns: 1000 });
});

test("texts that have nothing in common are not compared for ever", () => {
  const [before, after] = [upTo(20000).map((n) => `a${n}\n`).join(""), upTo(20000).map((n) => `b${n}\n`).join("")];
  expect(patched(before, unifiedDiff(before, after, NAMES))).toBe(after);
});

const room = mkdtempSync(join(tmpdir(), "diff-"));
afterAll(() => rmSync(room, { recursive: true }));
test("diff(1) says the same", () => {
  const [before, after] = [lines(...upTo(40)), lines(...upTo(40).flatMap((n) => (n % 13 === 0 ? [] : n % 11 === 0 ? [n, 0] : [n])))];
  writeFileSync(join(room, "a"), before);
  writeFileSync(join(room, "b"), after);
  const theirs = spawnSync("diff", ["-u", "a", "b"], { cwd: room, encoding: "utf8" }).stdout.replace(/^(--- a|\+\+\+ b)\t.*$/gm, "$1");
  expect(unifiedDiff(before, after, NAMES)).toBe(theirs);
});
