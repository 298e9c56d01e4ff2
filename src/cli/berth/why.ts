// Owns `berth why NAME`: the record of the last failed start, and how the last run ended.
import { readFileSync } from "node:fs";
import type { Request } from "../../model/request.ts";
import { info } from "../../runtime/info.ts";
import type { Target } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import { done, failed, withLine } from "../command-line.ts";
import { exitText } from "../exit-text.ts";
import { NAME } from "../options.ts";
import type { Tool } from "../options.ts";
import { humanSize } from "../size.ts";

const rows = [NAME, { long: "all", short: "a", help: "each step and event of the failed start" }] as const;
export const tool: Tool<(typeof rows)[number]> = {
  name: "berth why", synopsis: "NAME [-a]", hasName: true, rows,
  about: "Show why the last start of a container failed, and how its last run ended.",
  examples: [["berth why web", "what went wrong"]],
};

/** The record's head: what, when, why. Its steps and events are for -a. */
function failureOf(file: string, isWhole: boolean): string | undefined {
  try {
    const whole = readFileSync(file, "utf8").trimEnd();
    const end = whole.search(/^Steps \(/m);
    return isWhole || end < 0 ? whole : `${whole.slice(0, end).trimEnd()}\n\n(all steps and events: ${file}, or berth why -a)`;
  } catch {
    return undefined;
  }
}

/** A process that is gone without a word, while the container goes on. */
async function oomText(request: Request, { lxcpath, name }: Target): Promise<string> {
  const { stats } = await import("../../runtime/stats.ts");
  const found = await stats(request, lxcpath, [name]);
  const { oomKills = 0n, memoryLimitBytes } = (found.ok ? found.value[0] : undefined) ?? {};
  if (oomKills === 0n) return "";
  const limit = memoryLimitBytes === undefined ? "" : `; its limit is ${humanSize(memoryLimitBytes)}`;
  return `Out of memory: the kernel has killed ${oomKills === 1n ? "a process" : `${oomKills} processes`} of it${limit}.\n    remedy: a larger limit (lxc.cgroup2.memory.max, or now: lxc-cgroup -n ${name} memory.max SIZE)\n`;
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { lxcpath, name } = line.target;
  const result = await info(request, line.target, { stats: false, ips: false });
  const failure = failureOf(`${lxcpath}/${name}/.berth/failure`, line.options.has("all"));
  if (!result.ok && failure === undefined) return failed(line, result.problems);
  const lastExit = result.ok ? result.value.lastExit : undefined;
  const isRunning = result.ok && result.value.state !== "STOPPED";
  const parts = [
    ...(isRunning ? [`${name} is ${result.ok ? result.value.state : ""}.\n${await oomText(line.request, line.target)}`] : []),
    ...(failure === undefined ? [] : [`Last failed start:\n${failure}\n`]),
    ...(lastExit === undefined ? [] : [`Last run: ${exitText(lastExit)}\n${lastExit.console.trim() === "" ? "" : `Last lines of its console:\n${lastExit.console.trimEnd().split("\n").map((text) => `  | ${text}\n`).join("")}`}`]),
  ];
  return done(0, { out: parts.length === 0 ? `${name}: no failed start and no ended run are recorded.\n` : parts.join("\n") });
});
