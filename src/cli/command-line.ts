// Owns the way from a request to a door's body: options read, help and version answered, container named, log opened.
import { existsSync } from "node:fs";
import { configuredLog } from "../runtime/configured-log.ts";
import { canonicalLxcpath, checkedName } from "../runtime/lxcpath.ts";
import type { Plan } from "../isa/op.ts";
import type { Problem, Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { Target } from "../runtime/verbs.ts";
import type { Answer } from "./answer.ts";
import type { FoundOption, OptionRow, Scan } from "./getopt.ts";
import { getopt } from "./getopt.ts";
import type { Log } from "./log.ts";
import type { Options, Tool } from "./options.ts";
import { commonOf, optionsOf } from "./options.ts";
import type { Voice } from "./say.ts";
import { say, sayLines } from "./say.ts";
import { LXC_LEVEL } from "./version.ts";

export interface CommandLine<R extends OptionRow = OptionRow> {
  readonly request: Request;
  readonly options: Options<R>;
  /** The name is "" for a tool without one. */
  readonly target: Target;
  /** All that -P names; one of them for most tools. */
  readonly lxcpaths: readonly string[];
  /** The words that are no options, without the name. */
  readonly words: readonly string[];
  readonly voice: Voice;
  /** What --format was given. A body sees only whether JSON is wanted: `options.has("format")`; formats.ts does the rest. */
  readonly format?: string;
}
type Body<R extends OptionRow> = (line: CommandLine<R>) => Promise<Answer>;

export const done = (status: number, text: { readonly out?: string; readonly err?: string } = {}): Answer => ({ kind: "done", status, ...text });

/** What the user typed, as seen from where the user typed it: the planner's own directory is `/`. */
export const absolute = ({ cwd }: Request, path: string): string => (path.startsWith("/") ? path : `${cwd}/${path}`);

/** LXC's word for a command line that makes no sense, after the sentence that says why. */
export const misuse = ({ voice }: Pick<CommandLine, "voice">, ...problems: readonly Problem[]): Answer =>
  done(1, { err: say({ ...voice, name: "" }, problems) });

/** A verb's problems. `closing` follows them. */
export const failed = ({ voice }: Pick<CommandLine, "voice">, problems: readonly Problem[], { status = 1, closing = [] }: { readonly status?: number; readonly closing?: readonly string[] } = {}): Answer =>
  done(status, { err: say(voice, problems) + sayLines(voice, closing) });

/** A verb's plan, its warnings said first; at DEBUG the log gets the plan too. */
export async function planned(line: CommandLine, result: Extract<Result<Plan>, { readonly ok: true }>): Promise<Answer> {
  const { voice } = line;
  if (voice.log.isOn("DEBUG")) {
    const { explainPlan } = await import("../isa/explain.ts");
    for (const text of explainPlan(result.value)) voice.log.add("DEBUG", text);
  }
  const err = say(voice, result.warnings ?? []);
  return { kind: "plan", plan: result.value, ...(err === "" ? {} : { err }) };
}

/** A door may answer for another command: lxc-unpriv-start (Debian), lxc-clone (LXC 1), berth rm. It speaks by the name that was typed. */
const byName = <R extends OptionRow>(tool: Tool<R>, name = ""): Tool<R> => (/^(lxc-|berth )/.test(name) && name !== tool.name ? { ...tool, name } : tool);

export async function withLine<R extends OptionRow>(called: Tool<R>, request: Request, body: Body<R>): Promise<Answer> {
  const tool = byName(called, request.argv[0]);
  const scan = getopt(request.argv.slice(1), [...tool.rows, ...commonOf(called)], { program: tool.name, isPosix: "POSIXLY_CORRECT" in request.env });
  const asked = scan.found.find(({ row: { long } }) => long === "help" || long === "?" || long === "usage" || long === "version")?.row.long;
  if (asked === "version") return done(0, { out: `${LXC_LEVEL}\n` });
  if (asked === "usage") return done(0, { err: (await import("./help.ts")).usageText(tool) });
  if (asked !== undefined || scan.error !== undefined) {
    const complaint = asked === undefined ? `${scan.error ?? ""}\n` : "";
    return done(asked === "help" ? 0 : 1, { err: `${complaint}${(await import("./help.ts")).helpText(tool)}` });
  }
  const format = scan.found.findLast(({ row }) => row.long === "format")?.value;
  if (format !== undefined) return (await import("./formats.ts")).formatted(format, scan, { refuse: (problem) => done(1, { err: say({ program: tool.name, name: "", isQuiet: optionsOf(scan.found).has("quiet"), log: SILENT }, [problem]) }), run: (other) => open({ tool, request, scan: other, format }, body) });
  return open({ tool, request, scan }, body);
}

/** Those that read a container's config log as it says. */
const takesConfig = ({ rows }: Tool): boolean => rows.some(({ long }) => long === "rcfile");
export const rcfileOf = (found: readonly FoundOption<OptionRow>[]): string | undefined => found.findLast(({ row }) => row.long === "rcfile")?.value;

/** What writes a log is loaded where one is written. */
const SILENT: Log = { add: () => undefined, isOn: () => false };

interface Given<R extends OptionRow> { readonly tool: Tool<R>; readonly request: Request; readonly scan: Scan<OptionRow>; readonly format?: string }

async function open<R extends OptionRow>({ tool, request, scan: { found, positionals }, format }: Given<R>, body: Body<R>): Promise<Answer> {
  const options = optionsOf<R>(found);
  const isQuiet = options.has("quiet");
  const byOption = tool.hasName ? found.findLast(({ row }) => row.long === "name")?.value : undefined;
  const name = byOption ?? (tool.hasName ? positionals[0] : "");
  const bare: Voice = { program: tool.name, name: "", isQuiet, log: SILENT };
  if (name === undefined) return done(1, { err: sayLines(bare, ["No container name specified"]) });
  const given = options.all("lxcpath");
  if (given.length > 1 && tool.hasPaths !== true) return done(1, { err: isQuiet ? "" : "This command only accepts 1 -P,--lxcpath arguments\n" });
  const checked = tool.hasName ? checkedName(name) : undefined;
  if (checked !== undefined && !checked.ok) return done(1, { err: say(bare, checked.problems) });
  const lxcpath = canonicalLxcpath(request, options.last("lxcpath"));
  const rcfile = takesConfig(tool) ? rcfileOf(found) : undefined;
  if (rcfile !== undefined && !existsSync(absolute(request, rcfile))) return done(1, { err: say({ ...bare, name }, [(await import("./missing-config.ts")).missingConfig(absolute(request, rcfile))]) });
  const [file, priority] = [options.last("logfile"), options.last("logpriority")];
  const configured = tool.hasName && takesConfig(tool) ? await configuredLog(request, { name, lxcpath }, rcfileOf(found)) : {};
  const isLogged = file !== undefined || priority !== undefined || configured.file !== undefined || configured.syslog !== undefined;
  const { log, problem }: { readonly log: Log; readonly problem?: Problem } = isLogged ? (await import("./log.ts")).openLog({
    program: tool.name, name, lxcpath, isRoot: request.euid === 0, configured,
    ...(file === undefined ? {} : { file: file === "none" ? file : absolute(request, file) }), ...(priority === undefined ? {} : { priority }),
  }) : { log: SILENT };
  const voice: Voice = { program: tool.name, name, isQuiet, log };
  if (problem !== undefined) return done(1, { err: say(voice, [problem]) });
  const lxcpaths = given.length > 1 ? [...new Set(given.map((path) => canonicalLxcpath(request, path)))] : [lxcpath];
  return body({ request, options, target: { name, lxcpath }, lxcpaths, words: tool.hasName && byOption === undefined ? positionals.slice(1) : positionals, voice, ...(format === undefined ? {} : { format }) });
}
