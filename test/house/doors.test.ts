// What the commands that somebody waits for load: a module that one of them begins to need makes each of its starts slower,
// which no other test would see. docs/decisions/0006-cold-start.md says what things cost.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withCalls } from "../../scripts/planner-rows.ts";
import { asSwitch, JOINED, joinDoor, withJson } from "../../scripts/planner.ts";
import { doors } from "../../src/cli/doors.ts";
import type { Row } from "../../src/config/keys/row.ts";
import { rows } from "../../src/config/table.ts";
import { ROOT, sources } from "./sources.ts";

/** Bytes of each door's file, before it is minified: without its imports, a few percent above what it was on 2026-11-27. Raise one only with a reason. */
const MOST_BYTES: Readonly<Record<string, number>> = { attach: 88_500, execute: 412_000, info: 55_500, ls: 53_500, start: 417_000, stop: 62_000 };

/** The config language, what only explains or repairs, and what a killed run left. */
const FOR_FEW = [/^src\/cli\/(log|help|report)\.ts$/, /^src\/isa\/(explain|decode|check|read-back)\.ts$/, /^src\/runtime\/(report|partial|causes\/.*|keep-addresses|doctor)\.ts$/, /^src\/host\/engine\//, /^src\/host\/doctor\//];
const CONFIG = [/^src\/config\/(index|resolve|table|keys\/.*)\.ts$/, /^src\/runtime\/container-config\.ts$/];
const PLANS = [/^src\/isa\/(encode|heap)\.ts$/];
const NOT_LOADED: Readonly<Record<string, readonly RegExp[]>> = {
  attach: [...FOR_FEW, ...CONFIG, ...PLANS], execute: [...FOR_FEW, ...PLANS], info: [...FOR_FEW, ...CONFIG, ...PLANS], ls: [...FOR_FEW, ...CONFIG, ...PLANS], start: [...FOR_FEW, ...PLANS], stop: [...FOR_FEW, ...CONFIG, ...PLANS],
};

const work = mkdtempSync(join(tmpdir(), "doors-"));
const texts = new Map<string, string>();
beforeAll(async () => {
  await Promise.all(JOINED.map((door) => joinDoor(door, work)));
  for (const door of JOINED) texts.set(door, readFileSync(join(work, `${door}.js`), "utf8").replaceAll(`${ROOT}/`, ""));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const textOf = (door: string): string => texts.get(door) ?? "";
const modulesOf = (door: string): readonly string[] => [...new Set([...textOf(door).matchAll(/^\/\/ (src\/\S+)$/gm)].map(([, path = ""]) => path))];

test("each of them is a file by itself, with what its usual way needs", () => {
  for (const door of JOINED) expect(modulesOf(door)).toContain(`src/cli/lxc/${door}.ts`);
  expect(modulesOf("start")).toContain("src/config/table.ts");
});

test.each(JOINED)("lxc-%s loads nothing of Node's: child_process alone is a million instructions and 58 page faults, fs two million and 135", (door) => {
  const imported = [...textOf(door).matchAll(/^import .*? from "([^"]+)";$/gm)].map(([, module]) => module);
  expect(imported.filter((path = "") => !/^src\/host\/planner\/(fs|read-text|calls)\.ts$/.test(path))).toEqual([]);
  expect(textOf(door)).not.toContain("SCHEMA = "); // the addon has it
});

test("the planner has the table of doors as a switch; a table in another shape stops the build", () => {
  const made = asSwitch(readFileSync(join(ROOT, "src/cli/doors.ts"), "utf8"));
  expect([...made.matchAll(/case "([\w-]+)": return import\("/g)].map(([, name = ""]) => name)).toEqual(Object.keys(doors));
  expect(made).toContain('    case "lxc-setcap": return import("./old/gone.ts").then(({ doorOf }) => doorOf("lxc-setcap"));');
  expect(() => asSwitch('  "a": () => import("./a.ts"),\n  b() { return import("./b.ts"); },')).toThrow("2 doors, of which the planner's build knows 1");
});

test.each(JOINED)("lxc-%s does not load what few need", (door) => {
  expect(modulesOf(door).filter((path) => NOT_LOADED[door]?.some((heavy) => heavy.test(path)))).toEqual([]);
});

test.each(JOINED)("lxc-%s does not grow unseen", (door) => {
  const own = textOf(door).replaceAll(/^import .*\n/gm, ""); // the names of the stand-ins, once for each file that uses them
  console.log(`${door}: ${own.length} bytes, ${modulesOf(door).length} modules`);
  expect(own.length).toBeLessThanOrEqual(MOST_BYTES[door] ?? 0);
});

test("tables of plain data are JSON in the planner; a table in another shape stops the build", async () => {
  const text = readFileSync(join(ROOT, "src/linux/errno.ts"), "utf8");
  const made = await withJson("linux/errno.ts", text);
  expect(made).toContain(`export const ERRNOS = /* @__PURE__ */ JSON.parse("{\\"EPERM\\":[1,\\"operation not permitted\\"],`);
  expect(made).toContain("export const errnoNumber = ");
  expect(await withJson("isa/schema.ts", readFileSync(join(ROOT, "src/isa/schema.ts"), "utf8"))).not.toContain("doc\\\":");
  expect(withJson("linux/errno.ts", text.replace("as const satisfies", "satisfies"))).rejects.toThrow("does not know");
});

/** Numbered steps of the golden plans: each costs the planner 40,000 instructions and the engine a system call or more. */
const MOST_STEPS: Readonly<Record<string, number>> = { "root-hybrid": 146, "root-idmap-v2": 139, "user-delegated": 160, "execute-host-root": 58 };
test.each(Object.keys(MOST_STEPS))("the plan %s does not grow unseen", (name) => {
  const steps = readFileSync(join(ROOT, "test/golden", `${name}.plan`), "utf8").split("\n").filter((line) => /^ *\d+ /.test(line));
  expect(steps.length).toBeGreaterThan(20);
  expect(steps.length).toBeLessThanOrEqual(MOST_STEPS[name] ?? 0);
});

/** What any command asks of a row; `state` is data, the functions are compared by their text. */
const askedOf = (row: object): string => JSON.stringify(Object.entries(row).filter(([name, value]) => !["doc", "since", "until", "security", "spec"].includes(name) && value !== undefined)
  .toSorted(([a], [b]) => a.localeCompare(b)), (_, value: unknown) => (typeof value === "function" ? String(value).replaceAll(/\s+/g, " ") : value));

test("the planner's rows of keys are the table's, without what only the manual says", async () => {
  const folder = join(work, "src");
  for (const part of ["config", "linux", "model"]) cpSync(join(ROOT, "src", part), join(folder, part), { recursive: true });
  for (const { path, text } of sources(["src/config/keys"], /\.ts$/)) writeFileSync(join(work, path), withCalls(text));
  const made: { readonly rows: readonly Row<unknown>[] } = await import(join(folder, "config/table.ts"));
  expect(made.rows.length).toBeGreaterThan(100);
  expect(made.rows.map(askedOf)).toEqual(rows.map(askedOf));
  expect(made.rows.some((row) => "doc" in row)).toBe(false);
});

test("a row in a form that the planner's build does not know stops it", () => {
  expect(withCalls('a: row({ key: "a.b", doc: "It, and {more}.", grammar: of("x, y", [1, 2]), default: "0" }),')).toBe('import { rowOf } from "./row.ts";\na: rowOf("a.b", of("x, y", [1, 2]), undefined, "0"),');
  expect(() => withCalls('a: row({ key: "a.b", colour: "red" })')).toThrow("does not know the part 'colour'");
  expect(() => withCalls('a: row({ key: "a.b", ...others })')).toThrow("does not know the part");
  expect(() => withCalls('a: row({ key: "a.b')).toThrow("finds no end");
});
