// Writes docs/reference/tested.md: each command, LXC's and Berth's, and option with the tests that give it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ALIASES, commandOf } from "../src/cli/berth/alias.ts";
import { VERBS } from "../src/cli/berth/config.ts";
import { OWN_VERBS } from "../src/cli/berth/own-verbs.ts";
import { doors } from "../src/cli/doors.ts";
import type { OptionRow } from "../src/cli/getopt.ts";
import { COMMON, commonOf, type Tool } from "../src/cli/options.ts";
import { Commands } from "./tested/commands.ts";
import { parsed } from "./tested/parse.ts";
import { givenIn } from "./tested/reading.ts";
import { storageSection } from "./tested/storage.ts";
import { templateRows } from "./tested/templates.ts";
import { UNTESTED } from "./tested/untested.ts";

const ROOT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
const FOLDERS = ["test/kernel", "test/twin", "test/chaos", "test/system", "src/cli", "src/cli/berth", "src/cli/lxc"];
/** Their command lines are completed or refused as lines, not carried out. */
const LINES_ONLY: ReadonlySet<string> = new Set(["test/kernel/completion.test.ts"]);
/** Debian's names for the same commands. */
const SAME: Readonly<Record<string, string>> = { "lxc-unpriv-attach": "lxc-attach", "lxc-unpriv-start": "lxc-start" };
const SHOWN = 3;
/** What all commands take is tried for all of them together. */
const GETOPT_TWIN = "test/twin/getopt-twin.test.ts";

interface Named { readonly name: string; readonly tool: Tool }
/** A command, as it is typed, and the tests that call it. */
export interface Called { readonly name: string; readonly files: readonly string[] }
export interface Tested { readonly name: string; readonly row: OptionRow; readonly files: readonly string[]; /** Says itself that it does nothing. */ readonly isIdle?: true }

export async function tools(): Promise<readonly Named[]> {
  const all = [
    ...Object.entries(doors).map(async ([name, load]) => ({ name, tool: (await load()).tool })), ...OWN_VERBS.map(async ({ verb, load }) => ({ name: `berth ${verb}`, tool: (await load()).tool })),
    ...VERBS.map(async ({ verb, load }) => ({ name: `berth config ${verb}`, tool: (await load()).tool })),
  ];
  return (await Promise.all(all)).flatMap(({ name, tool }) => (tool === undefined || Object.hasOwn(SAME, name) ? [] : [{ name, tool }]));
}

const isTest = (path: string): boolean => /\.(test\.ts|check\.sh)$/.test(path) && !LINES_ONLY.has(path);
const testFiles = (): readonly string[] => FOLDERS.flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`)).filter(isTest).toSorted();

/** What each test file gives: `lxc-stop --kill`. */
async function givenByFile(commands: Commands): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const sources = await parsed(ROOT, (file) => file.startsWith(`${ROOT}/test/`) || file.startsWith(`${ROOT}/src/cli/`));
  const byPath = new Map(sources.map((source) => [source.file.slice(ROOT.length + 1), source]));
  return new Map(testFiles().map((path) => {
    const source = byPath.get(path);
    return [path, source === undefined ? new Set(commands.givenInShell(readFileSync(join(ROOT, path), "utf8"), true)) : givenIn(source, sources, commands)];
  }));
}

export interface Everything { readonly options: readonly Tested[]; readonly commands: readonly Called[]; /** Of all commands together. */ readonly common: readonly Tested[] }
/** Every command, and every option of each and of the built-in templates, with the test files that give it. */
export async function everything(): Promise<Everything> {
  const [named, templates] = [await tools(), await templateRows()];
  const without = Object.keys(doors).filter((name) => name !== "berth" && name !== "lxc" && named.every((one) => one.name !== name)).map((name) => ({ name, rows: [] }));
  const known = [...named.map(({ name, tool }) => ({ name, rows: [...tool.rows, ...commonOf(tool)] })), ...[...Map.groupBy(templates, ({ name }) => name)].map(([name, all]) => ({ name, rows: all.map(({ row }) => row) })), ...without];
  const given = await givenByFile(new Commands(known, commandOf));
  const filesOf = (isIt: (key: string) => boolean): readonly string[] => [...given].filter(([, keys]) => [...keys].some(isIt)).map(([path]) => path);
  const tested = (name: string, row: OptionRow): Tested => ({ name, row, files: filesOf((key) => key === `${name} --${row.long}`) });
  const verbs = ALIASES.map(({ verb }) => `berth ${verb}`);
  return {
    options: [...named.flatMap(({ name, tool }) => tool.rows.map((row) => tested(name, row))), ...templates.map(({ name, row, isIdle }): Tested => ({ ...tested(name, row), ...(isIdle ? { isIdle } : {}) }))],
    commands: [...Object.keys(doors).filter((name) => name !== "berth"), ...verbs, ...named.map(({ name }) => name).filter((name) => name.startsWith("berth "))].map((name) => ({ name, files: filesOf((key) => key === name) })),
    common: COMMON.filter(({ long }) => long !== "?").map((row) => ({ name: "every command", row, files: filesOf((key) => key.endsWith(` --${row.long}`)) })),
  };
}

const keyOf = ({ name, row: { long } }: Tested): string => `${name} --${long}`;
/** Neither a test nor a reason; a reason for what has a test. */
export const uncalled = (all: readonly Called[]): readonly string[] => all.filter(({ files }) => files.length === 0).map(({ name }) => name);
export const openOptions = (all: readonly Tested[]): readonly string[] => all.filter((one) => one.files.length === 0 && one.isIdle !== true && UNTESTED[keyOf(one)] === undefined).map(keyOf);
export const staleReasons = (all: readonly Tested[]): readonly string[] => Object.keys(UNTESTED).filter((key) => all.every((one) => keyOf(one) !== key || one.files.length > 0));

const link = (file: string): string => `[${file.replace(/^.*\//, "").replace(/\.(test\.ts|check\.sh)$/, "")}](../../${file})`;
function cell(one: Tested): string {
  const { files } = one;
  if (files.length === 0) return one.isIdle === true ? "accepted, without meaning" : UNTESTED[keyOf(one)] ?? "";
  return listed(files);
}
const spelled = ({ long, short, isOurs }: OptionRow): string => `${short === undefined ? "" : `\`-${short}\` `}\`--${long}\`${isOurs === true ? " *" : ""}`;

const listed = (files: readonly string[]): string => files.slice(0, SHOWN).map(link).join(", ") + (files.length > SHOWN ? ` and ${files.length - SHOWN} more` : "");
export async function testedPage(): Promise<string> {
  const { options: all, commands, common } = await everything();
  const names = [...new Set(all.map(({ name }) => name))];
  const section = (name: string): string => `## ${name}\n\n| option | tests that give it |\n|---|---|\n${all.filter((one) => one.name === name).map((one) => `| ${spelled(one.row)} | ${cell(one)} |`).join("\n")}\n`;
  return [
    "# Commands, options and their tests\n",
    "Written by `scripts/gen-tested.ts` from the option tables in `src/cli/` and the command lines in the tests; do not edit. An option with * is not LXC's; those of a built-in template stand behind `--` of `lxc-create -t`. A file stands here when it calls that command with that option: its source is read as it would run, through its helpers, tables and loops, and the words are taken as the command's own getopt takes them. A test of npm run ok fails where an option has neither a test nor a reason.\n",
    `How options are taken (full names, short ones, abbreviations, ambiguous ones, missing and superfluous arguments, permutation) is compared with Debian's commands for every option in ${link(GETOPT_TWIN)}; so are the options that all commands have. \`lxc-unpriv-start\` and \`lxc-unpriv-attach\` are \`lxc-start\` and \`lxc-attach\`.\n`,
    `## Commands\n\n| command | tests that call it |\n|---|---|\n${commands.map(({ name, files }) => `| \`${name}\` | ${listed(files)} |`).join("\n")}\n`,
    `## Options of every command\n\n| option | tests that give it to some command |\n|---|---|\n${common.map((one) => `| ${spelled(one.row)} | ${cell(one)} |`).join("\n")}\n`,
    ...names.map(section), storageSection(link),
  ].join("\n");
}

if (import.meta.main) {
  const { options, commands, common } = await everything();
  const open = [...uncalled(commands), ...openOptions([...common, ...options])];
  console.log([...open, `${commands.length} commands and ${options.length} options, ${open.length} without a test`].join("\n"));
}
