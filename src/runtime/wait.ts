// Owns the verb wait: until a container is in one of some states.
import { enginePath } from "../host/probe/host-facts.ts";
import { nextChange } from "../host/store/changes.ts";
import { runningState } from "../host/store/running.ts";
import type { Running } from "../host/store/running.ts";
import { ok } from "../model/problem.ts";
import type { State } from "../model/state.ts";
import { settledState } from "./running-container.ts";
import type { WaitVerb } from "./verbs.ts";

/** Until a container is in one of these states; false: so many seconds have passed (-1: no limit). Source: lxc-wait(1). Problems: `container.missing`. */
export const wait: WaitVerb = async (request, target, states, timeout) => {
  const deadline = timeout < 0 ? undefined : Date.now() + timeout * 1000;
  const isReached = (state: State): boolean => states.includes(state);
  const hasChanged = ({ state, isForeign }: Running) => (): boolean => (isForeign ? !runningState(target).isForeign : runningState(target).state !== state);
  for (;;) {
    const running = await settledState(request, target);
    if (isReached(running.state)) return ok(true);
    const left = deadline === undefined ? undefined : deadline - Date.now();
    if (left !== undefined && left <= 0) return ok(false);
    const { record } = running;
    await nextChange(target, { engine: enginePath(request.prefix), ...(running.isForeign ? { foreignState: running.state } : {}), ...(record === undefined ? {} : { record }), ...(left === undefined ? {} : { milliseconds: left }) }, hasChanged(running));
  }
};
