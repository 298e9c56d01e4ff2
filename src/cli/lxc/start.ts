// Owns lxc-start(1).
import { parsePortWish } from "../../linux/port-words.ts";
import type { Problem, Result } from "../../model/problem.ts";
import { fail, ok } from "../../model/problem.ts";
import { byOption } from "../../model/origin.ts";
import type { Request } from "../../model/request.ts";
import type { AwaitWish } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import { absolute, failed, misuse, withLine } from "../command-line.ts";
import { runOrExplain } from "../explanation.ts";
import { ESCAPE, EXPLAIN, NAME, RCFILE, STRICT } from "../options.ts";
import type { Tool } from "../options.ts";
import { closingOf, DEFINE, SHARE, shareOf } from "../starting.ts";
import { definesOf, keyOf, optional } from "../values.ts";

const rows = [
  NAME,
  { long: "daemon", short: "d", help: "run in the background; success means that init has been executed (default)" },
  { long: "foreground", short: "F", help: "this terminal is the container's console" },
  { long: "pidfile", short: "p", argument: "required", metavar: "FILE", help: "write the monitor's process id to FILE" },
  { ...RCFILE, short: "f" },
  { long: "console", short: "c", argument: "required", metavar: "FILE", help: "device or file that is the container's console" },
  { long: "console-log", short: "L", argument: "required", metavar: "FILE", help: "also write what the console prints to FILE" },
  { ...ESCAPE, help: "with -F on a terminal: the key after which q leaves the container running in the background, as in lxc-console; none: there is none (default: a)", isOurs: true },
  { long: "close-all-fds", short: "C", help: "do not hand open file descriptors on (a daemon never does)" },
  { long: "wait", argument: "required", metavar: "running|booted|network", help: "how far the container must have come before this command ends well: running (default); booted: its systemd says that the boot is over, another init has started a login prompt, anything else runs; network: an address of global scope on an interface with a default route", isOurs: true },
  { long: "timeout", argument: "required", metavar: "SECONDS", help: "how long it is waited for. The container goes on; the status is 2 when it was not running in time, 3 not booted, 4 without network", isOurs: true },
  { long: "publish", argument: "required", metavar: "[ADDR:]PORT:PORT[/udp]", help: "of an ordinary user's container with lxc.net.N.type = user: a port of this host that leads to one of the container; may be repeated", isOurs: true },
  DEFINE, ...SHARE, STRICT, EXPLAIN,
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-start", synopsis: "[-n] NAME [OPTION...] [-- COMMAND...]", hasName: true, rows,
  about: "Start a container. COMMAND takes the place of its init.",
  examples: [
    ["lxc-start web", "boot in the background"],
    ["lxc-start -F web", "boot with its console here"],
    ["lxc-start web -- /bin/sh -c 'exec sleep 60'", "with another init"],
    ["lxc-start web -s lxc.uts.name=www -s lxc.net.0.type=empty", "with two keys changed"],
    ["lxc-start web --wait=network --timeout 30", "until it can be reached, at most 30 seconds"],
    ["lxc-start web --publish 8080:80", "an ordinary user's, with lxc.net.0.type = user: port 8080 of this host leads to it"],
    ["lxc-start web --explain", "show each step and the config line behind it"],
  ],
};

/** Ctrl+a unless said. */
const USUAL_ESCAPE = 1;
const escapeOf = (text: string | undefined): Result<number | undefined> => (text === undefined ? ok(USUAL_ESCAPE) : text === "none" ? ok(undefined) : keyOf(text));

/** --timeout alone is about running. */
function waitOf(milestone: string | undefined, limit: string | undefined, isDaemon: boolean): Result<AwaitWish | undefined> {
  if (milestone === undefined && limit === undefined) return ok(undefined);
  if (!isDaemon) return fail({ code: "option.conflict", text: "--wait and --timeout are about a start in the background", remedy: "leave out --foreground, or them" });
  const known = MILESTONES.find((word) => word === (milestone ?? "running"));
  if (known === undefined) return fail({ code: "option.value", at: byOption("--wait"), text: `--wait: '${milestone}' is not known`, remedy: "running, booted or network" });
  if (limit !== undefined && !/^\d{1,7}$/.test(limit)) return fail({ code: "option.value", at: byOption("--timeout"), text: `--timeout: '${limit}' is not a number of seconds`, remedy: "give whole seconds, for example 30" });
  return ok({ milestone: known, ...(limit === undefined ? {} : { seconds: Number(limit) }) });
}
const MILESTONES = ["running", "booted", "network"] as const;

const isMissing = ({ code }: Problem): boolean => code === "container.missing";

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, target, words } = line;
  const define = definesOf(options.all("define"));
  if (!define.ok) return misuse(line, ...define.problems);
  const isDaemon = options.lastOf("daemon", "foreground") !== "foreground";
  const path = (long: "pidfile" | "rcfile" | "console-log"): string | undefined => {
    const given = options.last(long);
    return given === undefined ? undefined : absolute(request, given);
  };
  const console = options.last("console");
  const escape = escapeOf(options.last("escape"));
  if (!escape.ok) return misuse(line, ...escape.problems);
  const wait = waitOf(options.last("wait"), options.last("timeout"), isDaemon);
  if (!wait.ok) return misuse(line, ...wait.problems);
  const publish = options.all("publish");
  const bad = publish.find((text) => parsePortWish(text) === undefined);
  if (bad !== undefined) return misuse(line, { code: "option.value", text: `--publish: '${bad}' is no port to publish`, remedy: "[ADDR:]PORT:PORT[/udp], as in 8080:80; ports go from 1 to 65535" });
  const { start } = await import("../../runtime/start.ts");
  const result = await start(request, target, {
    isDaemon, define: define.value, command: words, closeAllFds: isDaemon || options.has("close-all-fds"), share: shareOf(options.last), isStrict: options.has("strict"), isExplained: options.has("explain"),
    isQuiet: line.voice.isQuiet, ...(publish.length === 0 ? {} : { publish }), ...optional("escape", escape.value), ...optional("wait", wait.value === undefined ? undefined : { ...wait.value, program: line.voice.program }), ...optional("rcfile", path("rcfile")), ...optional("pidfile", path("pidfile")), ...optional("consoleLog", path("console-log")),
    ...optional("console", console === undefined || console === "none" ? console : absolute(request, console)),
  });
  if (result.ok) return runOrExplain(line, result);
  if (result.problems.some(isMissing)) return failed(line, result.problems.map((problem) => (isMissing(problem) ? { ...problem, text: "No container config specified" } : problem)));
  // LXC's answer to a second start: said, but no failure.
  if (result.problems.some(({ code }) => code === "container.running")) return failed(line, result.problems, { status: 0 });
  return runOrExplain(line, result, closingOf(result.problems));
});
