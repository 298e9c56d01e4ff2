// Small files, small functions, telling names. The numbers are printed, so that everyone sees where they go.
import { expect, test } from "bun:test";
import { basename } from "node:path";
import { isGenerated, isTest, lineCount, sources } from "./sources.ts";
import { longFunctions } from "./c-functions.ts";

const MOST_LINES = 400;
const MOST_FUNCTION_LINES = 60; // C, with its declarations and braces; handlers are far below
const MEDIAN_BOUND = 110;       // the aim is 90
const ENGINE_BOUND = 7000;      // the aim is 1,500 for the ops; launcher, monitor (LXC's command protocol, events, seccomp's notifications), relay, pid 1, verifier and the copier of trees come on top
const FORBIDDEN = /^(utils?|helpers?|common|misc|manager|types)(\.|$)/;

const everything = sources(["src", "scripts", "bench", "test", "engine"], /\.(ts|mjs|c|h)$/).filter(({ path }) => !isGenerated(path));
const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

test("no file is longer than 400 lines", () => {
  expect(everything.length).toBeGreaterThan(20);
  expect(everything.filter(({ text }) => lineCount(text) > MOST_LINES).map(({ path, text }) => `${path}: ${lineCount(text)} lines`)).toEqual([]);
});

test("the median file is small", () => {
  const code = everything.filter(({ path }) => path.startsWith("src/") && !isTest(path));
  const tests = everything.filter(({ path }) => isTest(path));
  const lines = (of: typeof code): number => of.reduce((sum, { text }) => sum + lineCount(text), 0);
  console.log(`src: ${code.length} files, ${lines(code)} lines, median ${median(code.map(({ text }) => lineCount(text)))}; tests: ${tests.length} files, ${lines(tests)} lines`);
  expect(median(code.map(({ text }) => lineCount(text)))).toBeLessThanOrEqual(MEDIAN_BOUND);
});

test("the engine stays small, its functions too", () => {
  const engine = everything.filter(({ path }) => /^engine\/[^/]+\.[ch]$/.test(path));
  const lines = engine.reduce((sum, { text }) => sum + lineCount(text), 0);
  console.log(`engine: ${engine.length} files, ${lines} lines`);
  expect(lines).toBeLessThanOrEqual(ENGINE_BOUND);
  expect(engine.flatMap(({ path, text }) => longFunctions(text, MOST_FUNCTION_LINES).map((found) => `${path}: ${found}`))).toEqual([]);
});

test("the scanner of C functions sees a long one", () => {
  const body = "\tx++;\n".repeat(80);
  expect(longFunctions(`static int f(int x)\n{\n${body}}\n\nint g(void) {\n\treturn 0;\n}\n`, 60)).toEqual(["f has 83 lines"]);
});

test("no drawer names", () => {
  expect(everything.filter(({ path }) => path.split("/").some((part) => FORBIDDEN.test(part))).map(({ path }) => path)).toEqual([]);
  expect(["utils.ts", "types.ts", "common", "helper.ts"].every((name) => FORBIDDEN.test(basename(name)))).toBe(true);
});

test("every file says first what it owns", () => {
  const silent = everything.filter(({ path, text }) => /^(src|engine|scripts|bench)\//.test(path) && !isTest(path) && !/^(\/\/|\/\*|#!)/.test(text));
  expect(silent.map(({ path }) => path)).toEqual([]);
});
