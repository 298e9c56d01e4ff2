// Owns the verb keep: a project is kept as its restart policies and health commands say, for as long as somebody wants it.
// It sleeps until a container ends (events) or a health command is due; it holds nothing that files do not.
import { hasFailed, pauseBefore, type Project, type WantedContainer } from "../model/project.ts";
import type { Request } from "../model/request.ts";
import type { StateEvent } from "../model/state.ts";
import type { Problem } from "../model/problem.ts";
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

/** A run of so long has been a good one: failures are counted from the beginning. */
const GOOD_RUN_MS = 60_000;

class Kept {
  readonly #request: Request;
  readonly #lxcpath: string;
  readonly #wanted: WantedContainer;
  readonly #options: KeepOptions;
  #failures = 0;
  #since = Date.now();
  /** It is ended because it is not well: that is a failure, however it ends. */
  #isUnwell = false;
  constructor(request: Request, lxcpath: string, wanted: WantedContainer, options: KeepOptions) { [this.#request, this.#lxcpath, this.#wanted, this.#options] = [request, lxcpath, wanted, options]; }

  get #target(): { readonly name: string; readonly lxcpath: string } { return { name: this.#wanted.name, lxcpath: this.#lxcpath }; }
  #tell(told: Pick<Told, "what"> & Partial<{ readonly tries: number; readonly problems: readonly Problem[] }>): void {
    const base = { name: this.#wanted.name, time: new Date().toISOString() };
    if (told.what === "failed") this.#options.on({ ...base, what: "failed", tries: told.tries ?? 0 });
    else if (told.what === "cannot start") this.#options.on({ ...base, what: "cannot start", problems: told.problems ?? [] });
    else this.#options.on({ ...base, what: told.what });
  }

  async ended({ exit }: StateEvent): Promise<void> {
    const { restart } = this.#wanted;
    const wasUnwell = this.#isUnwell;
    this.#isUnwell = false;
    if (restart.when === "no" || exit === undefined || exit.target === "reboot" || (!hasFailed(exit) && !wasUnwell)) return;
    if (Date.now() - this.#since > GOOD_RUN_MS) this.#failures = 0;
    this.#failures++;
    this.#tell({ what: "failed", tries: this.#failures });
    if (restart.most !== undefined && this.#failures > restart.most) return this.#tell({ what: "given up" });
    await pause(pauseBefore(this.#failures), this.#options.end);
    if (!this.#options.end.aborted && lookAt(this.#target).state === "STOPPED") await this.#start();
  }
  async #start(): Promise<void> {
    this.#since = Date.now();
    const plan = await start(this.#request, this.#target, BACKGROUND_START);
    const ran = plan.ok ? await run(this.#request, plan.value) : plan;
    if (ran.ok) this.#tell({ what: "started" });
    else this.#tell({ what: "cannot start", problems: ran.problems });
  }

  /** While it runs, now and then; not well so often in a row, it is stopped, and its policy decides. */
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
      if (isWell && !wasWell) this.#tell({ what: "healthy" });
      wasWell ||= isWell;
      if (failures < health.retries) continue;
      [failures, wasWell] = [0, false];
      this.#tell({ what: "unhealthy" });
      if (this.#wanted.restart.when !== "no") await this.#end();
    }
  }
  async #end(): Promise<void> {
    this.#isUnwell = true;
    const plan = await stop(this.#request, this.#target, { ...PLAIN_STOP, isKill: false, timeout: 10 });
    if (plan.ok) await run(this.#request, plan.value);
  }
}

export async function keep(request: Request, lxcpath: string, project: Project, options: KeepOptions): Promise<void> {
  const kept = new Map(project.containers.map((wanted) => [wanted.name, new Kept(request, lxcpath, wanted, options)]));
  const working = [...kept.values()].map((one) => one.watchHealth());
  const on = (event: StateEvent): void => { if (event.state === "STOPPED") kept.get(event.name)?.ended(event).catch(() => undefined); };
  await events(request, { lxcpaths: [lxcpath], isWanted: (name) => kept.has(name), on, end: options.end });
  await Promise.all(working);
}
