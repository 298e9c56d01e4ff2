// Owns whether a run that has ended is followed by another one, and when.
import type { Restart } from "./restart.ts";

export interface EndedRun {
  readonly hasFailed: boolean;
  /** Somebody wanted it to end: lxc-stop. */
  readonly isAsked: boolean;
  readonly milliseconds: number;
  /** Restarts since somebody started it, and the pause before the last one; 0: there was none. */
  readonly count: number;
  readonly pause: number;
}
/** Why there is no other run. */
export type NoRestart = "asked" | "success" | "limit" | "no" | "failed";

const FIRST_MS = 100, LONGEST_MS = 60_000, GOOD_RUN_MS = 10_000;

export function nextStart(restart: Restart, { hasFailed, isAsked, milliseconds, count, pause }: EndedRun): { readonly count: number; readonly pause: number } | { readonly end: NoRestart } {
  if (restart.when === "no") return { end: "no" };
  if (isAsked) return { end: "asked" };
  if (restart.when === "on-failure") {
    if (!hasFailed) return { end: "success" };
    if (restart.most !== undefined && count >= restart.most) return { end: "limit" };
  }
  const last = milliseconds >= GOOD_RUN_MS ? 0 : pause;
  return { count: count + 1, pause: last === 0 ? FIRST_MS : Math.min(LONGEST_MS, last * 2) };
}

/** `LXCPATH/NAME/.berth/restarts`: what a monitor has decided when its container ended last. */
export interface RestartRecord {
  readonly monitorPid: number;
  readonly monitorStart: number;
  readonly count: number;
  readonly pause: number;
  /** Milliseconds since 1970: it starts again then. */
  readonly at?: number;
  /** It does not. */
  readonly end?: NoRestart;
}

/** Restarts, as far as they are of this run or of one that is to come. */
export interface Restarts {
  readonly count: number;
  /** It starts again then; RFC 3339, UTC. */
  readonly at?: string;
  /** Why it does not. */
  readonly end?: NoRestart;
}
