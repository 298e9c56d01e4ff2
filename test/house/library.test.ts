// The library works where its users are: compiled to JavaScript, imported by Node >= 20, with types.
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync, copyFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./sources.ts";

const room = mkdtempSync(join(tmpdir(), "berth-library-"));
afterAll(() => rmSync(room, { recursive: true }));
const TSC = [process.execPath, join(ROOT, "node_modules/typescript/lib/tsc.js")];

function run(argv: readonly string[]): { status: number; output: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...argv], { cwd: room });
  return { status: exitCode, output: stdout.toString() + stderr.toString() };
}

test("it compiles, imports under Node and carries types", () => {
  const library = join(room, "node_modules/berth");
  expect(run([...TSC, "-p", join(ROOT, "tsconfig.lib.json"), "--outDir", library])).toEqual({ status: 0, output: "" });
  copyFileSync(join(ROOT, "scripts/lib-package.json"), join(library, "package.json"));

  const names = run(["node", "--input-type=module", "-e", 'const berth = await import("berth"); console.log(Object.keys(berth).sort().join(" "))']);
  expect(names.status).toBe(0);
  expect(names.output.trim().split(" ")).toContain("start");

  const use = 'import { configGet, configList, configSet, configShow, configUpdate, libraryRequest } from "berth"; const r = libraryRequest(), f = { file: process.cwd() + "/config" }; const dry = { isDryRun: true };'
    + ' const all = await Promise.all([configGet(r, f, "lxc.tty.max"), configList(r, f), configShow(r, f, { key: "lxc.autodev" }), configSet(r, f, [{ key: "lxc.tty.max", values: ["x"] }], dry), configUpdate(r, f, dry)]);'
    + ' console.log(JSON.stringify(all.map((a) => a.ok ? a.value.values ?? a.value.keys?.length ?? a.value.changes.length : a.problems[0].code)))';
  writeFileSync(join(room, "config"), "lxc.utsname = a\nlxc.tty.max = 4\n");
  expect(run(["node", "--input-type=module", "-e", use])).toEqual({ status: 0, output: '[["4"],2,1,"config.value",1]\n' });

  symlinkSync(join(ROOT, "node_modules/@types"), join(room, "node_modules/@types"));
  writeFileSync(join(room, "package.json"), '{ "type": "module" }');
  const program = (line: string): void => writeFileSync(join(room, "use.ts"), `import * as berth from "berth";\n${line}\n`);
  const check = [...TSC, "--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", "node", "use.ts"];
  program("export const verb: Function = berth.start;");
  expect(run(check)).toEqual({ status: 0, output: "" });
  program("export const verb: number = berth.start;");
  expect(run(check).output).toContain("TS2322");
});
