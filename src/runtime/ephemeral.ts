// Owns the verb `copyEphemeral`: a copy in layers that is started, used, and gone again.
import { lstatSync } from "node:fs";
import { containerDir } from "../host/store/layout.ts";
import { fstabField } from "../linux/fstab-field.ts";
import { quoted } from "../linux/sh.ts";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import { backendOf } from "../model/storage.ts";
import type { Request } from "../model/request.ts";
import { attach } from "./attach.ts";
import { configSet } from "./config-set.ts";
import { copy } from "./copy.ts";
import { destroy } from "./destroy.ts";
import { onSignals } from "./interrupt.ts";
import { BACKGROUND_START, PLAIN_ATTACH, PLAIN_STOP } from "./plain-options.ts";
import { execStatus } from "./report.ts";
import { run, type Ran, type RunOptions } from "./run.ts";
import { start } from "./start.ts";
import { stop } from "./stop.ts";
import type { ConfigAssignment, EphemeralMount, EphemeralOptions, EphemeralVerb, Target } from "./verbs.ts";

const CALLERS: RunOptions = { stdin: 0, stdout: 1, stderr: 2 };
const SHUTDOWN_SECONDS = 60;

function mountLine(directory: string, { kind, source, target, isReadOnly }: EphemeralMount, index: number): string {
  const [from, to] = [fstabField(source), fstabField(target.replace(/^\/+/, ""))];
  if (kind === "overlay") return `${from} ${to} overlay ${isReadOnly ? "ro," : ""}lowerdir=${from},upperdir=${fstabField(directory)}/delta.${index},workdir=${fstabField(directory)}/work.${index},create=dir 0 0`;
  const isDirectory = lstatSync(source, { throwIfNoEntry: false })?.isDirectory() !== false;
  return `${from} ${to} none bind,optional,${isReadOnly ? "ro" : "rw"},create=${isDirectory ? "dir" : "file"} 0 0`;
}

/** Its upper layer and its new name, in memory; made in its own mount namespace, so that nothing of it is seen on the host. */
function tmpfsHook({ lxcpath, name }: Target, keepsName: boolean): string {
  const overlay = `${containerDir({ lxcpath, name })}/overlay`;
  const hostname = keepsName ? "" : ` && mkdir ${quoted(`${overlay}/delta/etc`)} && echo ${quoted(name)} > ${quoted(`${overlay}/delta/etc/hostname`)}`;
  const script = `mount -t tmpfs -o mode=755 tmpfs ${quoted(overlay)} && mkdir ${quoted(`${overlay}/delta`)} ${quoted(`${overlay}/work`)}${hostname}`;
  return `/bin/sh -c ${quoted(script)}`;
}

function assignments({ to, keepsData, isTmpfs, keepsName, mounts }: EphemeralOptions): readonly ConfigAssignment[] {
  const lines = mounts.map((mount, index) => mountLine(containerDir(to), mount, index));
  return [
    ...(keepsData ? [] : [{ key: "lxc.ephemeral", values: ["1"] }]), ...(lines.length === 0 ? [] : [{ key: "lxc.mount.entry", values: lines }]),
    ...(isTmpfs ? [{ key: "lxc.hook.pre-mount", values: [tmpfsHook(to, keepsName)] }] : []),
  ];
}

function optionProblem({ keepsData, isTmpfs, mounts, backend }: EphemeralOptions): Problem | undefined {
  if (keepsData && isTmpfs) return { code: "option.conflict", text: "--keepdata and --tmpfs exclude each other", cause: "what is in memory goes with the container" };
  if (isTmpfs && backend !== undefined && !backend.split(",").some((word) => word === "best" || backendOf(word) === "overlay")) return { code: "option.conflict", text: "--tmpfs is for layers: the upper one is in memory", remedy: "leave out -B, or use -B overlay" };
  const missing = mounts.find(({ source }) => lstatSync(source, { throwIfNoEntry: false }) === undefined);
  return missing === undefined ? undefined : { code: "option.value", at: byOption("--mount"), text: `--mount: '${missing.source}' does not exist`, remedy: "name a directory or a file of the host" };
}

async function stopped(request: Request, to: Target, isKill: boolean): Promise<Result<unknown>> {
  const plan = await stop(request, to, { ...PLAIN_STOP, isKill, timeout: SHUTDOWN_SECONDS });
  const result = plan.ok ? await run(request, plan.value) : plan;
  return result.ok || result.problems.some(({ code }) => code === "container.stopped") ? ok(undefined) : result;
}

/** A command that cannot be executed is no reason to say that the copy has failed. */
function commandEnd(ran: Result<Ran>): Result<{ readonly status: number }> {
  const [problem] = ran.ok ? [] : ran.problems;
  const status = problem === undefined ? undefined : execStatus(problem);
  return ran.ok || status === undefined ? ran : ok({ status }, ran.problems);
}

/** The command run in it, then it is shut down; it removes itself. */
async function runCommand(request: Request, { to, command }: EphemeralOptions): Promise<Result<{ readonly status: number }>> {
  const plan = await attach(request, to, { ...PLAIN_ATTACH, command });
  const ran = plan.ok ? commandEnd(await run(request, plan.value, CALLERS)) : plan;
  const end = await stopped(request, to, false);
  return end.ok ? ran : { ok: false, problems: [...(ran.ok ? [] : ran.problems), ...end.problems] };
}

async function use(request: Request, options: EphemeralOptions): Promise<Result<{ readonly status: number }>> {
  const { to, isForeground, command } = options;
  const isHere = isForeground && command.length === 0;
  const plan = await start(request, to, { ...BACKGROUND_START, isDaemon: !isHere, closeAllFds: !isHere, escape: 1 });
  if (!plan.ok) return plan;
  options.onMade();
  const ran = await run(request, plan.value, isHere ? CALLERS : {});
  if (!ran.ok || command.length === 0) return ran;
  return runCommand(request, options);
}

export const copyEphemeral: EphemeralVerb = async (request, source, options) => {
  const problem = optionProblem(options);
  if (problem !== undefined) return fail(problem);
  const { to, onProgress, onStorage, isTmpfs, size } = options;
  const backend = isTmpfs ? "overlay" : options.backend;
  const copied = await copy(request, source, {
    to, isSnapshot: true, hookArgs: [], mayRun: options.mayRun, keepsName: options.keepsName, keepsAddresses: options.keepsAddresses,
    ...(onProgress === undefined ? {} : { onProgress }), ...(onStorage === undefined ? {} : { onStorage }), ...(backend === undefined ? {} : { backend }), ...(size === undefined ? {} : { size }),
  });
  if (!copied.ok) return copied;
  const set = await configSet(request, to, assignments(options));
  const abort = new AbortController();
  abort.signal.addEventListener("abort", () => { void stopped(request, to, true); });
  const off = onSignals(request, abort);
  const used = set.ok ? await use(request, options) : set;
  off();
  if (used.ok) return ok(used.value, [...(copied.warnings ?? []), ...(used.warnings ?? [])]);
  const removed = await destroy(request, to, { isForced: true, withSnapshots: false });
  const isGone = removed.ok || removed.problems.some(({ code }) => code === "container.missing");
  return { ok: false, problems: isGone ? used.problems : [...used.problems, ...removed.problems] };
};
