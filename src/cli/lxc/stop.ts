// Owns lxc-stop(1).
import type { Problem } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { failed, misuse, withLine } from "../command-line.ts";
import { runOrExplain } from "../explanation.ts";
import { EXPLAIN, NAME, RCFILE } from "../options.ts";
import type { Tool } from "../options.ts";
import { secondsOf } from "../values.ts";

const rows = [
  NAME,
  { long: "reboot", short: "r", help: "reboot it" },
  { long: "nowait", short: "W", help: "ask, and do not wait for the end" },
  { long: "timeout", short: "t", argument: "required", metavar: "SECONDS", help: "how long to wait before killing it (default 60; -1: for ever)" },
  { long: "kill", short: "k", help: "kill it at once instead of asking" },
  { long: "nokill", help: "only ask, never kill after the timeout" },
  { long: "nolock", help: "with -k: even when another command holds the container's lock" },
  RCFILE, EXPLAIN,
] as const;

export const tool: Tool<(typeof rows)[number]> = {
  name: "lxc-stop", synopsis: "[-n] NAME [OPTION...]", hasName: true, rows,
  about: "Stop a container: its init gets the halt signal (lxc.signal.halt), and is killed after the timeout. Status 2: it was not running.",
  examples: [
    ["lxc-stop web", "a clean shutdown, killed after 60 seconds"],
    ["lxc-stop -r web", "reboot"],
    ["lxc-stop -k web", "kill it now"],
    ["lxc-stop --nokill -t 300 web", "wait five minutes, then give up"],
  ],
};

const NOT_RUNNING = 2;
const DEFAULT_TIMEOUT = 60;

function conflict({ options }: CommandLine<(typeof rows)[number]>): string | undefined {
  const isKill = options.has("kill");
  if (isKill && options.has("nokill")) return "-k can't be used with --nokill";
  if (isKill && options.has("reboot")) return "-k can't be used with -r";
  if (isKill && options.has("timeout")) return "-k doesn't allow timeouts";
  return !isKill && options.has("nolock") ? "--nolock may only be used with -k" : undefined;
}

/** LXC says the same of a container that does not exist. */
const isNotRunning = ({ code }: Problem): boolean => code === "container.stopped" || code === "container.missing";

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, target } = line;
  const timeout = secondsOf("timeout", options.last("timeout"), DEFAULT_TIMEOUT);
  if (!timeout.ok) return misuse(line, ...timeout.problems);
  const text = conflict(line);
  if (text !== undefined) return failed(line, [{ code: "option.conflict", text }]);
  const { stop } = await import("../../runtime/stop.ts");
  const result = await stop(request, target, {
    isReboot: options.has("reboot"), isNoWait: options.has("nowait"), isKill: options.has("kill"), isNoKill: options.has("nokill"),
    isNoLock: options.has("nolock"), timeout: timeout.value,
  });
  if (!result.ok && result.problems.some(isNotRunning)) {
    return failed(line, result.problems.map((problem) => (isNotRunning(problem) ? { ...problem, text: `${target.name} is not running` } : problem)), { status: NOT_RUNNING });
  }
  return runOrExplain(line, result);
});
