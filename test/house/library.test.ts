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

test("keys and values of a config are typed, in TypeScript and in what JavaScript gets", () => {
  // a wrong line that the compiler takes is an error of its own: TS2578
  const wrong = [
    '"lxc.uts.nam": "web"', '"lxc.tty.max": "many"', '"lxc.autodev": "yes"', '"lxc.uts.name": ["web"]', '"lxc.net.0.type": "weth"', '"lxc.net.x.type": "veth"', '"lxc.net": "x"', '"lxc.hook.version": 2', '"lxc.prlimit.nonsense": 1', '"lxc.cgroup.relative": "a"',
  ].map((one, index) => `// @ts-expect-error\nexport const wrong${index}: ConfigValues = { ${one} };\n`).join("");
  writeFileSync(join(room, "use.ts"), `import { configItem, configText, type ConfigKey, type ConfigValues, type Request } from "berth";
declare const request: Request;
const target = { name: "web", lxcpath: "/var/lib/lxc" };
export const keys: readonly ConfigKey[] = ["lxc.uts.name", "lxc.net.0.type", "lxc.net.12.ipv4.address", "lxc.cgroup2.memory.max", "lxc.sysctl.net.ipv4.ip_forward", "lxc.prlimit.nofile", "lxc.namespace.share.net"];
export const values: ConfigValues = {
  "lxc.uts.name": "web", "lxc.tty.max": 4, "lxc.pty.max": "0x10", "lxc.autodev": true, "lxc.ephemeral": "", "lxc.hook.version": 1, "lxc.signal.halt": "SIGRTMIN+3", "lxc.signal.stop": 9,
  "lxc.net.0.type": "veth", "lxc.net.0.ipv4.address": ["10.0.3.5/24"], "lxc.mount.entry": "proc proc proc", "lxc.cgroup2.memory.max": "1G", "lxc.cgroup.dir": "a", "lxc.cgroup.relative": true, "lxc.prlimit.nofile": 1024, "lxc.prlimit.core": "0:unlimited",
};
export const text = configText(values);
export const items = [configItem(request, target, "lxc.uts.name"), configItem(request, target, "lxc.any.text" as string)];
${wrong}`);
  const check = [...TSC, "--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", "node", "use.ts"];
  expect(run(check)).toEqual({ status: 0, output: "" });
  const said = run(["node", "--input-type=module", "-e", 'import { configText } from "berth"; console.log(JSON.stringify(configText({ "lxc.tty.max": 4, "lxc.autodev": false })))']);
  expect(said).toEqual({ status: 0, output: '{"ok":true,"value":"lxc.tty.max = 4\\nlxc.autodev = 0\\n"}\n' });
});
