// The linter's configuration really refuses what the house forbids: each rule is shown a breach.
import { afterAll, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "./sources.ts";

const room = mkdtempSync(join(tmpdir(), "berth-lint-"));
copyFileSync(join(ROOT, ".oxlintrc.json"), join(room, ".oxlintrc.json"));
afterAll(() => rmSync(room, { recursive: true }));

function lint(path: string, text: string): string {
  const file = join(room, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const { stdout } = Bun.spawnSync([process.execPath, join(ROOT, "node_modules/oxlint/bin/oxlint"), "-f", "unix", path], { cwd: room });
  rmSync(file);
  return stdout.toString();
}

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
test.each(BREACHES)("%s: a breach is found (%#)", (path, text, rule) => {
  expect(lint(path, text)).toContain(rule);
});

test("`as const`, `satisfies` and guards pass in a pure layer", () => {
  expect(lint("src/linux/a.ts", "export const x = { a: 1 } as const satisfies Record<string, number>;\nexport const isText = (y: unknown): y is string => typeof y === 'string';\n")).not.toContain("[Error");
});
