// The library works where its users are: compiled to JavaScript, imported by Node >= 20, with types.
import { afterAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { docText, type Declaration } from "../../scripts/api/declarations.ts";
import { surfaceOf } from "../../scripts/api/surface.ts";
import { API_PAGE, apiPage } from "../../scripts/gen-api.ts";
import { SENTENCES } from "../../scripts/gen-problems.ts";
import { ROOT } from "./sources.ts";

const room = mkdtempSync(join(tmpdir(), "berth-library-"));
afterAll(() => rmSync(room, { recursive: true }));
const library = join(room, "node_modules/berth/lib");
const TSC = [process.execPath, join(ROOT, "node_modules/typescript/lib/tsc.js")];

function run(argv: readonly string[]): { status: number; output: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...argv], { cwd: room });
  return { status: exitCode, output: stdout.toString() + stderr.toString() };
}

test("it compiles, imports under Node and carries types", () => {
  expect(run([...TSC, "-p", join(ROOT, "tsconfig.lib.json"), "--outDir", library])).toEqual({ status: 0, output: "" });
  copyFileSync(join(ROOT, "scripts/lib-package.json"), join(library, "../package.json"));

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
});

test("verbs, keys and values of a config are typed, in TypeScript and in what JavaScript gets", () => {
  // one program: a compiler takes 2 s to begin; a wrong line that it takes is an error of its own, TS2578
  const wrong = [
    '"lxc.uts.nam": "web"', '"lxc.tty.max": "many"', '"lxc.autodev": "yes"', '"lxc.uts.name": ["web"]', '"lxc.net.0.type": "weth"', '"lxc.net.x.type": "veth"', '"lxc.net": "x"', '"lxc.hook.version": 2', '"lxc.prlimit.nonsense": 1', '"lxc.cgroup.relative": "a"',
  ].map((one, index) => `// @ts-expect-error\nexport const wrong${index}: ConfigValues = { ${one} };\n`).join("");
  writeFileSync(join(room, "use.ts"), `import { configItem, configText, start, type ConfigKey, type ConfigValues, type Request } from "berth";
declare const request: Request;
const target = { name: "web", lxcpath: "/var/lib/lxc" };
export const keys: readonly ConfigKey[] = ["lxc.uts.name", "lxc.net.0.type", "lxc.net.12.ipv4.address", "lxc.cgroup2.memory.max", "lxc.sysctl.net.ipv4.ip_forward", "lxc.prlimit.nofile", "lxc.namespace.share.net"];
export const values: ConfigValues = {
  "lxc.uts.name": "web", "lxc.tty.max": 4, "lxc.pty.max": "0x10", "lxc.autodev": true, "lxc.ephemeral": "", "lxc.hook.version": 1, "lxc.signal.halt": "SIGRTMIN+3", "lxc.signal.stop": 9,
  "lxc.net.0.type": "veth", "lxc.net.0.ipv4.address": ["10.0.3.5/24"], "lxc.mount.entry": "proc proc proc", "lxc.cgroup2.memory.max": "1G", "lxc.cgroup.dir": "a", "lxc.cgroup.relative": true, "lxc.prlimit.nofile": 1024, "lxc.prlimit.core": "0:unlimited",
};
export const text = configText(values);
export const verb: Function = start;
// @ts-expect-error
export const number: number = start;
export const items = [configItem(request, target, "lxc.uts.name"), configItem(request, target, "lxc.any.text" as string)];
${wrong}`);
  const check = [...TSC, "--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", "node", "use.ts"];
  expect(run(check)).toEqual({ status: 0, output: "" });
  const said = run(["node", "--input-type=module", "-e", 'import { configText } from "berth"; console.log(JSON.stringify(configText({ "lxc.tty.max": 4, "lxc.autodev": false })))']);
  expect(said).toEqual({ status: 0, output: '{"ok":true,"value":"lxc.tty.max = 4\\nlxc.autodev = 0\\n"}\n' });
});

/** Members of a class or an interface with what is said above them. */
function membersOf({ text }: Declaration): readonly { readonly member: string; readonly doc: string }[] {
  const lines = text.split("\n");
  return lines.flatMap((line, at) => {
    const member = /^ {4}(?:readonly |static |get )*(?:\[Symbol\.)?([a-zA-Z]\w*)\]?\??[(:]/.exec(line)?.[1];
    if (member === undefined) return [];
    const before = lines.slice(0, at).join("\n");
    const begin = before.lastIndexOf("/**");
    return [{ member, doc: before.trimEnd().endsWith("*/") && begin >= 0 ? docText(before.slice(begin)) : "" }];
  });
}
const UNITS = /second|byte|character|row|id\b|uid|group|process|permission|port|time|0 to 255|number|begin to its end/i;

describe("the surface of the library", () => {
  let read: ReturnType<typeof surfaceOf> | undefined;
  const surface = (): ReturnType<typeof surfaceOf> => read ??= surfaceOf(join(library, "index.d.ts"));
  const ours = (): readonly Declaration[] => surface().exported.filter(({ file }) => file.includes("/library/"));

  test("is what docs/reference/api.md says: else it was changed, and npm run gen writes it anew", () => {
    expect(apiPage(surface())).toBe(readFileSync(join(ROOT, API_PAGE), "utf8"));
  });

  test("every name is said what it is; so is every member of a handle, and of what handles take and give", () => {
    expect(surface().exported.length).toBeGreaterThan(200);
    expect(surface().exported.filter(({ doc }) => doc.length < 10).map(({ name }) => name)).toEqual([]);
    const members = ours().flatMap((one) => membersOf(one).map((member) => ({ ...member, of: one.name, line: one.text })));
    expect(members.length).toBeGreaterThan(80);
    expect(members.filter(({ member, doc }) => member !== "name" && doc === "").map(({ of, member }) => `${of}.${member}`)).toEqual([]);
  });

  test("numbers have units; verbs name their problems, which there are", () => {
    const numbers = ours().flatMap((one) => membersOf(one).filter(({ member }) => new RegExp(`^ {4}readonly ${member}\\??: [^;]*\\bnumber\\b`, "m").test(one.text)).map((member) => ({ ...member, of: one.name })));
    expect(numbers.length).toBeGreaterThan(8);
    expect(numbers.filter(({ doc }) => !UNITS.test(doc)).map(({ of, member, doc }) => `${of}.${member}: ${doc}`)).toEqual([]);
    const verbs = surface().exported.filter(({ text }) => /^const \w+: \w+Verb;/.test(text));
    expect(verbs.length).toBeGreaterThan(30);
    expect(verbs.filter(({ doc }) => !doc.includes("Problems:")).map(({ name }) => name)).toEqual([]);
    const said = surface().exported.flatMap(({ name, doc, text }) => [...`${doc}\n${text}`.matchAll(/(?:Problems:|Rejects with|Throws) ([^*]*)/g)].flatMap(([, list = ""]) => [...list.matchAll(/`([a-z]+\.[a-z]+|privilege|unsupported)`/g)].map(([, code = ""]) => `${name}: ${code}`)));
    expect(said.length).toBeGreaterThan(60);
    expect(said.filter((one) => !Object.hasOwn(SENTENCES, one.split(": ")[1] ?? ""))).toEqual([]);
  });
});
