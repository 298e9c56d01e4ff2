// Owns what follows the end of a container with a restart policy: its monitor asks whether, and after which pause, it starts again,
// waits, and asks for the start. And who stops one meanwhile. docs/decisions/0016-restart.md
import { statSync } from "node:fs";
import type { Op, Plan } from "../isa/op.ts";
import { configFile, stateFile } from "../host/store/layout.ts";
import { startTimeOf } from "../host/store/liveness.ts";
import { readExitRecord } from "../host/store/records.ts";
import { readRestarts, waitingMonitor, writeRestarts } from "../host/store/restarts.ts";
import { SIGKILL } from "../linux/signals.ts";
import { byDefault } from "../model/origin.ts";
import { fail, ok, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { nextStart, type RestartRecord } from "../model/next-start.ts";
import { parseRestart, type Restart } from "../model/restart.ts";
import type { ExitRecord } from "../model/state.ts";
import { loadConfig } from "./container-config.ts";
import { PLAIN_STOP } from "./plain-options.ts";
import type { RebootRequest } from "./reboot-request.ts";
import type { AwaitStopped, Ended } from "./restart-request.ts";
import { alreadyStopped, lookAt } from "./running-container.ts";
import { noted, planOf } from "./start.ts";
import type { Target } from "./verbs.ts";
import { wait } from "./wait.ts";

const from = byDefault("berth.restart");
const NOTHING: readonly Op[] = [{ op: "exitWith", from, status: 0 }];
const planFor = ({ name, lxcpath }: Target, ops: readonly Op[]): Plan => ({ verb: "restart", name, lxcpath, ops });

/** A shutdown from inside is none. */
const hasFailed = ({ code, signal, wasOom }: ExitRecord): boolean => wasOom || signal !== undefined || (code ?? 0) !== 0;

/** As the config says now: who changes it need not restart the container. */
function policyOf(request: Request, { target, options }: RebootRequest): Restart | undefined {
  const loaded = loadConfig(request, target, { define: options.define, ...(options.rcfile === undefined ? {} : { rcfile: options.rcfile }) });
  return loaded.ok ? parseRestart(loaded.value.spec.restart?.value ?? "no") : undefined;
}

function decide(request: Request, asked: RebootRequest, { monitorPid, monitorStart }: Ended): RestartRecord {
  const { target } = asked;
  const [exit, policy, last] = [readExitRecord(target), policyOf(request, asked), readRestarts(target)];
  const before = last?.monitorPid === monitorPid && last.monitorStart === monitorStart ? last : { count: 0, pause: 0 };
  const began = statSync(stateFile(target), { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  const run = { monitorPid, monitorStart, count: before.count, pause: before.pause };
  if (exit === undefined || policy === undefined) return { ...run, end: "failed" };
  const next = nextStart(policy, { hasFailed: hasFailed(exit), isAsked: exit.asked !== undefined, milliseconds: Date.now() - began, count: before.count, pause: before.pause });
  return "end" in next ? { ...run, ...next } : { ...run, ...next, at: Date.now() + next.pause };
}

const SLOT = { monitor: 0 } as const;
const waitFor = (milliseconds: number, { monitorPid: pid, monitorStart: startTime }: Ended): readonly Op[] => [
  { op: "pidfdOpen", from, pid, startTime, into: SLOT.monitor },
  { op: "waitExit", from, pidfd: SLOT.monitor, timeout: milliseconds, onError: ["ETIMEDOUT"], note: "its own end is not to be seen: it is the pause before the next start" },
  { op: "close", from, slot: SLOT.monitor },
];

/** Init has ended, and nothing is cleaned up yet: the plan is for afterwards. */
export function afterEnd(request: Request, asked: RebootRequest, ended: Ended, again: readonly string[]): Result<Plan> {
  const record = decide(request, asked, ended);
  writeRestarts(asked.target, record);
  if (record.at === undefined) return ok(planFor(asked.target, NOTHING));
  return ok(planFor(asked.target, [...waitFor(record.pause, ended), { op: "replan", from, request: again, note: "the next start" }]));
}

/** The pause is over: unless somebody has started it meanwhile, stopped or removed it. */
export async function startAgain(request: Request, { target, options }: RebootRequest, { monitorPid, monitorStart }: Ended): Promise<Result<Plan>> {
  const record = readRestarts(target);
  const isDue = record?.at !== undefined && record.monitorPid === monitorPid && record.monitorStart === monitorStart;
  if (!isDue || lookAt(target).state !== "STOPPED" || statSync(configFile(target), { throwIfNoEntry: false }) === undefined) return ok(planFor(target, NOTHING));
  const { at: _, ...rest } = record;
  const plan = await noted(request, target, await planOf(request, target, options, true), "start");
  // until the run has a record of its own this one says whose it will be: lxc-stop finds one or the other
  if (!plan.ok) writeRestarts(target, { ...rest, count: rest.count - 1, end: "failed" });
  return plan;
}

/** No init is asked about. */
const ANY = -1;

/** lxc-stop of one that waits to be started again; of another one: the problem that it does not run. */
export function stopWaiting(target: Target): Result<Plan> {
  const waiting = waitingMonitor(target);
  if (waiting === undefined) return fail(alreadyStopped(target));
  const { at: _, ...rest } = waiting;
  writeRestarts(target, { ...rest, end: "asked" });
  return ok({ ...planFor(target, [
    { op: "pidfdOpen", from, pid: waiting.monitorPid, startTime: waiting.monitorStart, into: SLOT.monitor },
    { op: "kill", from, pidfd: SLOT.monitor, signal: SIGKILL, onError: ["ESRCH"], note: "its monitor, which waits to start it again" }, { op: "waitExit", from, pidfd: SLOT.monitor },
    // it may just have begun
    { op: "replan", from, request: [`stopped=${waiting.monitorPid} ${waiting.monitorStart} ${ANY} 1 0`, `name=${target.name}`, `lxcpath=${target.lxcpath}`], note: "what it has left is cleaned up" },
  ]), verb: "stop" });
}

/** The end of lxc-stop: its monitor has ended, also where the container had ended by itself a moment before and was to start again. */
export async function awaitStopped(request: Request, { target, monitorPid, monitorStart, initPid, isKill, timeout }: AwaitStopped): Promise<Result<Plan>> {
  const { record } = lookAt(target);
  if (initPid !== ANY && record?.initPid !== undefined && record.initPid !== initPid) return (await import("./stop.ts")).stop(request, target, { ...PLAIN_STOP, isKill, timeout });
  await wait(request, target, ["STOPPED"], -1);
  const waiting = stopWaiting(target);
  if (waiting.ok) return waiting;
  if (startTimeOf(monitorPid) !== monitorStart) return ok(planFor(target, NOTHING));
  return ok(planFor(target, [
    { op: "pidfdOpen", from, pid: monitorPid, startTime: monitorStart, into: SLOT.monitor, onError: "ignore" }, { op: "waitExit", from, pidfd: SLOT.monitor, onError: "ignore", note: "until its monitor has cleaned up" },
  ]));
}
