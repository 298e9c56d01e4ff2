// Owns what completion has to know of the commands: their options with what each takes, and the words that follow.
import type { OptionRow } from "../../src/cli/getopt.ts";
import { commonOf, type Tool } from "../../src/cli/options.ts";
import { ALIASES } from "../../src/cli/berth/alias.ts";
import { VERBS } from "../../src/cli/berth/config.ts";
import { OWN_VERBS } from "../../src/cli/berth/own-verbs.ts";
import { doors } from "../../src/cli/doors.ts";
import { systemKeyNames } from "./key-words.ts";

/** What a word is: `subject` is a container or a system key, `words` are listed, `command` is a program of the container, `text` is the user's own. */
export type Kind = "container" | "place" | "key" | "assignment" | "value" | "subject" | "file" | "directory" | "command" | "user" | "text" | { readonly words: readonly string[] };

export interface Option {
  readonly long: string;
  readonly short?: string;
  readonly argument?: "required" | "optional";
  readonly kind: Kind;
  readonly metavar: string;
  readonly help: string;
  /** It says which container is meant: the first word does not then. */
  readonly isSubject: boolean;
}
export interface Command {
  /** `lxc-start`, `berth start`, `berth config get`. */
  readonly name: string;
  readonly about: string;
  readonly options: readonly Option[];
  /** Words that are no options; the last one may be repeated where it is a key, a value or a place. */
  readonly words: readonly Kind[];
}

const STATES = ["STOPPED", "STARTING", "RUNNING", "STOPPING", "ABORTING", "FREEZING", "FROZEN", "THAWED"];
const LEVELS = ["TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "ERROR", "CRIT", "ALERT", "FATAL"];
const BY_METAVAR: Readonly<Record<string, Kind>> = {
  FILE: "file", USER: "user", PATH: "directory", KEY: "key", "KEY=VALUE": "assignment", "NAME|PID": "container",
  json: { words: ["json"] }, "json|yaml|table": { words: ["json", "yaml", "table"] }, "text|json|yaml": { words: ["text", "json", "yaml"] }, "table|json|yaml|openmetrics": { words: ["table", "json", "yaml", "openmetrics"] }, COLUMN: { words: ["n", "c", "b", "m", "s", "k"] }, LEVEL: { words: LEVELS }, STATES: { words: STATES }, STORAGE: { words: ["dir"] }, "CGROUP|CAP|LSM": { words: ["CGROUP", "CAP", "LSM"] }, TEMPLATE: "file",
};

function optionOf(row: OptionRow, isConfigVerb: boolean): Option {
  const { long, short, argument, metavar = "", help } = row;
  const isName = (long === "name" || long === "orig") && metavar !== "NEWNAME";
  const kind = isName ? "container" : long === "zfsroot" ? "text" : BY_METAVAR[metavar] ?? "text";
  return { long, help, metavar, kind, isSubject: isName || (isConfigVerb && long === "file"), ...(short === undefined ? {} : { short }), ...(argument === undefined ? {} : { argument }) };
}

function commandOf(name: string, tool: Tool, words: readonly Kind[]): Command {
  const rows: readonly OptionRow[] = [...tool.rows, ...commonOf(tool).filter(({ long }) => long !== "?" && tool.rows.every((row) => row.long !== long))];
  const isConfigVerb = name.startsWith("berth config ");
  const [about = ""] = tool.about.split(/(?<=\.) /);
  return { name, about: about.replace(/\.$/, ""), options: rows.map((row) => optionOf(row, isConfigVerb)), words };
}

/** lxc-create's first word is a new name; lxc-unshare and lxc-usernsexec begin with a command. */
function wordsOf(command: string, tool: Tool): readonly Kind[] {
  if (command === "lxc-create") return ["text"];
  if (tool.hasName) return ["container"];
  return command === "lxc-unshare" || command === "lxc-usernsexec" ? ["command"] : [];
}

/** Of these there may be more than one. */
export const isRepeated = (kind: Kind | undefined): boolean => kind === "key" || kind === "value" || kind === "place";
const WORD: Readonly<Record<string, Kind>> = { NAME: "container", FILE: "file", SOURCE: "file", USER: "user", KEY: "key", PREFIX: "key", VALUE: "value" };
/** A file of this host, or NAME: of a container, as often as it is asked for. */
const COPYING: Readonly<Record<string, readonly Kind[]>> = { cp: ["place"], push: ["file", "place"], pull: ["place"] };
const verbWords = (words: string): readonly Kind[] => words.split(" ").map((word) => WORD[word.replaceAll(/[[\].]/g, "")] ?? "text");

/** `lxc start`: what follows is of lxc-start. */
const multicall = (tools: readonly Command[]): Command => ({
  name: "lxc", about: "Each lxc-* command by its name without lxc-", words: [{ words: tools.map(({ name }) => name.slice("lxc-".length)) }],
  options: (["help", "version"] as const).map((long) => ({ long, help: long === "help" ? "this text" : "the LXC release this command is compatible with", kind: "text", metavar: "", isSubject: false })),
});

export async function commands(): Promise<readonly Command[]> {
  const own = await Promise.all(Object.entries(doors).map(async ([name, load]): Promise<readonly Command[]> => {
    const { tool } = await load();
    if (name === "lxc-config") return [{ name, about: "Print a system key of lxc.conf(5)", options: [], words: [{ words: ["-l", ...systemKeyNames] }] }];
    return tool === undefined ? [] : [commandOf(name, tool, wordsOf(name, tool))];
  }));
  const named = own.flat();
  const tools = [...named, multicall(named)];
  const aliases = ALIASES.flatMap(({ verb, argv: [program = ""], does }): readonly Command[] => tools.filter(({ name }) => name === program).map((tool) => ({ ...tool, name: `berth ${verb}`, about: does })));
  const verbs = await Promise.all(VERBS.map(async ({ verb, words, does, load }): Promise<readonly Command[]> => {
    const { tool } = await load();
    return tool === undefined ? [] : [{ ...commandOf(`berth config ${verb}`, tool, verb === "get" ? ["subject", "key"] : verbWords(words)), about: does }];
  }));
  const ownVerbs = await Promise.all(OWN_VERBS.map(async ({ verb, words, load }): Promise<readonly Command[]> => {
    const { tool } = await load();
    return tool === undefined ? [] : [commandOf(`berth ${verb}`, tool, words === "" ? [] : COPYING[verb] ?? verbWords(words))];
  }));
  return [...tools, ...aliases, ...ownVerbs.flat(), ...verbs.flat()];
}
