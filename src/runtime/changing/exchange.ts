// Owns putting a prepared root file system and its config in their places, one straight after the other; or neither.
import { statSync } from "node:fs";
import { runPlan } from "../../host/engine/run.ts";
import { dropExchange, preparedConfig, recordExchange } from "../../host/store/exchange.ts";
import { configFile } from "../../host/store/layout.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import type { HostFacts } from "../../model/facts.ts";
import type { Origin } from "../../model/origin.ts";
import type { Problem } from "../../model/problem.ts";
import { planExchange } from "../../plan/lifecycle/copy.ts";
import { outcomeProblem } from "../removing/outcome.ts";
import { lookAt } from "../running-container.ts";
import type { Target } from "../verbs.ts";

export interface ExchangeWish {
  /** Two trees or images; `then` has been prepared beside the container. */
  readonly now: string;
  readonly then: string;
  readonly config: Uint8Array;
  /** Of images of qemu's. */
  readonly format?: string;
  /** Ids of both, for an ordinary user. */
  readonly idmap: readonly IdMapEntry[];
  readonly from: Origin;
}

export async function exchange(target: Target, facts: HostFacts, { now, then, config, idmap, format, from }: ExchangeWish): Promise<Problem | undefined> {
  if (lookAt(target).state !== "STOPPED") return { code: "container.running", at: from, text: `${target.name} was started just now`, remedy: `lxc-stop -n ${target.name}, then again` };
  recordExchange(target, { now, then, config });
  const plan = planExchange(target, facts, { now, then, isImage: statSync(now, { throwIfNoEntry: false })?.isFile() === true, config: { from: preparedConfig(target), to: configFile(target) }, idmap, ...(format === undefined ? {} : { format }), at: from });
  const problem = outcomeProblem(plan, await runPlan(plan, { engine: facts.install.engine }), `put new files in the place of '${now}'`);
  dropExchange(target);
  return problem;
}
