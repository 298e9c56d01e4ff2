// Owns being told that something happens in a container: an engine there hears what is opened and made in its directories.
import { runPlan } from "../../host/engine/run.ts";
import { enginePath } from "../../host/probe/host-facts.ts";
import { probeInit } from "../../host/probe/init.ts";
import type { Request } from "../../model/request.ts";
import { planWatchInside } from "../../plan/lifecycle/watch-inside.ts";
import { pause } from "../pause.ts";
import type { LiveContainer } from "../running-container.ts";
import type { Target } from "../verbs.ts";

/** What is opened is run, or read, a moment later: so long after the last event, on a machine that has more to do later still. Then nothing happens before the next event. */
const SETTLE_MS = [20, 200, 2000];
const FOREVER_MS = 2 ** 31 - 1;

export interface WatchedContainer { readonly request: Request; readonly target: Target; readonly live: LiveContainer; readonly end: AbortSignal }

export class Stirring {
  readonly #end: AbortSignal;
  readonly #over = new AbortController();
  #looks = SETTLE_MS.length;
  #nap = new AbortController();
  /** Why nothing is heard any more. */
  deaf: string | undefined;

  constructor({ request, target, live: { initPid: pid, initStart: startTime, record }, end }: WatchedContainer, paths: readonly string[]) {
    this.#end = end;
    const init = probeInit({ pid, startTime, cgroups: record.cgroups, namespaces: record.namespaces });
    if (init === undefined) return;
    const abort = AbortSignal.any([end, this.#over.signal]);
    void runPlan(planWatchInside(target, init, { isRoot: request.euid === 0, paths }), { engine: enginePath(request.prefix), stdout: () => this.#wake(), stderr: "ignore", abort }).then(({ events }) => {
      if (!abort.aborted) this.deaf = events.find(({ kind }) => kind === "failed")?.text ?? "";
      this.#wake();
    });
  }

  #wake(): void {
    if (this.#looks === 0) return;
    this.#looks = 0;
    this.#nap.abort();
  }

  /** Until it is worth another look. */
  async next(): Promise<void> {
    const delay = SETTLE_MS[this.#looks];
    if (this.#looks > 0) {
      this.#nap = new AbortController();
      await pause(delay ?? FOREVER_MS, AbortSignal.any([this.#end, this.#nap.signal]));
    }
    // an event has cut it short, or was there before
    if (this.#looks === 0) await pause(SETTLE_MS[0] ?? 0, this.#end);
    this.#looks = Math.min(this.#looks + 1, SETTLE_MS.length);
  }

  stop(): void { this.#over.abort(); }
}
