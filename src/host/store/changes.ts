// Owns being told that a container's state may have changed: inotify on its directories, a pidfd on its monitor.
import { existsSync, watch } from "node:fs";
import type { Plan } from "../../isa/op.ts";
import { byHost } from "../../model/origin.ts";
import { frozenState } from "../../linux/freezer.ts";
import type { State, StateRecord } from "../../model/state.ts";
import { runPlan } from "../engine/run.ts";
import { readText } from "../read-text.ts";
import type { Place } from "./layout.ts";
import { containerDir, recordDir } from "./layout.ts";

const isFrozen = (record: StateRecord | undefined): boolean => record?.freezer !== undefined && frozenState(readText(record.freezer) ?? "") === "FROZEN";

/** Ends when that process has ended. */
export const waitPlan = ({ lxcpath, name }: Place, pid: number, startTime: number): Plan => {
  const from = byHost("state record of the container");
  return { verb: "wait", name, lxcpath, ops: [{ op: "pidfdOpen", from, pid, startTime, into: 0 }, { op: "waitExit", from, pidfd: 0 }] };
};

export interface ChangeWatch { readonly engine: string; readonly record?: StateRecord; /** Of one that another LXC runs, whose monitor tells of the next. */ readonly foreignState?: State; readonly milliseconds?: number }

/** Ends when something happened, or when the time is over. What happened must be read anew. */
export async function nextChange(place: Place, { engine, record, foreignState, milliseconds }: ChangeWatch, look: () => boolean): Promise<void> {
  const end = new AbortController();
  const watchers = [place.lxcpath, containerDir(place), recordDir(place)].filter((path) => existsSync(path));
  const timers: NodeJS.Timeout[] = [];
  const follow = foreignState === undefined ? undefined : (await import("./monitor-feed.ts")).followMonitor;
  try {
    await new Promise<void>((resolve) => {
      if (milliseconds !== undefined) timers.push(setTimeout(resolve, milliseconds));
      if (follow !== undefined && foreignState !== undefined) {
        const feed = follow(place, foreignState, { state: () => resolve(), end: () => resolve(), ready: (isOver) => { if (isOver || isFrozen(record) !== (foreignState === "FROZEN")) resolve(); } });
        end.signal.addEventListener("abort", feed.close, { once: true });
      }
      for (const path of watchers) watch(path, { signal: end.signal }, () => resolve()).on("error", () => resolve());
      if (record?.monitorPid !== undefined) {
        runPlan(waitPlan(place, record.monitorPid, record.monitorStart ?? 0), { engine, stderr: "ignore", abort: end.signal }).then(() => resolve(), () => resolve());
      }
      // A change between the caller's look and the watches would be missed.
      if (look()) resolve();
    });
  } finally {
    timers.forEach((timer) => clearTimeout(timer));
    end.abort();
  }
}
