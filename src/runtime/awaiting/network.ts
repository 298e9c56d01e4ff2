// Owns waiting until a container's network works: told by the kernel, nothing is polled.
import { runPlan } from "../../host/engine/run.ts";
import { enginePath } from "../../host/probe/host-facts.ts";
import { probeInit } from "../../host/probe/init.ts";
import { NetworkView } from "../../linux/netlink-read.ts";
import type { Request } from "../../model/request.ts";
import { planFollowNetwork } from "../../plan/lifecycle/follow-network.ts";
import type { LiveContainer } from "../running-container.ts";
import type { Target } from "../verbs.ts";

/** Until the network is there, or `end` fires: what is missing then; undefined: nothing. */
export async function awaitNetwork(request: Request, target: Target, { live: { initPid: pid, initStart: startTime, record }, end }: { readonly live: LiveContainer; readonly end: AbortSignal }): Promise<string | undefined> {
  const init = probeInit({ pid, startTime, cgroups: record.cgroups, namespaces: record.namespaces });
  if (init === undefined) return "its init has ended";
  let missing: string | undefined = "nothing is known of its network yet";
  // more messages than the kernel could keep for us: all is asked for anew
  while (missing !== undefined && !end.aborted) {
    const enough = new AbortController();
    const view = new NetworkView();
    const hear = (bytes: Uint8Array): void => {
      view.take(bytes);
      missing = view.missing();
      if (missing === undefined) enough.abort();
    };
    const { events } = await runPlan(planFollowNetwork(target, init, request.euid === 0), { engine: enginePath(request.prefix), stdout: hear, stderr: "ignore", abort: AbortSignal.any([end, enough.signal]) });
    const failed = events.find(({ kind, error }) => kind === "failed" && error !== ENOBUFS);
    if (failed !== undefined && missing !== undefined) return `its network cannot be looked at (${failed.text})`;
  }
  return missing;
}
const ENOBUFS = 105;
