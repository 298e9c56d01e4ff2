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

/** The state that it was over with; undefined: `end` has fired. A state that is asked for once more may be another one by then. */
async function next(request: Request, target: Target, { isOver, end }: Wait): Promise<State | undefined> {
  let tell: (state?: State) => void = () => undefined;
  const told = new Promise<State | undefined>((resolve) => { tell = resolve; });
  const see = (state: State): void => { if (isOver(state, target)) tell(state); };
  const watching = watchStates({ lxcpaths: [target.lxcpath], isWanted: (name) => name === target.name, engine: enginePath(request.prefix), on: ({ state }) => see(state) });
  end.addEventListener("abort", () => tell(), { once: true });
  if (end.aborted) tell();
  see(lookAt(target).state);
  const seen = await told;
  watching.close();
  return seen;
}

/** Or until `end` fires. */
export async function nextEnd(request: Request, target: Target, end: AbortSignal): Promise<void> { await next(request, target, { isOver: isEnd, end }); }

/** false: it has stopped for good, or `end` has fired. */
export async function nextRun(request: Request, target: Target, end: AbortSignal): Promise<boolean> {
  return await next(request, target, { isOver: (state) => state === "RUNNING" || isEnd(state, target), end: AbortSignal.any([end, AbortSignal.timeout(BETWEEN_RUNS_MS)]) }) === "RUNNING";
}
