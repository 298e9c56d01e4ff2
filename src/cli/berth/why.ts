// Owns `berth why NAME`: the record of the last failed start, and how the last run ended.
import { readFileSync } from "node:fs";
import type { Problem, Result } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import { pageOf, readRecord } from "../../runtime/failure-record.ts";
import { hooks, type HookReport, type HookReports } from "../../runtime/hooks.ts";
import { info } from "../../runtime/info.ts";
import type { ContainerInfo, Target } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import { done, failed, withLine } from "../command-line.ts";
import { exitText, restartsText } from "../exit-text.ts";
import { hookLines } from "../hook-text.ts";
import { asJson } from "../json.ts";
import { FORMAT, NAME } from "../options.ts";
import type { Tool } from "../options.ts";
import { humanSize } from "../size.ts";

const rows = [NAME, { long: "all", short: "a", help: "each step and event of the failed start" }, FORMAT] as const;
export const tool: Tool<(typeof rows)[number]> = {
  name: "berth why", synopsis: "NAME [-a] [--format json]", hasName: true, rows,
  about: "Show why the last start of a container failed, how its last run ended, and of each hook when it began, how long it took, how it ended and what it said.",
  examples: [["berth why web", "what went wrong"], ["berth why web --format json", "for a program"]],
};

interface Failure { readonly text: string; readonly problems: readonly Problem[]; /** ISO 8601. */ readonly at?: string }
/** The record's head: what, when, why. Its steps and events are for -a. */
function failureOf(file: string, isWhole: boolean): Failure | undefined {
  try {
    const { text: raw, problems } = readRecord(readFileSync(file, "utf8"));
    const whole = raw.trimEnd();
    const end = whole.search(/^Steps \(/m);
    const at = /^at (\S+), by uid /m.exec(whole)?.[1];
    return { text: isWhole || end < 0 ? whole : `${whole.slice(0, end).trimEnd()}\n\n(all steps and events: ${file}, or berth why -a)`, problems, ...(at === undefined ? {} : { at }) };
  } catch {
    return undefined;
  }
}

const REPORTS: readonly (readonly [keyof HookReports, string])[] = [
  ["last", "Hooks of its last start and end"], ["before", "Hooks of the run before, which a reboot has ended"],
  ["clone", "Hooks of its making, as a copy or under a new name"], ["destroy", "Hooks of an lxc-destroy that it has outlived"],
];

const hooksText = (title: string, { at, hooks: runs }: HookReport): string =>
  `${title} (until ${at.slice(0, 19).replace("T", " ")} UTC):\n${runs.flatMap(hookLines).map((line) => `  ${line}\n`).join("")}`;

/** A process that is gone without a word, while the container goes on. */
async function oomText(request: Request, { lxcpath, name }: Target): Promise<string> {
  const { stats } = await import("../../runtime/stats.ts");
  const found = await stats(request, lxcpath, [name]);
  const { oomKills = 0n, memoryLimitBytes } = (found.ok ? found.value[0] : undefined) ?? {};
  if (oomKills === 0n) return "";
  const limit = memoryLimitBytes === undefined ? "" : `; its limit is ${humanSize(memoryLimitBytes)}`;
  return `Out of memory: the kernel has killed ${oomKills === 1n ? "a process" : `${oomKills} processes`} of it${limit}.\n    remedy: a larger limit (lxc.cgroup2.memory.max, or now: lxc-cgroup -n ${name} memory.max SIZE)\n`;
}

interface Found { readonly failure: Failure | undefined; readonly reports: HookReports }
const startOf = (failure: Failure | undefined): object => (failure === undefined ? {} : { failedStart: failure.text, ...(failure.at === undefined ? {} : { failedAt: failure.at }), problems: failure.problems.map((problem) => ({ ...problem, page: pageOf(problem.code) })) });
const whole = ({ lxcpath, name }: Target, result: Result<ContainerInfo>, { failure, reports: { last, before, clone, destroy } }: Found): object => ({
  name, lxcpath, ...(result.ok ? { state: result.value.state, ...(result.value.lastExit === undefined ? {} : { lastExit: result.value.lastExit }), ...(result.value.restarts === undefined ? {} : { restarts: result.value.restarts }) } : {}), ...startOf(failure),
  ...(last === undefined ? {} : { hooksAt: last.at, hooks: last.hooks }), ...(before === undefined ? {} : { hooksBefore: before.hooks }),
  ...(clone === undefined ? {} : { hooksOfCopy: clone.hooks }), ...(destroy === undefined ? {} : { hooksOfDestroy: destroy.hooks }),
});

async function text(request: Request, target: Target, result: Result<ContainerInfo>, { failure, reports }: Found): Promise<string> {
  const { state = "STOPPED", lastExit, restarts } = result.ok ? result.value : {};
  const said = lastExit === undefined || lastExit.console.trim() === "" ? "" : `Last lines of its console:\n${lastExit.console.trimEnd().split("\n").map((line) => `  | ${line}\n`).join("")}`;
  const parts = [
    ...(state === "STOPPED" ? [] : [`${target.name} is ${state}.\n${await oomText(request, target)}`]),
    ...(failure === undefined ? [] : [`Last failed start:\n${failure.text}\n`]),
    ...(lastExit === undefined ? [] : [`Last run: ${exitText(lastExit)}\n${said}`]),
    ...(restarts === undefined ? [] : [`Restarts: ${restartsText(restarts)}\n`]),
    ...REPORTS.flatMap(([key, title]) => { const report = reports[key]; return report === undefined ? [] : [hooksText(title, report)]; }),
  ];
  return parts.length === 0 ? `${target.name}: no failed start, no ended run and no hook are recorded.\n` : parts.join("\n");
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, target } = line;
  const result = await info(request, target, { stats: false, ips: false });
  const found: Found = { failure: failureOf(`${target.lxcpath}/${target.name}/.berth/failure`, options.has("all")), reports: hooks(target) };
  if (!result.ok && found.failure === undefined) return failed(line, result.problems);
  return done(0, { out: options.has("format") ? asJson(whole(target, result, found)) : await text(request, target, result, found) });
});
