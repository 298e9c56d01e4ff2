// Owns the records of restarts: read, judged by who has written them, written.
import { closeSync, constants, lstatSync, openSync, statSync, writeSync } from "node:fs";
import type { RestartRecord, Restarts } from "../../model/next-start.ts";
import type { StateRecord } from "../../model/state.ts";
import { readText } from "../read-text.ts";
import { exitFile, restartsFile, type Place } from "./layout.ts";
import { isAlive } from "./liveness.ts";

const ENDS = ["asked", "success", "limit", "no", "failed"] as const;

export function readRestarts(place: Place): RestartRecord | undefined {
  const text = readText(restartsFile(place));
  if (text === undefined) return undefined;
  try {
    const { monitorPid, monitorStart, count, pause, at, end: why }: Readonly<Record<string, unknown>> = JSON.parse(text);
    if (typeof monitorPid !== "number" || typeof monitorStart !== "number" || typeof count !== "number" || typeof pause !== "number") return undefined;
    const end = ENDS.find((one) => one === why);
    return { monitorPid, monitorStart, count, pause, ...(typeof at === "number" ? { at } : {}), ...(end === undefined ? {} : { end }) };
  } catch {
    return undefined;
  }
}

export function writeRestarts(place: Place, record: RestartRecord): void {
  const fd = openSync(restartsFile(place), constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW, 0o644);
  writeSync(fd, `${JSON.stringify(record)}\n`);
  closeSync(fd);
}

/** The monitor that waits to start it again. Only its own user can have written its title and, as that user, the record. */
export function waitingMonitor(place: Place): RestartRecord | undefined {
  const record = readRestarts(place);
  if (record?.at === undefined || !isAlive(record.monitorPid, record.monitorStart)) return undefined;
  const title = readText(`/proc/${record.monitorPid}/cmdline`)?.replaceAll("\0", "") ?? "";
  const isTitled = title !== "" && `[lxc monitor] ${place.lxcpath} ${place.name}`.startsWith(title); // a long one is cut
  const [written, process] = [lstatSync(restartsFile(place), { throwIfNoEntry: false }), statSync(`/proc/${record.monitorPid}`, { throwIfNoEntry: false })];
  return isTitled && written !== undefined && process !== undefined && (written.uid === process.uid || process.uid === 0) ? record : undefined;
}

const writtenAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

export function restartsOf(place: Place, running: StateRecord | undefined): Restarts | undefined {
  if (running !== undefined) {
    const record = running.hasPolicy === true ? readRestarts(place) : undefined;
    return record !== undefined && record.monitorPid === running.monitorPid && record.monitorStart === running.monitorStart && record.count > 0 ? { count: record.count } : undefined;
  }
  const record = readRestarts(place);
  if (record === undefined || writtenAt(restartsFile(place)) < writtenAt(exitFile(place))) return undefined; // of an earlier run
  const { count, at, end } = record;
  if (at === undefined) return end === undefined ? undefined : { count, end };
  return waitingMonitor(place) === undefined ? { count: count - 1, end: "failed" } : { count, at: new Date(at).toISOString() }; // the start has failed, or its monitor was killed
}
