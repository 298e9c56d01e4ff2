// Owns what a tool is, as data: its option table, synopsis and examples, and the options all tools have.
import type { FoundOption, OptionRow } from "./getopt.ts";

export const COMMON = [
  { long: "logfile", short: "o", argument: "required", metavar: "FILE", help: "append problems to FILE as well, in LXC's log format" },
  { long: "logpriority", short: "l", argument: "required", metavar: "LEVEL", help: "what goes to the log: TRACE DEBUG INFO NOTICE WARN ERROR (default) CRIT ALERT FATAL" },
  { long: "quiet", short: "q", help: "print nothing on stderr" },
  { long: "lxcpath", short: "P", argument: "required", metavar: "PATH", help: "directory of the containers (default: lxc-config lxc.lxcpath)" },
  { long: "help", short: "h", help: "this text" },
  { long: "?", short: "?", help: "" },
  { long: "usage", help: "the options in short" },
  { long: "version", help: "the LXC release this command is compatible with" },
] as const satisfies readonly OptionRow[];

const ABOUT_ITSELF: readonly OptionRow[] = COMMON.filter(({ long }) => ["help", "?", "usage", "version"].includes(long));
/** LXC's commands all take them; where no config is read and no container is named they do nothing. */
const UNREAD: readonly OptionRow[] = [{ long: "rcfile", argument: "required", metavar: "FILE", help: "" }, { long: "name", argument: "required", metavar: "NAME", help: "" }];
const LXC: readonly OptionRow[] = [...COMMON, ...UNREAD];
/** The options that a tool shares with others; those without a help are not shown. */
export function commonOf({ isOld, name, rows }: Pick<Tool, "isOld" | "name" | "rows">): readonly OptionRow[] {
  if (isOld === true) return ABOUT_ITSELF;
  return name.startsWith("lxc-") ? LXC.filter(({ long, help }) => help !== "" || long === "?" || rows.every((row) => row.long !== long)) : COMMON;
}

export const NAME = { long: "name", short: "n", argument: "required", metavar: "NAME", help: "the container; may also be the first word that is no option" } as const satisfies OptionRow;
/** Tools without -f take it in its long form only. */
export const RCFILE = { long: "rcfile", argument: "required", metavar: "FILE", help: "read this config file instead of the container's own" } as const satisfies OptionRow;
export const EXPLAIN = { long: "explain", argument: "optional", metavar: "json", help: "print the numbered plan (or the plan as JSON) and do nothing", isOurs: true } as const satisfies OptionRow;
export const STRICT = { long: "strict", help: "refuse names of LXC 2 and older and limits for the other version of cgroups instead of translating them, and limits that cannot take effect instead of running without", isOurs: true } as const satisfies OptionRow;
export const FORMAT = { long: "format", argument: "required", metavar: "json|yaml|table", help: "print JSON or YAML instead of columns (table)", isOurs: true } as const satisfies OptionRow;
/** Of what comes line by line; `text` and `table` are the same: what is printed without the option. */
export const STREAM_FORMAT = { ...FORMAT, metavar: "json|yaml|table|text", help: "print JSON, an object a line, or YAML instead of text" } as const satisfies OptionRow;

export const ESCAPE = { long: "escape", argument: "required", metavar: "PREFIX", help: "" } as const satisfies OptionRow;

export interface Tool<R extends OptionRow = OptionRow> {
  /** `lxc-start`. */
  readonly name: string;
  /** What follows the name in the usage line. */
  readonly synopsis: string;
  /** One or two sentences. */
  readonly about: string;
  readonly rows: readonly R[];
  /** A container's name: asked for, or none (lxc-ls, lxc-unshare). */
  readonly hasName: boolean;
  /** -P may be given more than once. */
  readonly hasPaths?: true;
  /** A command of LXC 1 and older: its letters are its own, of the options all tools have it takes those about itself alone. */
  readonly isOld?: true;
  /** Command and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  readonly notes?: readonly string[];
}

type LongOf<R> = R extends { readonly long: infer L extends string } ? L : never;
export type CommonLong = (typeof COMMON)[number]["long"];
type Long<R> = LongOf<R> | CommonLong;

/** The options of one command line. Names are checked by the compiler against the tool's table. */
export interface Options<R extends OptionRow = OptionRow> {
  readonly has: (long: Long<R>) => boolean;
  /** The last one wins, as in LXC. */
  readonly last: (long: Long<R>) => string | undefined;
  readonly all: (long: Long<R>) => readonly string[];
  /** Which of these came last: `-d` against `-F`. */
  readonly lastOf: <L extends Long<R>>(...longs: readonly L[]) => L | undefined;
  readonly found: readonly FoundOption<OptionRow>[];
}

export function optionsOf<R extends OptionRow>(found: readonly FoundOption<OptionRow>[]): Options<R> {
  const values = (long: string): readonly string[] => found.flatMap(({ row, value }) => (row.long === long && value !== undefined ? [value] : []));
  const isGiven = (long: string): boolean => found.some(({ row }) => row.long === long);
  return {
    found, has: isGiven, all: values, last: (long) => values(long).at(-1),
    lastOf: (...longs) => {
      const row = found.findLast(({ row: { long } }) => longs.some((one) => one === long))?.row;
      return longs.find((one) => one === row?.long);
    },
  };
}
