// Owns the verb `events`: every state that containers come to, for as long as somebody listens.
import { enginePath } from "../host/probe/host-facts.ts";
import { watchStates } from "../host/store/watch-states.ts";
import { ok } from "../model/problem.ts";
import type { EventsVerb } from "./verbs.ts";

/** Tells of each change of state, until `end` is aborted. Source: lxc-monitor(1). Problems: `lxcpath.unwritable`. */
export const events: EventsVerb = async (request, { lxcpaths, isWanted, on, isReady, end }) => {
  const watching = watchStates({ lxcpaths, isWanted, on, engine: enginePath(request.prefix) });
  isReady?.();
  await new Promise<void>((resolve) => {
    // inotify and sockets alone would let the process end when no container is there
    const awake = setInterval(() => undefined, 1 << 30);
    const stop = (): void => { clearInterval(awake); resolve(); };
    if (end.aborted) stop();
    else end.addEventListener("abort", stop, { once: true });
  });
  watching.close();
  return ok(undefined);
};
