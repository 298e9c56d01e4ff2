// Owns what a start says of itself so that its monitor can ask for the next one: entries `key=value` of a replan op.
import type { Request } from "../model/request.ts";
import type { AwaitWish, ExecuteOptions, Milestone, StartOptions, Target } from "./verbs.ts";

export type RebootVerb = "start" | "execute";

export function replanEntries(verb: RebootVerb, target: Target, options: StartOptions): readonly string[] {
  const list = (key: string, values: readonly string[]): readonly string[] => values.map((value) => `${key}=${value}`);
  const optional = (key: string, value: string | undefined): readonly string[] => (value === undefined ? [] : [`${key}=${value}`]);
  return [
    `verb=${verb}`, `name=${target.name}`, `lxcpath=${target.lxcpath}`, ...optional("rcfile", options.rcfile), ...list("define", options.define),
    `daemon=${options.isDaemon ? 1 : 0}`, ...list("command", options.command), ...list("publish", options.publish ?? []), ...optional("pidfile", options.pidfile),
    ...optional("console", options.console), ...optional("consoleLog", options.consoleLog), `closeAllFds=${options.closeAllFds ? 1 : 0}`,
    ...Object.entries(options.share).map(([name, value]) => `share.${name}=${value}`),
  ];
}

export interface RebootRequest { readonly verb: RebootVerb; readonly target: Target; readonly options: StartOptions }

/** undefined: not what `replanEntries` wrote. */
export function parseReboot(request: Request): RebootRequest | undefined {
  const pairs = request.argv.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)] as const);
  const all = (key: string): readonly string[] => pairs.filter(([name]) => name === key).map(([, value]) => value);
  const one = <K extends string>(key: K): Partial<Record<K, string>> => {
    const [value] = all(key);
    const none: Partial<Record<K, string>> = {};
    return value === undefined ? none : { ...none, [key]: value };
  };
  const [[verb], [name], [lxcpath]] = [all("verb"), all("name"), all("lxcpath")];
  if ((verb !== "start" && verb !== "execute") || name === undefined || lxcpath === undefined) return undefined;
  const share = Object.fromEntries(pairs.filter(([key]) => key.startsWith("share.")).map(([key, value]) => [key.slice("share.".length), value]));
  return {
    verb, target: { name, lxcpath },
    options: {
      ...one("rcfile"), define: all("define"), isDaemon: all("daemon")[0] === "1", command: all("command"), ...one("pidfile"), ...one("console"), ...one("consoleLog"),
      closeAllFds: all("closeAllFds")[0] === "1", share, ...(all("publish").length > 0 ? { publish: all("publish") } : {}),
    },
  };
}

/** What lxc-stop -r asks for once the old init has ended. */
export const awaitRunningEntries = (target: Target, timeout: number): readonly string[] => ["verb=await-running", `name=${target.name}`, `lxcpath=${target.lxcpath}`, `timeout=${timeout}`];

export interface AwaitRunning { readonly target: Target; readonly timeout: number }

export function parseAwaitRunning(request: Request): AwaitRunning | undefined {
  const [verb, name, lxcpath, timeout] = ["verb", "name", "lxcpath", "timeout"].map((key) => request.argv.find((entry) => entry.startsWith(`${key}=`))?.slice(key.length + 1));
  if (verb !== "await-running" || name === undefined || lxcpath === undefined || timeout === undefined) return undefined;
  return { target: { name, lxcpath }, timeout: Number(timeout) };
}

/** What lxc-start --wait asks for once the container runs. */
export const awaitStartEntries = (target: Target, { milestone, seconds, program = "lxc-start" }: AwaitWish, { isQuiet, now }: { readonly isQuiet: boolean; readonly now: number }): readonly string[] => [
  "verb=await-start", `program=${program}`, `name=${target.name}`, `lxcpath=${target.lxcpath}`, `milestone=${milestone}`, `quiet=${isQuiet ? 1 : 0}`,
  ...(seconds === undefined ? [] : [`seconds=${seconds}`, `deadline=${now + seconds * 1000}`]),
];

export const isAwaitStart = ({ argv }: Request): boolean => argv[0] === "verb=await-start";

export interface AwaitStart { readonly program: string; readonly target: Target; readonly isQuiet: boolean; readonly milestone: Milestone; readonly seconds?: number; readonly deadline?: number }

const MILESTONES: readonly Milestone[] = ["running", "booted", "network"];

export function parseAwaitStart({ argv }: Request): AwaitStart | undefined {
  const one = (key: string): string | undefined => argv.find((entry) => entry.startsWith(`${key}=`))?.slice(key.length + 1);
  const [name, lxcpath, seconds, deadline] = ["name", "lxcpath", "seconds", "deadline"].map(one);
  const milestone = MILESTONES.find((known) => known === one("milestone"));
  if (one("verb") !== "await-start" || name === undefined || lxcpath === undefined || milestone === undefined) return undefined;
  return { target: { name, lxcpath }, program: one("program") ?? "lxc-start", isQuiet: one("quiet") === "1", milestone, ...(seconds === undefined || deadline === undefined ? {} : { seconds: Number(seconds), deadline: Number(deadline) }) };
}

/** execute's own options, once uid and gid have become definitions. */
export const asStartOptions = (options: ExecuteOptions): StartOptions => ({
  ...(options.rcfile === undefined ? {} : { rcfile: options.rcfile }), define: [...options.define, ...idDefinitions(options)],
  isDaemon: options.isDaemon, command: options.command, closeAllFds: options.closeAllFds, share: options.share, ...(options.isExplained === undefined ? {} : { isExplained: options.isExplained }),
});

const idDefinitions = ({ uid, gid }: ExecuteOptions): readonly string[] =>
  [...(uid === undefined ? [] : [`lxc.init.uid=${uid}`]), ...(gid === undefined ? [] : [`lxc.init.gid=${gid}`])];
