// Owns the look at a container before something is done with it: running or not, with the remains of a dead run removed.
import { existsSync } from "node:fs";
import { containerDir } from "../host/store/layout.ts";
import { cleanLeftovers } from "../host/store/leftovers.ts";
import { runningState } from "../host/store/running.ts";
import type { Running } from "../host/store/running.ts";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { StateRecord } from "../model/state.ts";
import type { Target } from "./verbs.ts";

/** The state, after what a killed monitor left has been cleaned as far as possible. */
export function lookAt(target: Target): Running {
  const running = runningState(target);
  if (running.stale === undefined || running.state !== "STOPPED") return running;
  return cleanLeftovers(target, running.stale) ? { state: "STOPPED", isForeign: false } : running;
}

export const stopped = (target: Target): Problem => (existsSync(containerDir(target))
  ? { code: "container.stopped", text: `${target.name} is not running` }
  : { code: "container.stopped", text: `${target.name} is not running`, cause: `there is no container "${target.name}" in ${target.lxcpath}` });

export const alreadyRunning = (target: Target): Problem => ({ code: "container.running", text: "Container is already running", remedy: `stop it first: lxc-stop -n ${target.name}` });

const foreign = (target: Target): Problem => ({
  code: "unsupported", text: `${target.name} was started by another LXC`, cause: "its monitor is not Berth's", remedy: "use that LXC's own tools on it, or stop it there and start it with this one",
});

export interface LiveContainer { readonly record: StateRecord; readonly initPid: number; readonly initStart: number }

/** The record of a container whose init lives. */
export function requireRunning(target: Target): Result<LiveContainer> {
  const { record, isForeign } = lookAt(target);
  if (isForeign) return fail(foreign(target));
  if (record?.initPid === undefined || record.initStart === undefined) return fail(stopped(target));
  return ok({ record, initPid: record.initPid, initStart: record.initStart });
}
