// Owns the state of a container as it is now: record, living processes, and the command sockets of others' monitors.
import { existsSync } from "node:fs";
import { parseListening } from "../../linux/proc-net.ts";
import type { State, StateRecord } from "../../model/state.ts";
import { readText } from "../read-text.ts";
import { frozenState } from "../../linux/freezer.ts";
import type { Place } from "./layout.ts";
import { commandSocket, recordDir } from "./layout.ts";
import type { Liveness } from "./liveness.ts";
import { livenessOf } from "./liveness.ts";
import { readStateRecord } from "./records.ts";

export interface Running {
  readonly state: State;
  /** Present while init or its monitor lives. */
  readonly record?: StateRecord;
  /** A record without a monitor: somebody must clean up. */
  readonly stale?: StateRecord;
  /** Its monitor is not Berth's: only name and state are known. */
  readonly isForeign: boolean;
}

/** All abstract sockets that listen; one read serves any number of containers. */
export const listeningSockets = (): ReadonlySet<string> => new Set(parseListening(readText("/proc/net/unix") ?? ""));

function stateOf(record: StateRecord, { hasInit }: Liveness): State {
  if (!hasInit && record.state !== "STARTING") return "STOPPING";
  return (record.state === "RUNNING" && record.freezer !== undefined ? frozenState(readText(record.freezer) ?? "") : undefined) ?? record.state;
}

/** Between taking the socket and writing the record, and between their ends, a monitor of ours looks like another's. */
const GRACE = { tries: 8, milliseconds: 3 } as const;

const pause = (milliseconds: number): void => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds); };

/** A listening socket without a record: another LXC's monitor, or ours in an instant that passes. */
function withoutRecord(place: Place): Running {
  for (let attempt = 0; attempt < GRACE.tries && existsSync(recordDir(place)); attempt++) {
    pause(GRACE.milliseconds);
    const record = readStateRecord(place);
    if (record !== undefined) return fromRecord(record);
    if (!listeningSockets().has(commandSocket(place))) return { state: "STOPPED", isForeign: false };
  }
  return { state: "RUNNING", isForeign: true };
}

function fromRecord(record: StateRecord): Running {
  const live = livenessOf(record);
  if (live.hasMonitor) return { state: stateOf(record, live), record, isForeign: false };
  // Init outlives its monitor for an instant only: it is told to die with it.
  return live.hasInit ? { state: "ABORTING", record, stale: record, isForeign: false } : { state: "STOPPED", stale: record, isForeign: false };
}

/** `sockets` is asked only when there is no record, as it costs most. */
export function runningState(place: Place, sockets: () => ReadonlySet<string> = listeningSockets): Running {
  const record = readStateRecord(place);
  if (record !== undefined) return fromRecord(record);
  return sockets().has(commandSocket(place)) ? withoutRecord(place) : { state: "STOPPED", isForeign: false };
}
