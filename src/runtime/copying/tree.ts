// Owns copying a root file system file by file, by cp(1).
import { closeSync, openSync, rmSync } from "node:fs";
import { runPlan } from "../../host/engine/run.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Result } from "../../model/problem.ts";
import type { Progress } from "../../model/progress.ts";
import type { BlockPlace } from "../../model/storage.ts";
import { planCopyTree } from "../../plan/lifecycle/copy.ts";
import type { ReadPlace } from "../../plan/storage/mounted.ts";
import { full, ranOut, saidBy } from "../creating/unpack.ts";
import { outcomeProblem } from "../removing/outcome.ts";
import type { Target } from "../verbs.ts";

export interface TreeWish {
  readonly source: ReadPlace;
  readonly to: string;
  /** Mounted there first. */
  readonly block?: BlockPlace;
  readonly idmap: readonly IdMapEntry[];
  /** A file for what cp says. */
  readonly messages: string;
  readonly abort: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** A copy that takes no time says nothing. */
const QUIET_MS = 500;

export async function copyTree(made: Target, facts: HostFacts, wish: TreeWish): Promise<Result<void>> {
  const { source, to, messages, abort, onProgress } = wish;
  const where = source.kind === "layers" ? source.layers[0] ?? "" : source.path;
  const stage = `copying ${where}`;
  const plan = planCopyTree(made, facts, { ...wish, isMapped: wish.idmap.length > 0 });
  const said = openSync(messages, "w", 0o640);
  let isSaid = false;
  const slow = setTimeout(() => { isSaid = true; onProgress({ stage }); }, QUIET_MS);
  const outcome = await runPlan(plan, { engine: facts.install.engine, stderr: said, abort }).finally(() => closeSync(said));
  clearTimeout(slow);
  if (isSaid) onProgress({ stage, isFinished: true });
  const words = saidBy(messages);
  rmSync(messages, { force: true });
  if (outcome.status === 0) return ok(undefined);
  const at = byOption("--newname");
  if (abort.aborted) return fail({ code: "storage.copy", at, text: "interrupted" });
  if (ranOut(words, to)) return fail({ ...full(to, stage, { block: wish.block, by: "-L SIZE" }), at });
  const broken = outcome.events.some((event) => event.kind === "failed") ? outcomeProblem(plan, outcome, `copy '${where}'`) : undefined;
  return fail(broken ?? { code: "storage.copy", at, text: `${stage} failed`, cause: words === "" ? `cp ended with status ${outcome.status}` : words, remedy: "mend what cp complains of in the source, then copy again: nothing was left" });
}
