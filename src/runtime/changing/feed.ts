// Owns the members of a tree on their way into another: read as the container sees it with its ids, written as it sees it with
// the ids it gets, so that modes, ACLs and capabilities come along as the kernel translates them.
import { closeSync, openSync, rmSync } from "node:fs";
import { startPlan } from "../../host/engine/run.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import { TarReader } from "../../linux/tar.ts";
import type { HostFacts } from "../../model/facts.ts";
import { fail, ok, type Result } from "../../model/problem.ts";
import { planExportTree } from "../../plan/lifecycle/port.ts";
import type { ReadPlace } from "../../plan/storage/mounted.ts";
import { saidBy } from "../creating/unpack.ts";
import { isDevice, lossOf, NOTHING, sum, type LeftOut } from "../porting/members.ts";
import type { Unpacking } from "../porting/unpacking.ts";
import { outcomeProblem } from "../removing/outcome.ts";
import type { Target } from "../verbs.ts";
import { PREFIX } from "./refill.ts";

export interface FeedWish {
  readonly target: Target;
  readonly facts: HostFacts;
  readonly source: ReadPlace;
  /** Ids of the source. */
  readonly idmap: readonly IdMapEntry[];
  /** Where it goes there can be device nodes. */
  readonly hasDevices: boolean;
  readonly scratch: string;
  readonly abort: AbortSignal;
}

async function pass(archive: AsyncIterable<unknown>, unpacking: Unpacking, hasDevices: boolean): Promise<LeftOut> {
  const reader = new TarReader();
  let [isLeftOut, leftOut] = [false, NOTHING];
  for await (const chunk of archive) {
    for (const event of chunk instanceof Uint8Array ? reader.push(chunk) : []) {
      if (event.kind === "entry") {
        isLeftOut = !hasDevices && isDevice(event.entry);
        if (!hasDevices) leftOut = sum(leftOut, lossOf(event.entry));
        if (!isLeftOut) for (const block of event.entry.head) await unpacking.write(block);
      } else if (event.kind === "data" && !isLeftOut) await unpacking.write(event.bytes);
    }
  }
  return leftOut;
}

/** What was left out. */
export async function feedTree(unpacking: Unpacking, { target, facts, source, idmap, hasDevices, scratch, abort }: FeedWish): Promise<Result<LeftOut>> {
  const plan = planExportTree(target, facts, { source, prefix: PREFIX, idmap });
  const messages = `${scratch}/read-messages`;
  const said = openSync(messages, "w", 0o640);
  const reading = startPlan(plan, { engine: facts.install.engine, stdout: "pipe", stderr: said, abort });
  closeSync(said);
  const leftOut = reading.stdout === null ? NOTHING : await pass(reading.stdout, unpacking, hasDevices);
  const outcome = await reading.outcome;
  const words = saidBy(messages);
  rmSync(messages, { force: true });
  if (outcome.status === 0) return ok(leftOut);
  const where = source.kind === "layers" ? source.layers[0] ?? "" : source.path;
  return fail(outcomeProblem(plan, outcome, `read '${where}'${words === "" ? "" : ` (${words})`}`) ?? { code: "storage.copy", text: `cannot read '${where}'` });
}
