// Owns giving a tree other ids: read as the container sees it with its old ids, written as it sees it with the new ones, so
// that modes, ACLs and capabilities come along as the kernel translates them.
import { startPlan } from "../../host/engine/run.ts";
import { openSync, closeSync, rmSync } from "node:fs";
import type { IdMapEntry } from "../../linux/idmap.ts";
import { TarReader } from "../../linux/tar.ts";
import type { HostFacts } from "../../model/facts.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import { planExportTree } from "../../plan/lifecycle/port.ts";
import { saidBy } from "../creating/unpack.ts";
import { Unpacking } from "../porting/unpacking.ts";
import { outcomeProblem } from "../removing/outcome.ts";
import type { Target } from "../verbs.ts";

export interface TreeShift {
  readonly part: Target;
  readonly facts: HostFacts;
  /** The root file system as it is now. */
  readonly from: string;
  /** Its `rootfs` is filled. */
  readonly stage: Target;
  readonly was: readonly IdMapEntry[];
  readonly wanted: readonly IdMapEntry[];
  readonly scratch: string;
  readonly abort: AbortSignal;
}

const PREFIX = "rootfs";
const isDevice = (type: string): boolean => type === "3" || type === "4";

/** Members on their way; how many devices were left out. */
async function pass(archive: AsyncIterable<unknown>, unpacking: Unpacking, hasDevices: boolean): Promise<number> {
  const reader = new TarReader();
  let [isLeftOut, devices] = [false, 0];
  for await (const chunk of archive) {
    for (const event of chunk instanceof Uint8Array ? reader.push(chunk) : []) {
      if (event.kind === "entry") {
        isLeftOut = !hasDevices && isDevice(event.entry.type);
        if (isLeftOut) devices++;
        else for (const block of event.entry.head) await unpacking.write(block);
      } else if (event.kind === "data" && !isLeftOut) await unpacking.write(event.bytes);
    }
  }
  return devices;
}

export async function shiftTree({ part, facts, from, stage, was, wanted, scratch, abort }: TreeShift): Promise<Result<number>> {
  const plan = planExportTree(part, facts, { source: { kind: "directory", path: from }, prefix: PREFIX, idmap: was });
  const messages = `${scratch}/shift-messages`;
  const said = openSync(messages, "w", 0o640);
  const reading = startPlan(plan, { engine: facts.install.engine, stdout: "pipe", stderr: said, abort });
  closeSync(said);
  const unpacking = new Unpacking({ place: stage, facts, idmap: wanted, prefix: PREFIX, scratch, abort });
  const devices = reading.stdout === null ? 0 : await pass(reading.stdout, unpacking, wanted.length === 0);
  const [outcome, unpacked] = [await reading.outcome, await unpacking.finish()];
  const words = saidBy(messages);
  rmSync(messages, { force: true });
  if (abort.aborted) return fail({ code: "storage.copy", text: "interrupted" });
  const unread: Problem | undefined = outcome.status === 0 ? undefined : outcomeProblem(plan, outcome, `read '${from}'${words === "" ? "" : ` (${words})`}`);
  const problems = [unpacked, unread].filter((problem) => problem !== undefined);
  return problems.length > 0 ? fail(...problems) : ok(devices);
}
