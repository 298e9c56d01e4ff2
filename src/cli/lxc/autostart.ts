// Owns lxc-autostart(1).
import { writeSync } from "node:fs";
import type { Problem, Result } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { AutostartWishes } from "../../runtime/verbs.ts";
import type { Answer } from "../answer.ts";
import type { CommandLine } from "../command-line.ts";
import { done, failed, misuse, planned, withLine } from "../command-line.ts";
import { asJson } from "../json.ts";
import { FORMAT } from "../options.ts";
import type { Tool } from "../options.ts";
import { progressPrinter } from "../progress.ts";
import { say } from "../say.ts";
import { secondsOf } from "../values.ts";

const rows = [
  { long: "reboot", short: "r", help: "reboot the running ones instead of starting" },
  { long: "shutdown", short: "s", help: "shut the running ones down, killed after the timeout" },
  { long: "kill", short: "k", help: "kill the running ones" },
  { long: "list", short: "L", help: "only print which, in their order, with the delay behind a start" },
  { long: "timeout", short: "t", argument: "required", metavar: "SECONDS", help: "how long a shutdown may take (default 60)" },
  { long: "all", short: "a", help: "whatever their groups" },
  { long: "ignore-auto", short: "A", help: "also those without lxc.start.auto" },
  { long: "groups", short: "g", argument: "required", metavar: "LIST", help: "those of these groups, in this order, separated by commas; an empty one stands for containers without a group (default: only these)" },
  { long: "user", argument: "required", metavar: "USER", help: "as root: that user's containers, with his rights", isOurs: true },
  FORMAT,
] as const;
type Row = (typeof rows)[number];

export const tool: Tool<Row> = {
  name: "lxc-autostart", synopsis: "[OPTION...]", hasName: false, rows,
  about: "Start, reboot or stop the containers whose config has lxc.start.auto, the lowest lxc.start.order first, each lxc.start.delay seconds after the one before; a stop goes the other way. Status 1: all have failed, 2: some.",
  examples: [
    ["lxc-autostart", "those without a group"], ["lxc-autostart -g onboot,", "as at boot: the group onboot, then those without one"],
    ["lxc-autostart -s -a -t 30", "shut all of them down"], ["lxc-autostart -L -a", "which, in which order"], ["lxc-autostart --user alice -g onboot,", "as root: alice's"],
  ],
  notes: ["Links in /etc/lxc/auto to containers' configs, as LXC 0.8 had them, stand for lxc.start.auto = 1.", "berth.restart = always and unless-stopped do, too; the latter not where a user has stopped the container. Ports of root's containers (berth.publish) are published when all have been started."],
};

const DEFAULT_TIMEOUT = 60;

function wishesOf({ options }: CommandLine<Row>): AutostartWishes {
  const action = (["reboot", "shutdown", "kill"] as const).find((long) => options.has(long)) ?? "start";
  return { action, groups: options.has("groups") ? options.all("groups").flatMap((text) => text.split(",")) : [""], isAll: options.has("all"), isAutoIgnored: options.has("ignore-auto") };
}

function badOption({ options, words: [word] }: CommandLine<Row>): Problem | undefined {
  const actions = (["reboot", "shutdown", "kill"] as const).filter((long) => options.has(long));
  if (word !== undefined) return { code: "option.unknown", text: `'${word}' is one word too many`, remedy: "lxc-start and lxc-stop take names; here -g names groups" };
  if (actions.length > 1) return { code: "option.conflict", text: `--${actions.join(" and --")} exclude each other` };
  return options.has("format") && !options.has("list") ? { code: "option.conflict", text: "--format is for --list", remedy: "add -L" } : undefined;
}

/** The same command line without --user, for the user himself. */
function wordsFor({ options, format }: CommandLine<Row>): readonly string[] {
  const flags = (["reboot", "shutdown", "kill", "list", "all", "ignore-auto", "quiet"] as const).filter((long) => options.has(long)).map((long) => `--${long}`);
  const values = (["groups", "timeout", "lxcpath", "logfile", "logpriority"] as const).flatMap((long) => options.all(long).map((value) => `--${long}=${value}`));
  return [...flags, ...values, ...(format === undefined ? [] : [`--format=${format}`])];
}

async function list(line: CommandLine<Row>, wishes: AutostartWishes): Promise<Answer> {
  const { request, target: { lxcpath }, voice, options } = line;
  const { autostartList } = await import("../../runtime/autostart/selection.ts");
  const result = await autostartList(request, lxcpath, wishes);
  if (!result.ok) return failed(line, result.problems);
  const { items, broken } = result.value;
  const err = broken.map(({ name, problems }) => say({ ...voice, name }, problems)).join("");
  if (options.has("format")) return done(0, { out: asJson(items), err });
  const isStop = wishes.action === "shutdown" || wishes.action === "kill";
  return done(0, { out: items.map(({ name, delay }) => (isStop ? `${name}\n` : `${name} ${delay}\n`)).join(""), err });
}

const DOING = { start: "starting", reboot: "rebooting", shutdown: "shutting down", kill: "killing" } as const;

async function act(line: CommandLine<Row>, wishes: AutostartWishes, timeout: number): Promise<Answer> {
  const { request, target: { lxcpath }, voice } = line;
  const [{ autostart }, { onSignals }] = [await import("../../runtime/autostart.ts"), await import("../../runtime/interrupt.ts")];
  const abort = new AbortController();
  const quiet = onSignals(request, abort);
  const show = voice.isQuiet || !request.isTty[2] ? () => undefined : progressPrinter(true);
  const stage = (name: string): string => `${DOING[wishes.action]} ${name}`;
  const ends = (name: string, result: Result<void>): void => {
    show({ stage: stage(name), detail: result.ok ? "done" : "failed", isFinished: true });
    const text = say({ ...voice, name }, (result.ok ? result.warnings : result.problems) ?? []);
    if (text !== "") writeSync(2, text); // at once: a boot may take long
  };
  const result = await autostart(request, lxcpath, { ...wishes, timeout, end: abort.signal, begins: (name) => show({ stage: stage(name) }), ends });
  quiet();
  if (!result.ok) return failed(line, result.problems);
  const { all, failed: count } = result.value;
  return done(count === 0 ? 0 : count === all ? 1 : 2);
}

export const main = (request: Request): Promise<Answer> => withLine(tool, request, async (line) => {
  const { options, voice } = line;
  const timeout = secondsOf("timeout", options.last("timeout"), DEFAULT_TIMEOUT);
  if (!timeout.ok) return misuse(line, ...timeout.problems);
  const bad = badOption(line);
  if (bad !== undefined) return misuse(line, bad);
  const user = options.last("user");
  if (user !== undefined) {
    const { isCaller, planAsUser } = await import("../../runtime/other-user.ts");
    if (!isCaller(request, user)) {
      const plan = planAsUser(request, user, { verb: "autostart", program: "lxc-autostart", words: wordsFor(line), about: "start another user's containers" });
      return plan.ok ? planned(line, plan) : failed(line, plan.problems);
    }
  }
  const wishes = wishesOf(line);
  const warning: readonly Problem[] = wishes.isAll && options.has("groups") ? [{ code: "option.conflict", severity: "warning", text: "--all is given: --groups has no effect" }] : [];
  const answer = options.has("list") ? await list(line, wishes) : await act(line, wishes, timeout.value);
  return answer.kind === "done" ? { ...answer, err: say(voice, warning) + (answer.err ?? "") } : answer;
});
