// Owns one tar that unpacks a root file system out of the middle of an export.
import { closeSync, mkdirSync, openSync, rmSync } from "node:fs";
import { startPlan, type StartedPlan } from "../../host/engine/run.ts";
import { containerDir } from "../../host/store/layout.ts";
import type { Plan } from "../../isa/op.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import { TAR_END } from "../../linux/tar.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byOption } from "../../model/origin.ts";
import type { Problem } from "../../model/problem.ts";
import type { BlockPlace } from "../../model/storage.ts";
import { planUnpack } from "../../plan/lifecycle/create.ts";
import { onMounted } from "../../plan/storage/mounted.ts";
import { full, ranOut, saidBy } from "../creating/unpack.ts";
import { outcomeProblem } from "../removing/outcome.ts";
import type { Target } from "../verbs.ts";

export interface UnpackingWish {
  readonly place: Target;
  readonly facts: HostFacts;
  readonly idmap: readonly IdMapEntry[];
  /** What the names of its members begin with. */
  readonly prefix: string;
  /** Mounted there first. */
  readonly block?: BlockPlace;
  readonly scratch: string;
  readonly abort: AbortSignal;
}

/** tar's words for a file whose owner has no id there. */
const UNMAPPED = /Cannot change ownership to uid (\d+), gid (\d+): Invalid argument/;

/** The kernel's EINVAL says nothing of ids. */
export function unmapped(words: string, idmap: readonly IdMapEntry[]): Problem | undefined {
  const [, uid, gid] = UNMAPPED.exec(words) ?? [];
  if (uid === undefined || gid === undefined || idmap.length === 0) return undefined;
  const has = (wanted: "u" | "g", id: number): boolean => idmap.some(({ kind, inside, count }) => kind === wanted && id >= inside && id < inside + count);
  const which = has("u", Number(uid)) ? `gid ${gid}` : `uid ${uid}`;
  return { code: "idmap.range", text: `files belong to ${which}, which the map has no id for`, cause: idmap.map(({ kind, inside, outside, count }) => `lxc.idmap = ${kind} ${inside} ${outside} ${count}`).join("; "), remedy: "give it more ids: 65536 are usual" };
}

export class Unpacking {
  readonly #plan: Plan;
  readonly #running: StartedPlan;
  readonly #rootfs: string;
  readonly #messages: string;
  readonly #idmap: readonly IdMapEntry[];
  readonly #given = new AbortController();
  #isClosed = false;

  constructor({ place, facts, idmap, prefix, block, scratch, abort }: UnpackingWish) {
    this.#rootfs = `${containerDir(place)}/rootfs`;
    this.#messages = `${scratch}/import-messages`;
    this.#idmap = idmap;
    this.#plan = onMounted(planUnpack(place, facts, { rootfs: this.#rootfs, idmap, compression: "none", exclude: [], prefix }), block, this.#rootfs, byOption("berth import"));
    mkdirSync(scratch, { recursive: true, mode: 0o750 });
    const said = openSync(this.#messages, "w", 0o640);
    abort.addEventListener("abort", () => this.#given.abort(), { once: true });
    this.#running = startPlan(this.#plan, { engine: facts.install.engine, stdin: "pipe", stderr: said, abort: this.#given.signal });
    closeSync(said);
    // a tar that has ended early says why by its status
    this.#running.stdin?.on("error", () => { this.#isClosed = true; });
  }

  write(bytes: Uint8Array): Promise<void> {
    const { stdin } = this.#running;
    return new Promise((resolve) => {
      if (this.#isClosed || stdin === null) return resolve();
      stdin.write(bytes, () => resolve());
    });
  }

  async finish(): Promise<Problem | undefined> {
    await this.write(TAR_END);
    this.#running.stdin?.end();
    const outcome = await this.#running.outcome;
    const words = saidBy(this.#messages);
    rmSync(this.#messages, { force: true });
    if (outcome.status === 0) return undefined;
    if (this.#given.signal.aborted) return { code: "storage.copy", text: "interrupted" };
    if (ranOut(words, this.#rootfs)) return full(this.#rootfs, "unpacking the archive");
    if (outcome.events.some((event) => event.kind === "failed")) return outcomeProblem(this.#plan, outcome, `unpack '${this.#rootfs}'`);
    return unmapped(words, this.#idmap) ?? { code: "image.invalid", text: "unpacking the archive failed", cause: words === "" ? `tar ended with status ${outcome.status}` : words };
  }

  async stop(): Promise<void> {
    this.#given.abort();
    await this.#running.outcome;
    rmSync(this.#messages, { force: true });
  }
}
