// Proves the ops that do the same to several paths with the real engine: all, or what is said to be left.
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "bun:test";
import { errno, op, runPlan, Scratch } from "./engine-run.ts";

const NAMES = ["a", "b", "c", "d"] as const;

test("directories are made, files written and trees removed, each by one step", async () => {
  using scratch = new Scratch();
  const [path, ...also] = NAMES.map((name) => scratch.path(name));
  const made = await runPlan([op("mkdir", { path: path ?? "", mode: 0o750, also }), op("writeFile", { path: `${path}/x`, data: "0", flags: 0o100, also: also.map((one) => `${one}/x`) })]);
  expect(made.failed).toBeUndefined();
  expect(NAMES.map((name) => scratch.read(`${name}/x`))).toEqual(["0", "0", "0", "0"]);
  const gone = await runPlan([op("removeTree", { path: path ?? "", also: [...also, scratch.path("never")] })]);
  expect(gone.failed).toBeUndefined();
  expect(readdirSync(scratch.dir)).toEqual([]);
});

test.each([
  { name: "one is there already", before: (scratch: Scratch) => { mkdirSync(scratch.path("c")); }, third: "c", error: "EEXIST", left: ["c"] },
  { name: "one has no parent", before: () => undefined, third: "none/c", error: "ENOENT", left: [] },
  { name: "one is a file", before: (scratch: Scratch) => { writeFileSync(scratch.path("c"), ""); }, third: "c", error: "EEXIST", left: ["c"] },
] as const)("of several directories none is left when $name, and what was there stays", async ({ before, third, error, left }) => {
  using scratch = new Scratch();
  before(scratch);
  const undo = [op("removeTree", { path: scratch.path("a"), also: [scratch.path("c")] })];
  const ran = await runPlan([op("mkdir", { path: scratch.path("a"), mode: 0o755, also: [scratch.path("b"), scratch.path(third), scratch.path("d")] }, { undo })]);
  expect(ran.failed).toMatchObject({ op: 0, error: errno(error), text: scratch.path(third) });
  expect(readdirSync(scratch.dir)).toEqual([...left]);
});

test("what is written goes up to the file that fails, which is named; the undo is for all of them", async () => {
  using scratch = new Scratch();
  for (const name of ["a", "b", "d"]) writeFileSync(scratch.path(name), "-");
  const write = (data: string) => ({ path: scratch.path("a"), data, also: ["b", "c", "d"].map((name) => scratch.path(name)) });
  const ran = await runPlan([op("writeFile", write("0"))]);
  expect(ran.failed).toMatchObject({ op: 0, error: errno("ENOENT"), text: scratch.path("c") });
  expect(["a", "b", "d"].map((name) => scratch.read(name))).toEqual(["0", "0", "-"]);
  const ignored = await runPlan([op("writeFile", write("1"), { onError: ["ENOENT"] })]);
  expect(ignored.failed).toBeUndefined();
});

test("of several trees each is tried, and the one that stays is named", async () => {
  using scratch = new Scratch();
  for (const name of ["a", "c", "elsewhere"]) mkdirSync(scratch.path(`${name}/below`), { recursive: true });
  symlinkSync(scratch.path("elsewhere"), scratch.path("b"));
  const ran = await runPlan([op("removeTree", { path: scratch.path("a"), also: [scratch.path("b"), scratch.path("c")] })]);
  expect(ran.failed).toMatchObject({ op: 0, error: errno("ENOTDIR"), text: scratch.path("b") });
  expect(readdirSync(scratch.dir).toSorted()).toEqual(["b", "elsewhere"]);
  expect(existsSync(scratch.path("elsewhere/below"))).toBe(true);
});

test("more than 64 paths are refused before one is made", async () => {
  using scratch = new Scratch();
  const also = Array.from({ length: 64 }, (_, i) => scratch.path(String(i)));
  const ran = await runPlan([op("mkdir", { path: scratch.path("first"), mode: 0o755, also })]);
  expect(ran.failed).toMatchObject({ op: 0, error: errno("E2BIG") });
  expect(readdirSync(scratch.dir)).toEqual([]);
  expect((await runPlan([op("mkdir", { path: scratch.path("first"), mode: 0o755, also: also.slice(1) })])).failed).toBeUndefined();
  expect(readdirSync(scratch.dir)).toHaveLength(64);
});

test("paths beneath a root and paths with slots are resolved as those of one step are", async () => {
  using scratch = new Scratch();
  mkdirSync(scratch.path("root"));
  symlinkSync("/", scratch.path("root/up"));
  const ran = await runPlan([
    op("open", { path: scratch.path("root"), flags: 0o10200000, into: 0 }), op("getpid", { into: 1 }),
    op("mkdir", { at: 0, path: "one", mode: 0o755, also: ["up/two", ["pid-", { slot: 1 }]] }),
  ]);
  expect(ran.failed).toBeUndefined();
  expect(readdirSync(scratch.path("root")).toSorted().map((name) => name.replace(/\d+/, "N"))).toEqual(["one", "pid-N", "two", "up"]);
});
