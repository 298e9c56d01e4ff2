// Every option of an lxc-* command has a test that gives it, or a reason why not; the scan finds what it should.
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openOptions, staleReasons, testedOptions, type Tested } from "../../scripts/gen-tested.ts";
import { Scanner } from "../../scripts/tested/scan.ts";
import { commandOf } from "../../src/cli/berth/alias.ts";
import { ROOT } from "./sources.ts";

const all = await testedOptions();
test("each option of LXC's commands has a test or a reason", () => {
  expect(openOptions(all)).toEqual([]);
  expect(staleReasons(all)).toEqual([]);
});

test("the page has a row for each option of LXC's commands, and its links lead to tests", () => {
  const page = readFileSync(join(ROOT, "docs/reference/tested.md"), "utf8");
  const rowOf = ({ name, row: { long } }: Tested): boolean => (page.split(`\n## ${name}\n`)[1] ?? "").split("\n## ")[0]?.includes(`\`--${long}\``) === true;
  expect(all.filter((one) => one.isLxc && !rowOf(one)).map(({ name, row }) => `${name} --${row.long}: npm run gen`)).toEqual([]);
  expect([...page.matchAll(/\]\(\.\.\/\.\.\/([^)]+)\)/g)].map(([, path = ""]) => path).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test("an option without a test is noticed", () => {
  const row = { long: "never-given", help: "" };
  expect(openOptions([...all, { name: "lxc-start", row, isLxc: true, files: [] }])).toEqual(["lxc-start --never-given"]);
});

const rows = [{ long: "name", short: "n", argument: "required", help: "" }, { long: "kill", short: "k", help: "" }, { long: "timeout", short: "t", argument: "required", help: "" }, { long: "nolock", help: "" }] as const;
const scanner = new Scanner([{ name: "lxc-stop", rows }, { name: "berth cp", rows: [{ long: "archive", short: "a", help: "" }] }], (argv) => (argv[0] === "berth" && argv[1] === "stop" ? ["lxc-stop", ...argv.slice(2)] : commandOf(argv)));
const given = (text: string): readonly string[] => [...new Set(scanner.seen(text).flatMap((seen) => [...scanner.options(seen)].map((long) => `${seen.name} ${long}`)))];

test.each([
  ["a call with a list", 'works(place, "lxc-stop", ["-n", place.name, "-k"]); f("-t")', ["lxc-stop name", "lxc-stop kill"]],
  ["a list", '[["lxc-stop", ...P, "c1", "-kt", "5"], ["other", "-n"]]', ["lxc-stop kill", "lxc-stop timeout"]],
  ["a shell's words, an abbreviation", 'run("cd /; lxc-stop --time 5 x && rm -n y")', ["lxc-stop timeout"]],
  ["what follows -- is another's", 'x(["lxc-stop", "--", "-k"])', []],
  ["berth's words", 'y("berth", ["cp", "-a", "x"]); z(["/opt/bin/berth", "stop", "-k"])', ["berth cp archive", "lxc-stop kill"]],
  ["a helper", 'const halt = (...words: string[]): void => works(place, "lxc-stop", words);\nhalt("-k");', ["lxc-stop kill"]],
  ["a comment that says so", "// covers: lxc-stop --nolock", ["lxc-stop nolock"]],
] as const)("the scan finds %s", (_, text, found) => { expect(given(text)).toEqual([...found]); });
