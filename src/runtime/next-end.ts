// Owns waiting until a container has stopped for good, or runs again: a reboot is no end.
import { enginePath } from "../host/probe/host-facts.ts";
import { readExitRecord } from "../host/store/records.ts";
import { watchStates } from "../host/store/watch-states.ts";
import type { State } from "../model/state.ts";
import type { Request } from "../model/request.ts";
import { lookAt } from "./running-container.ts";
import type { Target } from "./verbs.ts";

/** What a reboot may take between two runs; one whose monitor was killed just then never comes. */
const BETWEEN_RUNS_MS = 30_000;
type IsOver = (state: State, target: Target) => boolean;
const isEnd: IsOver = (state, target) => state === "STOPPED" && readExitRecord(target)?.target !== "reboot";

interface Wait { readonly isOver: IsOver; readonly end: AbortSignal }

async function next(request: Request, target: Target, { isOver, end }: Wait): Promise<void> {
  const over = new AbortController();
  const watching = watchStates({ lxcpaths: [target.lxcpath], isWanted: (name) => name === target.name, engine: enginePath(request.prefix), on: ({ state }) => { if (isOver(state, target)) over.abort(); } });
  const signal = AbortSignal.any([end, over.signal]);
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted || isOver(lookAt(target).state, target)) resolve();
  });
  watching.close();
}

/** Or until `end` fires. */
export const nextEnd = (request: Request, target: Target, end: AbortSignal): Promise<void> => next(request, target, { isOver: isEnd, end });

/** false: it has stopped for good, or `end` has fired. */
export async function nextRun(request: Request, target: Target, end: AbortSignal): Promise<boolean> {
  await next(request, target, { isOver: (state) => state === "RUNNING" || isEnd(state, target), end: AbortSignal.any([end, AbortSignal.timeout(BETWEEN_RUNS_MS)]) });
  return !end.aborted && lookAt(target).state === "RUNNING";
}
