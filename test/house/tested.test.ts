// Every option of every lxc-* and berth command has a test that gives it, or a reason why not; the scan finds what it should.
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { everything, openOptions, staleReasons, uncalled, type Tested } from "../../scripts/gen-tested.ts";
import { Commands } from "../../scripts/tested/commands.ts";
import { parsedTexts } from "../../scripts/tested/parse.ts";
import { givenIn } from "../../scripts/tested/reading.ts";
import { lostTests } from "../../scripts/tested/storage.ts";
import { commandOf } from "../../src/cli/berth/alias.ts";
import { ROOT } from "./sources.ts";

const { options: all, commands: called, common } = await everything();
test("each command is called by a test, and each option has one or a reason", () => {
  expect(uncalled(called)).toEqual([]);
  expect(openOptions(common)).toEqual([]);
  expect(openOptions(all)).toEqual([]);
  expect(staleReasons(all)).toEqual([]);
});

test("the page has a row for each option, and its links lead to tests", () => {
  const page = readFileSync(join(ROOT, "docs/reference/tested.md"), "utf8");
  const rowOf = ({ name, row: { long } }: Tested): boolean => (page.split(`\n## ${name}\n`)[1] ?? "").split("\n## ")[0]?.includes(`\`--${long}\``) === true;
  expect(all.filter((one) => !rowOf(one)).map(({ name, row }) => `${name} --${row.long}: npm run gen`)).toEqual([]);
  expect([...page.matchAll(/\]\(\.\.\/\.\.\/([^)]+)\)/g)].map(([, path = ""]) => path).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test("what is promised of root file systems has the tests that are named", () => expect(lostTests(ROOT)).toEqual([]));

test("an option without a test, and a command, is noticed", () => {
  expect(uncalled([...called, { name: "lxc-dance", files: [] }])).toEqual(["lxc-dance"]);
  const row = { long: "never-given", help: "" };
  expect(openOptions([...all, { name: "lxc-start", row, files: [] }, { name: "berth net", row, files: [] }])).toEqual(["lxc-start --never-given", "berth net --never-given"]);
});

const rows = [{ long: "name", short: "n", argument: "required", help: "" }, { long: "kill", short: "k", help: "" }, { long: "timeout", short: "t", argument: "required", help: "" }, { long: "nolock", help: "" }, { long: "help", short: "h", help: "" }] as const;
const commands = new Commands([{ name: "lxc-stop", rows }, { name: "lxc-wait", rows }, { name: "lxc-create", rows: [{ long: "template", short: "t", argument: "required", help: "" }] }, { name: "lxc-create -t debian", rows: [{ long: "auth-key", short: "S", argument: "required", help: "" }] }, { name: "berth cp", rows: [{ long: "archive", short: "a", help: "" }] }], (argv) => (argv[0] === "berth" && argv[1] === "stop" ? ["lxc-stop", ...argv.slice(2)] : commandOf(argv)));
const FOUND: readonly (readonly [string, string, readonly string[]])[] = [
  ["a call with a list", 'works(place, "lxc-stop", ["-n", place.name, "-k"]); f("-t")', ["lxc-stop --kill", "lxc-stop --name"]],
  ["lists in a list, each for itself", '[["lxc-stop", ["-n", "c1", "-kt", "5"]], ["lxc-wait", ["-k"]]]', ["lxc-stop --kill", "lxc-stop --name", "lxc-stop --timeout", "lxc-wait --kill"]],
  ["a shell's words, an abbreviation", 'run("cd /; lxc-stop --time 5 x && rm -n y")', ["lxc-stop --timeout"]],
  ["a path that is put together", 'run(`${DIST}/bin/lxc-stop`, ["-k"]); run(join(DIST, "bin", "lxc-wait"), ["-t", 5])', ["lxc-stop --kill", "lxc-wait --timeout"]],
  ["berth's words", 'y("berth", ["cp", "-a", "x"]); z(["/opt/bin/berth", "stop", "-k"])', ["berth cp --archive", "lxc-stop --kill"]],
  ["what a helper's caller gives", 'const halt = (where: string, ...words: string[]): void => { works(where, "lxc-stop", ["-n", ...words]); };\nhalt("-t", "c", "-k");', ["lxc-stop --kill", "lxc-stop --name"]],
  ["what a helper of another file puts first", 'import { called as by } from "./helper.ts"; by("lxc-wait", "--nolock")', ["lxc-wait --nolock"]],
  ["a table's rows", 'test.each([["lxc-stop", "-k"], ["lxc-wait", "-t"]] as const)("%s", (command, option) => { works(command, [option, "5"]); })', ["lxc-stop --kill", "lxc-wait --timeout"]],
  ["a loop's, each of them", 'const ALL = ["-k", "--nolock"]; for (const one of ALL) run("lxc-stop", one);', ["lxc-stop --kill", "lxc-stop --nolock"]],
  ["what is picked of a list by its number", 'const WAYS = [["c1"], ["-n", "c1"]] as const; run("lxc-stop", ...WAYS[1], "-k")', ["lxc-stop --kill", "lxc-stop --name"]],
  ["a program and the words that belong to it", 'const [program, ...words] = isUser ? ["su", "-t", "x"] : ["lxc-stop", "-k"]; run(program, words)', ["lxc-stop --kill"]],
  ["what is for a template", 'make("lxc-create", ["-t", kind ?? "debian", "--", "-S", "key"])', ["lxc-create --template", "lxc-create -t debian --auth-key"]],
  ["one or the other", 'run(["lxc-stop", ...(isSoft ? ["-t", "5"] : ["-k"]), "--nolock"])', ["lxc-stop --kill", "lxc-stop --nolock", "lxc-stop --timeout"]],
  ["nothing after --", 'x(["lxc-stop", "--", "-k"])', []],
  ["nothing that --help ends", 'x(["lxc-stop", "-k", "--help"])', ["lxc-stop --help"]],
  ["nothing in an option's value", 'x(["lxc-stop", "-n", "-k"])', ["lxc-stop --name"]],
  ["nothing in what is expected, in titles and in comments", '// lxc-stop -k\ntest("lxc-stop -k", () => { expect(err).toContain("; lxc-stop -n c"); expect(err).toEqual(["lxc-stop", "-t", "5"]); })', []],
  ["nothing that is said about a command", 'f("remedy: lxc-stop -k")', []],
  ["no command in a word of another's", 'f(["web", "lxc", "stop", "-k"])', []],
  ["nothing of Debian's own", 'run("/usr/bin/lxc-stop", ["-k"])', []],
  ["nothing that is elsewhere in the file", 'run("lxc-stop", ["c"]); other(["-k", "--nolock"])', []],
];
const HELPER = 'const run = (...words: readonly string[]): void => { spawn(words); };\nexport function called(command: string, option: string) { return run(command, option); }';
const sources = await parsedTexts({ "helper.ts": HELPER, ...Object.fromEntries(FOUND.map(([, text], i) => [`${i}.ts`, text])) });
test.each(FOUND.map(([what, , found], i) => [what, i, found] as const))("the scan finds %s", (_, i, found) => {
  const source = sources.find(({ file }) => file === `/texts/${i}.ts`);
  expect(source === undefined ? undefined : [...givenIn(source, sources, commands)].filter((key) => key.includes(" --")).toSorted()).toEqual([...found]);
});
test("the scan reads a script of a system check", () => {
  expect(commands.givenInShell("refused 'it is there' lxc-stop -n c \\\n\t--nolock\nberth stop c -k; echo -t", true)).toEqual(["lxc-stop", "lxc-stop --name", "lxc-stop --nolock", "lxc-stop", "berth stop", "lxc-stop --kill"]);
});
test("a command is called by its own name and by the one that is typed, but not for its help", () => {
  expect([["lxc", "stop", "c"], ["/opt/bin/berth", "stop", "c"], ["berth", "cp", "a", "b"], ["lxc-stop", "--help"]].map((words) => commands.given(words))).toEqual([["lxc-stop", "lxc"], ["lxc-stop", "berth stop"], ["berth cp", "berth cp"], ["lxc-stop --help"]]);
});
