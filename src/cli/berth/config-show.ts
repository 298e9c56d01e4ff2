// Owns `berth config show`: each key, its value, and the line, option or default it comes from.
import type { Origin } from "../../model/origin.ts";
import type { Request } from "../../model/request.ts";
import type { ConfigListing } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import { asJson } from "../json.ts";
import type { Tool } from "../options.ts";
import { say } from "../say.ts";
import { terminalText } from "../terminal-text.ts";
import { definesOf } from "../values.ts";
import { statusOf } from "./config-list.ts";
import { JSON_ROW } from "./config-output.ts";
import { SUBJECT, subjectOf } from "./config-subject.ts";

const rows = [
  ...SUBJECT,
  { long: "history", help: "also the earlier lines that later ones replaced or cleared" },
  { long: "all", short: "a", help: "keys that are not set, too, with their defaults" },
  { long: "define", short: "s", argument: "required", metavar: "KEY=VALUE", help: "as lxc-start -s: what would be in force with it" },
  JSON_ROW,
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "berth config show", synopsis: "NAME [KEY]", hasName: false, rows,
  about: "Show what is in force: each key, its value, and the file and line that it comes from.",
  examples: [
    ["berth config show web", "all keys that are set"], ["berth config show web lxc.cap.drop --history", "and what was set before"], ["berth config show web lxc.net.0", "one interface"],
    ["berth config show web lxc.autodev --all", "a default, if it is one"], ["berth config show web --format json", "with file, line and column"],
  ],
};

/** `/var/lib/lxc/web/config:12`, `default`, `option -s`. */
function placeOf({ kind, file, line }: Origin): string {
  if (kind === "config") return `${file ?? "config"}:${line ?? 0}`;
  return kind === "option" ? "option -s" : kind;
}

type Row = readonly [key: string, value: string, place: string];

/** Columns as wide as their words; a long value does not push all others aside. */
const MOST_WIDTH = 48;
export function aligned(table: readonly Row[]): string {
  const width = (column: 0 | 1): number => Math.max(0, ...table.map((cells) => cells[column].length).filter((length) => length <= MOST_WIDTH));
  const [first, second] = [width(0), width(1)];
  return table.map(([key, value, place]) => `${key.padEnd(first)}  ${value.padEnd(second)}  ${place}\n`).join("");
}

function rowsOf({ keys }: ConfigListing, hasHistory: boolean): readonly Row[] {
  return keys.flatMap(({ key, values, overridden }): readonly Row[] => {
    const past = hasHistory ? overridden.map(({ value, from, by }): Row => ["", value, `${placeOf(from)}, overridden by ${placeOf(by)}`]) : [];
    const now = values.length > 0 ? values.map(({ value, from }): Row => ["", value, placeOf(from)]) : past.length > 0 ? [["", "(cleared)", ""] as const] : [];
    return [...now, ...past].map(([, value, place], index): Row => [index === 0 ? key : "", value, place]);
  });
}

const asPlace = ({ kind, file, line, column }: Origin): Readonly<Record<string, unknown>> => ({ kind, file, line, column });
const dataOf = ({ keys }: ConfigListing, hasHistory: boolean): readonly unknown[] => keys.filter(({ values }) => hasHistory || values.length > 0).map(({ key, isList, values, overridden }) => ({
  key, isList, values: values.map(({ value, from }) => ({ value, ...asPlace(from) })),
  ...(hasHistory ? { overridden: overridden.map(({ value, from, by }) => ({ value, ...asPlace(from), by: asPlace(by) })) } : {}),
}));

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options } = line;
  const define = definesOf(options.all("define"));
  if (!define.ok) return misuse(line, ...define.problems);
  const subject = subjectOf(line);
  if (!subject.ok) return misuse(line, ...subject.problems);
  const { called, words: [key] } = subject.value;
  const voice = { ...line.voice, name: called };
  const { configShow } = await import("../../runtime/config-show.ts");
  const result = await configShow(request, subject.value.subject, { withDefaults: options.has("all"), define: define.value, ...(key === undefined ? {} : { key }) });
  if (!result.ok) return failed({ voice }, result.problems);
  const hasHistory = options.has("history");
  const out = options.has("format") ? asJson(dataOf(result.value, hasHistory)) : aligned(rowsOf(result.value, hasHistory));
  return done(statusOf(result.value), { out: terminalText(request, out), err: say(voice, result.value.problems) });
});
