import { expect, test } from "bun:test";
import { hasColours, paintLines } from "./colour.ts";

const request = (isTty: boolean, env: Readonly<Record<string, string>> = {}): { readonly env: Readonly<Record<string, string>>; readonly isTty: readonly [boolean, boolean, boolean] } => ({ env, isTty: [isTty, isTty, isTty] });

test.each([
  [true, {}, true], [false, {}, false], [true, { NO_COLOR: "1" }, false], [true, { NO_COLOR: "" }, true], [false, { CLICOLOR_FORCE: "1" }, true], [false, { CLICOLOR_FORCE: "0" }, false], [false, { CLICOLOR_FORCE: "1", NO_COLOR: "x" }, false], [true, { TERM: "dumb" }, false], [true, { CLICOLOR: "0" }, false],
] as const)("terminal %p with %j: %p", (isTty, env, expected) => { expect(hasColours(request(isTty, env))).toBe(expected); });

test("a diff's lines", () => {
  expect(paintLines(request(true), "--- a\n+++ a\n@@ -1 +1 @@\n x\n-y\n+z\n")).toBe("\x1b[1m--- a\x1b[0m\n\x1b[1m+++ a\x1b[0m\n\x1b[33m@@ -1 +1 @@\x1b[0m\n x\n\x1b[31m-y\x1b[0m\n\x1b[32m+z\x1b[0m\n");
  expect(paintLines(request(false), "+z\n")).toBe("+z\n");
});
