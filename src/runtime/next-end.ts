// Owns waiting until a container has stopped for good, or runs again: a reboot is no end.
import { enginePath } from "../host/probe/host-facts.ts";
import { watchStates } from "../host/store/watch-states.ts";
import type { StateEvent } from "../model/state.ts";
import type { Request } from "../model/request.ts";
import { lookAt } from "./running-container.ts";
import type { Target } from "./verbs.ts";

const isEnd = ({ state, exit }: Pick<StateEvent, "state" | "exit">): boolean => state === "STOPPED" && exit?.target !== "reboot";

interface Wait { readonly isOver: (event: Pick<StateEvent, "state" | "exit">) => boolean; readonly end: AbortSignal }

async function next(request: Request, target: Target, { isOver, end }: Wait): Promise<void> {
  const over = new AbortController();
  const watching = watchStates({ lxcpaths: [target.lxcpath], isWanted: (name) => name === target.name, engine: enginePath(request.prefix), on: (event) => { if (isOver(event)) over.abort(); } });
  const signal = AbortSignal.any([end, over.signal]);
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted || isOver({ state: lookAt(target).state })) resolve();
  });
  watching.close();
}

/** Or until `end` fires. */
export const nextEnd = (request: Request, target: Target, end: AbortSignal): Promise<void> => next(request, target, { isOver: isEnd, end });

/** false: it has stopped for good, or `end` has fired. */
export async function nextRun(request: Request, target: Target, end: AbortSignal): Promise<boolean> {
  await next(request, target, { isOver: (event) => event.state === "RUNNING" || isEnd(event), end });
  return !end.aborted && lookAt(target).state === "RUNNING";
}
