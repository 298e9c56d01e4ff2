// What the commands that somebody waits for load: a module that one of them begins to need makes each of its starts slower,
// which no other test would see. docs/decisions/0006-cold-start.md says what things cost.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JOINED, joinDoor, withJson, withoutWords } from "../../scripts/planner.ts";
import { ROOT, sources } from "./sources.ts";

/** Bytes of each door's file, before it is minified: a few percent above what it was on 2026-11-27. Raise one only with a reason. */
const MOST_BYTES: Readonly<Record<string, number>> = { attach: 104_000, execute: 420_000, info: 59_000, ls: 57_000, start: 425_000, stop: 80_000 };

/** The config language, what only explains or repairs, and what a killed run left. */
const FOR_FEW = [/^src\/cli\/(log|help|report)\.ts$/, /^src\/isa\/(explain|decode|check|read-back)\.ts$/, /^src\/runtime\/(report|partial|causes\/.*|keep-addresses|doctor)\.ts$/, /^src\/host\/engine\//, /^src\/host\/doctor\//];
const CONFIG = [/^src\/config\/(index|resolve|table|keys\/.*)\.ts$/, /^src\/runtime\/container-config\.ts$/];
const PLANS = [/^src\/isa\/(schema|encode|heap)\.ts$/];
const NOT_LOADED: Readonly<Record<string, readonly RegExp[]>> = {
  attach: [...FOR_FEW, ...CONFIG], execute: FOR_FEW, info: [...FOR_FEW, ...CONFIG, ...PLANS], ls: [...FOR_FEW, ...CONFIG, ...PLANS], start: FOR_FEW, stop: [...FOR_FEW, ...CONFIG],
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

test.each(JOINED)("lxc-%s loads nothing of Node's but node:fs: child_process alone is a million instructions and 58 page faults", (door) => {
  const imported = [...textOf(door).matchAll(/^import .*? from "([^"]+)";$/gm)].map(([, module]) => module);
  expect(new Set(imported)).toEqual(new Set(["fs"]));
});

test.each(JOINED)("lxc-%s does not load what few need", (door) => {
  expect(modulesOf(door).filter((path) => NOT_LOADED[door]?.some((heavy) => heavy.test(path)))).toEqual([]);
});

test.each(JOINED)("lxc-%s does not grow unseen", (door) => {
  console.log(`${door}: ${textOf(door).length} bytes, ${modulesOf(door).length} modules`);
  expect(textOf(door).length).toBeLessThanOrEqual(MOST_BYTES[door] ?? 0);
});

test("tables of plain data are JSON in the planner; a table in another shape stops the build", async () => {
  const text = readFileSync(join(ROOT, "src/linux/errno.ts"), "utf8");
  const made = await withJson("linux/errno.ts", text);
  expect(made).toContain(`export const ERRNOS = JSON.parse("{\\"EPERM\\":[1,\\"operation not permitted\\"],`);
  expect(made).toContain("export const errnoNumber = ");
  expect(await withJson("isa/schema.ts", readFileSync(join(ROOT, "src/isa/schema.ts"), "utf8"))).not.toContain("doc\\\":");
  expect(withJson("linux/errno.ts", text.replace("as const satisfies", "satisfies"))).rejects.toThrow("does not know");
});

/** Numbered steps of the golden plans: each costs the planner 40,000 instructions and the engine a system call or more. */
const MOST_STEPS: Readonly<Record<string, number>> = { "root-hybrid": 169, "root-idmap-v2": 139, "user-delegated": 160, "execute-host-root": 58 };
test.each(Object.keys(MOST_STEPS))("the plan %s does not grow unseen", (name) => {
  const steps = readFileSync(join(ROOT, "test/golden", `${name}.plan`), "utf8").split("\n").filter((line) => /^ *\d+ /.test(line));
  expect(steps.length).toBeGreaterThan(20);
  expect(steps.length).toBeLessThanOrEqual(MOST_STEPS[name] ?? 0);
});

test("a start's rows of keys are without what only the manual says, and have all the rest", () => {
  const parts = (text: string, name: string): readonly string[] => [...text.matchAll(new RegExp(`\\b${name}: .{0,40}`, "g"))].map(([found]) => found.slice(0, name.length + 12));
  const files = sources(["src/config/keys"], /\.ts$/).filter(({ path }) => !path.endsWith("row.ts") && !path.endsWith(".test.ts"));
  expect(files.length).toBeGreaterThan(5);
  for (const { text } of files) {
    const without = withoutWords(text);
    for (const kept of ["key", "grammar", "default", "legacy", "isRepeatable", "getter", "clears", "cleared"]) expect(parts(without, kept).length).toBe(parts(text, kept).length);
    expect(without).not.toMatch(/\b(doc|since|security|spec): "/);
  }
  expect(textOf("start")).toContain('key: "lxc.tty.max"');
  expect(textOf("start")).not.toContain("How many /dev/ttyN");
});
