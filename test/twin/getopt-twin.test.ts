// Every option of every lxc-* command, as glibc's getopt_long takes and refuses it: Debian's commands against our option
// tables. Each line ends in --help or in a complaint, so that nothing is done.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { doors } from "../../src/cli/doors.ts";
import type { OptionRow } from "../../src/cli/getopt.ts";
import { commonOf, type Tool } from "../../src/cli/options.ts";
import { libraryRequest } from "../../src/runtime/library-request.ts";
import { DIST } from "../kernel/place.ts";

const PATIENCE_MS = 90_000;

interface Told { readonly status: number; readonly complaint: string }
const firstLine = (text: string): string => text.split("\n")[0] ?? "";
/** With --help there is no complaint: what is printed is each one's own. */
const told = (status: number, err: string): Told => ({ status, complaint: status === 0 ? "" : sorted(firstLine(err)) });
const POSSIBILITIES = /^(.*; possibilities:)((?: '[^']+')+)$/;
/** Tables are in another order. */
function sorted(line: string): string {
  const [, head, names = ""] = POSSIBILITIES.exec(line) ?? [];
  return head === undefined ? line : `${head} ${[...new Set(names.trim().split(" "))].toSorted().join(" ")}`;
}
/** LXC's tables have an option twice (--help, and --rcfile of lxc-attach), and its short forms are ambiguous with themselves; here they are taken. */
const isOwnDouble = ({ complaint }: Told): boolean => (POSSIBILITIES.exec(complaint)?.[2] ?? "").trim().split(" ").length === 1 && complaint.includes("possibilities:");

function theirs(name: string, words: readonly string[]): Told {
  const { status, stderr } = spawnSync(name, words, { encoding: "utf8", input: "", env: { PATH: "/usr/bin:/bin", HOME: "/root" }, timeout: 20_000 });
  return told(status ?? -1, stderr);
}
async function ours(name: string, words: readonly string[]): Promise<Told> {
  const door = await doors[name]?.();
  const answer = await door?.main({ ...libraryRequest({ prefix: DIST, env: {} }), argv: [name, ...words] });
  return answer?.kind === "done" ? told(answer.status, answer.err ?? "") : { status: -1, complaint: "no answer" };
}

/** What an option takes, so that it is not refused for its value. */
const VALUES: Readonly<Record<string, string>> = { logpriority: "INFO", timeout: "1", state: "RUNNING", namespaces: "MOUNT", gid: "1", uid: "1", tty: "1", delay: "1", fssize: "1G", arch: "x86_64", escape: "a", "elevated-privileges": "CAP", define: "lxc.uts.name=x", sort: "n", "set-var": "a=b", map: "u:0:100000:1", user: "root" };
const value = ({ long }: OptionRow): string => VALUES[long] ?? "x";

/** Lines about one option; `--help` ends those that are taken. */
function linesOf({ long, short, argument }: OptionRow, given: string): readonly (readonly string[])[] {
  const letter = short === undefined ? [] : [short];
  if (long === "help" || long === "?" || long === "usage" || long === "version") return [[`--${long}`], [`--${long}=x`], ...letter.map((one) => [`-${one}`])];
  if (argument === undefined) return [[`--${long}`, "--help"], [`--${long}=x`, "--help"], ...letter.flatMap((one) => [[`-${one}`, "--help"], [`-${one}h`]])];
  if (argument === "optional") return [[`--${long}`, "--help"], [`--${long}=${given}`, "--help"], ...letter.map((one) => [`-${one}${given}`, "--help"])];
  return [[`--${long}`], [`--${long}`, given, "--help"], [`--${long}=${given}`, "--help"], ...letter.flatMap((one) => [[`-${one}`], [`-${one}`, given, "--help"], [`-${one}${given}`, "--help"]])];
}

/** Each way to shorten the names; what they lead to is said by a value that is refused or taken, or by what is missing. */
const shortened = (rows: readonly OptionRow[]): readonly (readonly string[])[] => {
  const prefixes = new Set(rows.flatMap(({ long }) => Array.from({ length: long.length - 1 }, (_, i) => long.slice(0, i + 1))));
  return [...prefixes].filter((prefix) => rows.every(({ long }) => long !== prefix)).map((prefix) => [`--${prefix}=${value(rows.find(({ long, argument }) => long.startsWith(prefix) && argument !== undefined) ?? { long: "", help: "" })}`, "--help"]);
};

const MIXED: readonly (readonly string[])[] = [["x", "--help"], ["x", "y", "--no-such"], ["--no-such=x"], ["-~"], ["--help", "--no-such"], ["--no-such", "--help"], ["x", "-~", "--", "--help"]];

/** Of LXC 6 and later; Debian 12 has 5. */
const LATER: readonly string[] = ["lxc-create --rbduser"];
/** Shell scripts, without getopt. */
const SCRIPTS: readonly string[] = ["lxc-checkconfig", "lxc-unpriv-attach", "lxc-unpriv-start", "lxc-update-config"];
const isLater = (name: string, words: readonly string[]): boolean => LATER.some((one) => one.startsWith(`${name} ${words[0]?.split("=")[0] ?? ""}`));
const tools = (await Promise.all(Object.entries(doors).map(async ([name, load]) => ({ name, tool: (await load()).tool })))).flatMap(({ name, tool }) => (tool === undefined || !name.startsWith("lxc-") || !existsSync(`/usr/bin/${name}`) || SCRIPTS.includes(name) ? [] : [[name, tool] as const]));

async function differences(name: string, lines: readonly (readonly string[])[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const words of lines) {
    const [their, our] = [theirs(name, words), await ours(name, words)];
    if (!isOwnDouble(their) && !Bun.deepEquals(their, our)) found.push(`${name} ${words.join(" ")}: theirs ${their.status} '${their.complaint}', ours ${our.status} '${our.complaint}'`);
  }
  return found;
}

/** LXC's lxc-usernsexec has no long options at all. */
const LETTERS_ONLY: readonly (readonly string[])[] = [["-m"], ["-m", "u:0:100000:1", "-h"], ["-mu:0:100000:1", "-h"], ["-s", "-h"], ["-sh"], ["x", "-h"], ["-~"], ["x", "-~"], ["-h"]];

test.each(tools)("%s", async (name, tool: Tool) => {
  const rows: readonly OptionRow[] = [...tool.rows, ...commonOf(tool)].filter(({ isOurs, long }) => isOurs !== true && long !== "?" && !LATER.includes(`${name} --${long}`));
  if (name === "lxc-usernsexec") return expect(await differences(name, LETTERS_ONLY)).toEqual([]);
  const lines = [...rows.flatMap((row) => linesOf(row, value(row))), ...shortened(rows), ...MIXED];
  expect(await differences(name, lines.filter((words) => !isLater(name, words)))).toEqual([]);
}, PATIENCE_MS);
