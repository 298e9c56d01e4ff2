// The linter's configuration really refuses what the house forbids: each rule is shown a breach.
import { afterAll, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "./sources.ts";

const room = mkdtempSync(join(tmpdir(), "berth-lint-"));
copyFileSync(join(ROOT, ".oxlintrc.json"), join(room, ".oxlintrc.json"));
afterAll(() => rmSync(room, { recursive: true }));

const BREACHES: readonly (readonly [string, string, string])[] = [
  ["src/linux/a.ts", "export const x = (y: unknown) => y as string;", "consistent-type-assertions"],
  ["src/plan/a.ts", "export const x = (y?: string) => y!.length;", "no-non-null-assertion"],
  ["src/model/a.ts", "export const x = (y: any) => y;", "no-explicit-any"],
  ["src/isa/a.ts", "export const x = () => Date.now();", "no-restricted-properties"],
  ["src/config/a.ts", "export const x = () => Math.random();", "no-restricted-properties"],
  ["src/config/a.ts", "export const x = () => console.log(1);", "no-restricted-globals"],
  ["src/cli/a.ts", "export const x = () => process.stdout.write('a');", "no-restricted-properties"],
  ["src/host/a.ts", `export function x() {\n${"  console.log(1);\n".repeat(60)}}\n`, "max-lines-per-function"],
  ["src/runtime/a.ts", "// line\n".repeat(1) + "export const a = 1;\n".replace("a", "b") + Array.from({ length: 410 }, (_, i) => `export const c${i} = ${i};`).join("\n"), "max-lines"],
  ["src/runtime/a.ts", "export const x = (a: 1, b: 2, c: 3, d: 4, e: 5) => [a, b, c, d, e];", "max-params"],
  ["src/runtime/a.ts", "export default 1;", "no-default-export"],
];
const GOOD = "export const x = { a: 1 } as const satisfies Record<string, number>;\nexport const isText = (y: unknown): y is string => typeof y === 'string';\n";

/** All breaches in one run of the linter: `PATH: RULE` for each finding. */
const findings = ((): string[] => {
  const files = [...BREACHES.map(([path, text], i) => [path.replace("a.ts", `a${i}.ts`), text] as const), ["src/linux/good.ts", GOOD] as const];
  for (const [path, text] of files) {
    mkdirSync(dirname(join(room, path)), { recursive: true });
    writeFileSync(join(room, path), text);
  }
  const { stdout } = Bun.spawnSync([process.execPath, join(ROOT, "node_modules/oxlint/bin/oxlint"), "-f", "unix", "src"], { cwd: room });
  return stdout.toString().split("\n").map((line) => line.replace(/:.*\[Error\/[^(]*\(([^)]*)\)\].*/, ": $1").replace(/:\d+:\d+:.*\/(?:[a-z-]+\()?([a-z-]+)\)?\]$/, ": $1"));
})();
test.each(BREACHES.map((breach, i) => [...breach, i] as const))("%s: a breach is found (%#)", (path, _text, rule, i) => {
  expect(findings.filter((line) => line.startsWith(path.replace("a.ts", `a${i}.ts`))).join("\n")).toContain(rule);
});

test("`as const`, `satisfies` and guards pass in a pure layer", () => {
  expect(findings.filter((line) => line.startsWith("src/linux/good.ts"))).toEqual([]);
});
