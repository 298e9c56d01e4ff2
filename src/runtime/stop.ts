// Owns the verb stop.
import { probeInit } from "../host/probe/init.ts";
import type { Result } from "../model/problem.ts";
import { fail } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { Plan } from "../isa/op.ts";
import { existsSync } from "node:fs";
import { configFile, restartsFile } from "../host/store/layout.ts";
import { mayMention } from "../host/store/mentions.ts";
import { planStop } from "../plan/lifecycle/stop.ts";
import type { StopSignals } from "../plan/stop.ts";
import { awaitRunningEntries } from "./reboot-request.ts";
import { alreadyStopped, decidedState, foreign, stopped } from "./running-container.ts";
import type { StopVerb, Target } from "./verbs.ts";

/** The new names and those of LXC 1 and 2; a kill sends no other than the stop signal. */
const SIGNAL_KEYS = ["lxc.signal", "lxc.haltsignal", "lxc.rebootsignal", "lxc.stopsignal"];
const STOP_KEYS = ["lxc.signal.stop", "lxc.stopsignal"];

/** A config that is broken or gone must not keep a container running. */
async function signalsOf(request: Request, target: Target, isKill: boolean): Promise<StopSignals> {
  if (!mayMention(configFile(target), isKill ? STOP_KEYS : SIGNAL_KEYS)) return {};
  const { loadConfig } = await import("./container-config.ts");
  const loaded = loadConfig(request, target);
  if (!loaded.ok) return {};
  const { halt, reboot, stop } = loaded.value.spec.signals;
  return { ...(halt === undefined ? {} : { halt }), reboot, stop };
}

/** A shutdown, a reboot or a kill. Source: lxc-stop(1). Problems: `container.missing`, `container.stopped`. */
export const stop: StopVerb = async (request, target, options): Promise<Result<Plan>> => {
  const { record, isForeign, state } = await decidedState(request, target);
  if (isForeign && record === undefined) return fail(foreign(target));
  const { isReboot, isNoWait, isKill, isNoKill, timeout } = options;
  if (record?.monitorPid === undefined || record.monitorStart === undefined) return existsSync(restartsFile(target)) && !isReboot ? (await import("./restarting.ts")).stopWaiting(target) : fail(isReboot ? stopped(target) : alreadyStopped(target));
  const init = record.initPid === undefined || record.initStart === undefined ? undefined
    : probeInit({ pid: record.initPid, startTime: record.initStart, cgroups: [], namespaces: [] });
  const policy = record.hasPolicy === undefined ? {} : { policy: { by: options.isHost === true ? 2 : 1, awaitStopped: [`stopped=${[record.monitorPid, record.monitorStart, record.initPid ?? 0, Number(isKill), timeout].join(" ")}`, `name=${target.name}`, `lxcpath=${target.lxcpath}`] } } as const;
  return planStop({
    name: target.name, lxcpath: target.lxcpath, isFrozen: state === "FROZEN" || state === "FREEZING", monitor: { pid: record.monitorPid, startTime: record.monitorStart },
    signals: await signalsOf(request, target, isKill), isReboot, isNoWait, isKill, isNoKill, timeout, awaitRunning: awaitRunningEntries(target, timeout), ...(init === undefined ? {} : { init }), ...policy,
  });
};
