// Owns whether a recorded process still lives: same boot, same pid, same start time.
import { parseStat } from "../../linux/proc-stat.ts";
import type { StateRecord } from "../../model/state.ts";
import { bootId } from "../probe/kernel.ts";
import { readText } from "../read-text.ts";

/** The start time of a living process; a zombie has ended. */
export function startTimeOf(pid: number): number | undefined {
  const stat = parseStat(readText(`/proc/${pid}/stat`) ?? "");
  return stat === undefined || stat.state === "Z" || stat.state === "X" ? undefined : stat.startTime;
}

export const isAlive = (pid: number | undefined, start: number | undefined): boolean =>
  pid !== undefined && pid > 0 && start !== undefined && startTimeOf(pid) === start;

export interface Liveness { readonly hasInit: boolean; readonly hasMonitor: boolean }

export function livenessOf(record: StateRecord): Liveness {
  if (record.bootId !== bootId()) return { hasInit: false, hasMonitor: false };
  return { hasInit: isAlive(record.initPid, record.initStart), hasMonitor: isAlive(record.monitorPid, record.monitorStart) };
}
