// Owns the look at a container before something is done with it: running or not, with the remains of a dead run removed.
import { accessSync, constants, existsSync, lstatSync } from "node:fs";
import { enginePath } from "../host/probe/host-facts.ts";
import { bootId } from "../host/probe/kernel.ts";
import { errorCode, readText } from "../host/read-text.ts";
import { containerDir, exitFile, stateFile } from "../host/store/layout.ts";
import { runningState } from "../host/store/running.ts";
import type { Running } from "../host/store/running.ts";
import type { Origin } from "../model/origin.ts";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { StateRecord } from "../model/state.ts";
import { planClean } from "../plan/lifecycle/clean.ts";
import type { Target } from "./verbs.ts";

/** The state now; what a killed monitor left is not touched. */
export const lookAt = (target: Target): Running => runningState(target);

/** A record tells root what to remove: another user's is not believed. */
function isOwnRecord(request: Request, target: Target): boolean {
  const found = lstatSync(stateFile(target), { throwIfNoEntry: false });
  return found !== undefined && found.isFile() && found.uid === request.euid;
}

/** What another LXC runs is told by its monitor, as far as it can be believed. */
export async function withForeign(target: Target, running: Running): Promise<Running> {
  if (!running.isForeign) return running;
  const { foreignRun } = await import("../host/store/foreign-run.ts");
  const found = await foreignRun(target, process.geteuid?.() ?? 0);
  return found === undefined ? running : { ...running, ...found };
}

/** The state, after what a killed monitor left has been removed as far as possible. */
export async function settledState(request: Request, target: Target): Promise<Running> {
  const running = lookAt(target);
  if (running.isForeign) return withForeign(target, running);
  const { stale } = running;
  if (stale === undefined || !isOwnRecord(request, target)) return running;
  const { lxcpath, name } = target;
  const { runPlan } = await import("../host/engine/run.ts");
  await runPlan(planClean({ lxcpath, name, stale, stateFile: stateFile(target), exitFile: exitFile(target), isSameBoot: stale.bootId === bootId() }), { engine: enginePath(request.prefix), stderr: "ignore" });
  return lookAt(target);
}

/** A start that another command has begun: what becomes of it is waited for, as it may yet fail. */
const STARTING_SECONDS = 30;

/** The state once no start is under way: what a start, a stop or an attach acts on. */
export async function decidedState(request: Request, target: Target): Promise<Running> {
  const running = await settledState(request, target);
  if (running.state !== "STARTING") return running;
  const { wait } = await import("./wait.ts");
  await wait(request, target, ["RUNNING", "STOPPED"], STARTING_SECONDS);
  return settledState(request, target);
}

/** The problem that a dead run could not be cleaned away; undefined when nothing is left of one. */
export function remains({ stale }: Running, target: Target): Problem | undefined {
  // Without them the record is all that is left, and the next start replaces it.
  if (stale === undefined || !stale.cgroups.some((directory) => existsSync(directory))) return undefined;
  const pids = stale.cgroups.flatMap((directory) => (readText(`${directory}/cgroup.procs`) ?? "").split("\n").filter((pid) => pid !== ""));
  const alive = [...new Set(pids)].slice(0, 10).join(", ");
  return {
    code: "container.busy", text: `the last run of ${target.name} has left something behind`, cause: `its monitor was killed; ${alive === "" ? "its cgroups cannot be removed" : `processes ${alive} are still in its cgroups`}`,
    remedy: alive === "" ? `rmdir what '${stateFile(target)}' lists under "cgroups"` : "end these processes and try again",
  };
}

/** For what was to end it anyway. */
export const alreadyStopped = (target: Target): Problem => (existsSync(containerDir(target))
  ? { code: "container.stopped", text: `${target.name} is not running` }
  : { code: "container.missing", text: `${target.name} is not running`, cause: `there is no container "${target.name}" in ${target.lxcpath}`, remedy: "lxc-ls lists the containers of this lxcpath; -P names another" });

/** What is about to be done needs it running. */
export const stopped = (target: Target): Problem => ({ remedy: `start it: lxc-start -n ${target.name}`, ...alreadyStopped(target) });

export const frozen = ({ name }: Target): Problem => ({ code: "container.frozen", text: `${name} is frozen`, cause: "a command in it would stop as well, and never end", remedy: `lxc-unfreeze -n ${name}; or run it outside its cgroups: lxc-attach --elevated-privileges=CGROUP` });

/** What is about to be done needs it stopped; `or`: what else the user can do. */
export const stillRunning = ({ name }: Target, { at, cause, or }: { readonly at?: Origin; readonly cause?: string; readonly or?: string } = {}): Problem => ({
  code: "container.running", ...(at === undefined ? {} : { at }), text: `${name} is running`, ...(cause === undefined ? {} : { cause }), remedy: `lxc-stop -n ${name} first${or === undefined ? "" : `, or ${or}`}`,
});

export const alreadyRunning = (target: Target): Problem => ({ code: "container.running", text: "Container is already running", remedy: `stop it first: lxc-stop -n ${target.name}` });

function isClosed(directory: string): boolean {
  try {
    accessSync(directory, constants.X_OK);
    return false;
  } catch (error) {
    return errorCode(error) === "EACCES";
  }
}

/** Its command socket listens, there is no record of ours that could be read, and its monitor is not to be asked. */
export const foreign = (target: Target): Problem => (isClosed(containerDir(target))
  ? { code: "privilege", text: `Insufficent privileges to control ${target.name}`, cause: `'${containerDir(target)}' belongs to another user`, remedy: "run this as the user who started it, or as root" }
  : { code: "unsupported", text: `${target.name} was started by another LXC`, cause: "its monitor does not answer, or belongs neither to root nor to the owner of the container", remedy: "run this as the user who started it; ss -xlp shows which process listens for it" });

export interface LiveContainer { readonly record: StateRecord; readonly initPid: number; readonly initStart: number }

/** The record of a container whose init lives. */
export function requireRunning(target: Target, running: Running): Result<LiveContainer> {
  const { record, isForeign } = running;
  if (isForeign && record === undefined) return fail(foreign(target));
  if (record?.initPid === undefined || record.initStart === undefined) return fail(stopped(target));
  return ok({ record, initPid: record.initPid, initStart: record.initStart });
}
