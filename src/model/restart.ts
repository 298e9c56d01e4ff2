// Owns restart policies, as compose has them: what berth.restart says, and whether a run that has ended is followed by another one, and when.

export type Restart = { readonly when: "no" | "always" | "unless-stopped" } | { readonly when: "on-failure"; /** Restarts since somebody started it. */ readonly most?: number };

/** Undefined for what is none. */
export function parseRestart(text: string): Restart | undefined {
  if (text === "no" || text === "always" || text === "unless-stopped") return { when: text };
  const [whole, most] = /^on-failure(?::([1-9]\d{0,8}))?$/.exec(text) ?? [];
  return whole === undefined ? undefined : { when: "on-failure", ...(most === undefined ? {} : { most: Number(most) }) };
}
export const restartText = (restart: Restart): string => `${restart.when}${restart.when === "on-failure" && restart.most !== undefined ? `:${restart.most}` : ""}`;

/** A start of the machine starts it, too. */
export const comesUp = ({ when }: Restart): boolean => when === "always" || when === "unless-stopped";

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
