// Owns waiting until a container that was started has come as far as its caller wants: running, booted, or with a working network.
import { runPlan } from "../../host/engine/run.ts";
import { enginePath } from "../../host/probe/host-facts.ts";
import { readExitRecord } from "../../host/store/records.ts";
import { waitPlan } from "../../host/store/changes.ts";
import type { Problem } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import { STATES } from "../../model/state.ts";
import { nextRun } from "../next-end.ts";
import { pause } from "../pause.ts";
import { lookAt, requireRunning, withForeign } from "../running-container.ts";
import type { LiveContainer } from "../running-container.ts";
import type { Milestone, Target } from "../verbs.ts";
import { wait } from "../wait.ts";

export interface Arrival {
  /** The first thing that was not reached; absent: all were. `stopped`: it never will be. */
  readonly missing?: Milestone | "stopped";
  readonly problems: readonly Problem[];
}
/** `deadline` in milliseconds since 1970; `seconds` is what it was when it began, to be told. */
export interface Wish { readonly milestone: Milestone; readonly deadline?: number; readonly seconds?: number }

const STILL: Readonly<Record<Milestone, string>> = { running: "is not running", booted: "runs, but has not booted", network: "runs, but its network does not work" };

function late(target: Target, { seconds = 0 }: Wish, missing: Milestone, cause: string): Arrival {
  const remedy = `it goes on: look again with lxc-info ${target.name} or berth logs ${target.name}, or give it more time with --timeout`;
  return { missing, problems: [{ code: "container.late", text: `after ${seconds} s ${target.name} ${STILL[missing]}`, cause, remedy }] };
}

const gone = (target: Target): Arrival => ({
  missing: "stopped", problems: [{ code: "container.stopped", text: `${target.name} has stopped`, cause: "its init ended while it was waited for", remedy: `berth why ${target.name} tells how it ended` }],
});

interface Wait { readonly request: Request; readonly target: Target; readonly wish: Wish; readonly limit: AbortSignal }
/** Seconds until the time is over; -1: there is no limit. */
const left = ({ deadline }: Wish): number => (deadline === undefined ? -1 : Math.max(0, deadline - Date.now()) / 1000);

const ENDING_MS = 1000;

/** One look, and one wait, at the run that is there. undefined: that run has ended. */
async function inRun({ request, target, wish, limit }: Wait, live: LiveContainer): Promise<Arrival | undefined> {
  const over = new AbortController();
  const watched = runPlan(waitPlan(target, live.initPid, live.initStart), { engine: enginePath(request.prefix), stderr: "ignore", abort: over.signal }).then(() => over.abort(), () => over.abort());
  const end = AbortSignal.any([limit, over.signal]);
  const arrival = await look({ request, target, wish, limit: end }, live);
  // a look that failed may have met an init on its way out, whose end is told in a moment
  if (arrival.missing !== undefined && !limit.aborted) await Promise.race([watched, pause(ENDING_MS, limit)]);
  const hasEnded = over.signal.aborted;
  over.abort();
  await watched;
  return arrival.missing !== undefined && hasEnded && !limit.aborted ? undefined : arrival;
}

async function look({ request, target, wish, limit: end }: Wait, live: LiveContainer): Promise<Arrival> {
  if (wish.milestone === "network") {
    const missing = await (await import("./network.ts")).awaitNetwork(request, target, { live, end });
    return missing === undefined ? { problems: [] } : late(target, wish, "network", missing);
  }
  if (wish.milestone === "running") return { problems: [] };
  const { missing, warnings } = await (await import("./booted.ts")).awaitBooted(request, target, { live, end, left: wish.deadline === undefined ? undefined : left(wish) });
  return missing === undefined ? { problems: warnings } : late(target, wish, "booted", missing);
}

/** A reboot begins the wait anew. */
export async function arrive(request: Request, target: Target, wish: Wish): Promise<Arrival> {
  const limit = wish.deadline === undefined ? new AbortController().signal : AbortSignal.timeout(Math.max(0, wish.deadline - Date.now()));
  const all: Wait = { request, target, wish, limit };
  for (;;) {
    const running = await wait(request, target, ["RUNNING", "FROZEN", "STOPPED"], left(wish));
    const { state } = lookAt(target);
    if (!running.ok || !running.value) return late(target, wish, "running", `its state is ${state}: a hook or a step of the start is not done`);
    if (state === "STOPPED") {
      if (readExitRecord(target)?.target === "reboot" && await nextRun(request, target, limit)) continue;
      return gone(target);
    }
    const live = requireRunning(target, await withForeign(target, lookAt(target)));
    const arrival = live.ok ? await inRun(all, live.value) : undefined;
    if (arrival !== undefined) return arrival;
    await wait(request, target, STATES.filter((one) => one !== "RUNNING" && one !== "FROZEN"), left(wish));
  }
}
