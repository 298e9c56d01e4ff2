// Owns the verb keep: for as long as somebody wants it, the health commands of a project are run, and what is not well is restarted.
// What fails is started again by its own monitor (restarting.ts): it is only told here. It sleeps until a container comes to another
// state (events) or a health command is due; it holds nothing that files do not.
import { readRestarts } from "../host/store/restarts.ts";
import type { Problem } from "../model/problem.ts";
import type { Project, WantedContainer } from "../model/project.ts";
import type { Request } from "../model/request.ts";
import type { StateEvent } from "../model/state.ts";
import { isHealthy } from "./applying/health.ts";
import { events } from "./events.ts";
import { pause } from "./pause.ts";
import { BACKGROUND_START, PLAIN_STOP } from "./plain-options.ts";
import { run } from "./run.ts";
import { lookAt } from "./running-container.ts";
import { start } from "./start.ts";
import { stop } from "./stop.ts";

export type Told = { readonly name: string; readonly time: string } & (
  | { readonly what: "failed"; readonly tries: number }
  | { readonly what: "started" | "unhealthy" | "healthy" | "given up" }
  | { readonly what: "cannot start"; readonly problems: readonly Problem[] });

export interface KeepOptions { readonly on: (told: Told) => void; readonly end: AbortSignal }

const hasPolicy = ({ keys }: WantedContainer): boolean => keys.some(({ key, values }) => key === "berth.restart" && values[0] !== "no");

class Kept {
  readonly #request: Request;
  readonly #lxcpath: string;
  readonly #wanted: WantedContainer;
  readonly #options: KeepOptions;
  #since = Date.now();
  #wasStopped = false;
  constructor(request: Request, lxcpath: string, wanted: WantedContainer, options: KeepOptions) { [this.#request, this.#lxcpath, this.#wanted, this.#options] = [request, lxcpath, wanted, options]; }

  get #target(): { readonly name: string; readonly lxcpath: string } { return { name: this.#wanted.name, lxcpath: this.#lxcpath }; }
  get #base(): Pick<Told, "name" | "time"> { return { name: this.#wanted.name, time: new Date().toISOString() }; }

  /** What its monitor has decided is on record before its end is told. */
  heard({ state }: StateEvent): void {
    if (state === "RUNNING" && this.#wasStopped) this.#options.on({ ...this.#base, what: "started" });
    if (state === "RUNNING") [this.#since, this.#wasStopped] = [Date.now(), false];
    if (state !== "STOPPED") return;
    this.#wasStopped = true;
    const { at, end, count = 0 } = hasPolicy(this.#wanted) ? readRestarts(this.#target) ?? {} : {};
    if (at !== undefined) this.#options.on({ ...this.#base, what: "failed", tries: count });
    else if (end === "limit") this.#options.on({ ...this.#base, what: "given up" });
  }

  /** While it runs, now and then; not well so often in a row, it is restarted, if it has a policy. */
  async watchHealth(): Promise<void> {
    const { health } = this.#wanted;
    const { end } = this.#options;
    if (health === undefined) return;
    let [failures, wasWell] = [0, true];
    while (!end.aborted) {
      await pause(health.interval * 1000, end);
      if (end.aborted || lookAt(this.#target).state !== "RUNNING" || Date.now() - this.#since < health.grace * 1000) continue;
      const isWell = await isHealthy(this.#request, this.#target, health);
      failures = isWell ? 0 : failures + 1;
      if (isWell && !wasWell) this.#options.on({ ...this.#base, what: "healthy" });
      wasWell ||= isWell;
      if (failures < health.retries) continue;
      [failures, wasWell] = [0, false];
      this.#options.on({ ...this.#base, what: "unhealthy" });
      if (hasPolicy(this.#wanted)) await this.#restart();
    }
  }
  async #restart(): Promise<void> {
    for (const verb of [() => stop(this.#request, this.#target, { ...PLAIN_STOP, isKill: false, timeout: 10 }), () => start(this.#request, this.#target, BACKGROUND_START)]) {
      const plan = await verb();
      const ran = plan.ok ? await run(this.#request, plan.value) : plan;
      if (!ran.ok) return this.#options.on({ ...this.#base, what: "cannot start", problems: ran.problems });
    }
    this.#since = Date.now();
  }
}

export async function keep(request: Request, lxcpath: string, project: Project, options: KeepOptions): Promise<void> {
  const kept = new Map(project.containers.map((wanted) => [wanted.name, new Kept(request, lxcpath, wanted, options)]));
  const working = [...kept.values()].map((one) => one.watchHealth());
  await events(request, { lxcpaths: [lxcpath], isWanted: (name) => kept.has(name), on: (event) => kept.get(event.name)?.heard(event), end: options.end });
  await Promise.all(working);
}
