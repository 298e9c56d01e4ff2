// Owns lxc-ls(1): which containers are shown, and in which of its three layouts.
import type { Problem } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import { list } from "../../runtime/list.ts";
import type { ListedContainer, ListOptions } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { done, failed, misuse, withLine } from "../command-line.ts";
import { asJson } from "../json.ts";
import { COLUMNS, columnsOf, DEFAULT_COLUMNS, fancyText, plainText } from "../listing.ts";
import type { Column } from "../listing.ts";
import { FORMAT, NAME, RCFILE } from "../options.ts";
import type { Tool } from "../options.ts";
import { ereOf } from "../regex.ts";
import { say } from "../say.ts";

const rows = [
  { ...NAME, help: "ignored, as in LXC" },
  { long: "line", short: "1", help: "one name per line" },
  { long: "fancy", short: "f", help: "a table" },
  { long: "fancy-format", short: "F", argument: "required", metavar: "COLUMNS", help: `the table's columns, separated by commas: ${COLUMNS.map(({ title }) => title).join(" ")}` },
  { long: "active", help: "only those that are not stopped" },
  { long: "running", help: "only running ones" },
  { long: "frozen", help: "only frozen ones" },
  { long: "stopped", help: "only stopped ones" },
  { long: "defined", help: "only those with a config" },
  { long: "nesting", argument: "optional", metavar: "DEPTH", help: "also the containers in running ones, so deep (without DEPTH: 5), which their own lxc-ls is asked for" },
  { long: "filter", argument: "required", metavar: "REGEX", help: "only names that an extended regular expression matches" },
  { long: "groups", short: "g", argument: "required", metavar: "LIST", help: "only those in all of these groups, separated by commas" },
  RCFILE, FORMAT,
] as const;
type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "lxc-ls", synopsis: "[OPTION...] [REGEX]", hasName: false, rows,
  about: "List containers.",
  examples: [
    ["lxc-ls", "names"], ["lxc-ls -f", "a table"], ["lxc-ls -f -F NAME,STATE,PID,RAM --running", "some columns, running ones only"],
    ["lxc-ls -1 '^web'", "names that begin with web"], ["lxc-ls --format json", "everything, as data"],
  ],
};

type Show = (container: ListedContainer) => boolean;

function filterOf({ options }: CommandLine<Row>, pattern: RegExp | undefined): Show {
  const states = [["running", "RUNNING"], ["frozen", "FROZEN"], ["stopped", "STOPPED"]] as const;
  const wanted = states.filter(([long]) => options.has(long)).map(([, state]) => state);
  const groups = options.all("groups").flatMap((text) => text.split(",")).filter((group) => group !== "");
  return (container) => (pattern === undefined || pattern.test(container.name))
    && (!options.has("active") || container.state !== "STOPPED")
    && (!options.has("defined") || container.isDefined)
    && (wanted.length === 0 || wanted.some((state) => state === container.state))
    && groups.every((group) => container.groups.includes(group));
}

/** What is not shown and not asked for is not read. */
function needsOf({ options }: CommandLine<Row>, columns: readonly Column[] | undefined): ListOptions["needs"] {
  const needs = new Set(columns?.flatMap(({ needs: own }) => own));
  if (options.has("groups")) needs.add("config");
  if (options.has("nesting") || options.has("active") || options.has("running") || options.has("frozen") || options.has("stopped")) needs.add("state");
  return [...needs];
}

interface Layout { readonly isJson: boolean; readonly columns?: readonly Column[] }

function layoutOf({ options }: CommandLine<Row>): Layout | Problem {
  if (options.has("format")) return { isJson: true, columns: COLUMNS };
  if (!options.has("fancy")) return { isJson: false };
  const wanted = options.last("fancy-format");
  const columns = wanted === undefined ? DEFAULT_COLUMNS : columnsOf(wanted);
  return typeof columns === "string" ? { code: "option.value", text: `Invalid key: ${columns}`, remedy: `the columns are ${COLUMNS.map(({ title }) => title).join(",")}` } : { isJson: false, columns };
}

/** Of the terminal on stdout; a pipe has none, and every name gets a line of its own. */
async function widthOf({ request, options }: CommandLine<Row>): Promise<number> {
  if (options.has("line") || !request.isTty[1]) return 0;
  const { WriteStream } = await import("node:tty");
  return new WriteStream(1).columns || 80;
}

const USUAL_DEPTH = 5;

/** 0: none is asked for. */
function depthOf({ options }: CommandLine<Row>): number | Problem {
  if (!options.has("nesting")) return 0;
  const word = options.last("nesting") ?? String(USUAL_DEPTH);
  return /^\d{1,3}$/.test(word) ? Number(word) : { code: "option.value", text: `--nesting: '${word}' is not a number`, remedy: "give how deep, for example --nesting=2" };
}

/** Each running one is followed by those in it: `web/inner` in the plain layouts, ` \_ inner` below it in the table. */
async function withNested(line: CommandLine<Row>, containers: readonly ListedContainer[], depth: number): Promise<readonly ListedContainer[]> {
  if (depth === 0) return containers;
  const { nestedList } = await import("../../runtime/nested-list.ts");
  const inside = await Promise.all(containers.map(({ name, state }) => (state === "RUNNING" ? nestedList(line.request, { name, lxcpath: line.target.lxcpath }, depth) : Promise.resolve([]))));
  return containers.flatMap((container, index) => {
    const path = [container.name];
    return [container, ...(inside[index] ?? []).map(({ level, ...nested }) => {
      path.splice(level, path.length, nested.name);
      return { ...nested, name: line.options.has("fancy") ? `${"  ".repeat(level - 1)} \\_ ${nested.name}` : path.join("/") };
    })];
  });
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, target, voice, words } = line;
  const layout = layoutOf(line);
  if ("code" in layout) return misuse(line, layout);
  const source = options.last("filter") ?? (words.length === 1 ? words[0] : undefined);
  const pattern = source === undefined ? undefined : ereOf(source);
  if (pattern === null) return misuse(line, { code: "option.value", text: `'${source ?? ""}' is not a regular expression`, remedy: "quote what is meant literally, e.g. 'web\\.1'" });
  const depth = depthOf(line);
  if (typeof depth !== "number") return misuse(line, depth);
  const result = await list(request, target.lxcpath, { needs: needsOf(line, layout.columns) });
  if (!result.ok) return failed(line, result.problems);
  const shown = await withNested(line, result.value.filter(filterOf(line, pattern)), depth);
  const err = say(voice, result.warnings ?? []);
  if (layout.isJson) return done(0, { out: asJson(shown.map(({ name, state, ...rest }) => ({ name, state, ...rest }))), err });
  if (shown.length === 0) return done(0, { err });
  if (layout.columns !== undefined) return done(0, { out: fancyText(shown, layout.columns), err });
  const names = shown.map(({ name }) => name);
  return done(0, { out: options.has("line") ? names.map((name) => `${name}\n`).join("") : plainText(names, await widthOf(line)), err });
});
