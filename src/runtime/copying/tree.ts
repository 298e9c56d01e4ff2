// Owns copying a root file system file by file.
import { runPlan, type EngineOutcome } from "../../host/engine/run.ts";
import { numbered } from "../../isa/encode.ts";
import type { Plan } from "../../isa/op.ts";
import { errnoName, errnoText } from "../../linux/errno.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import { isNoSpace } from "../../linux/no-space.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { Progress } from "../../model/progress.ts";
import type { BlockPlace } from "../../model/storage.ts";
import { planCopyTree } from "../../plan/lifecycle/copy.ts";
import type { ReadPlace } from "../../plan/storage/mounted.ts";
import { full } from "../creating/unpack.ts";
import { failureOf, outcomeProblem } from "../removing/outcome.ts";
import type { Target } from "../verbs.ts";

export interface TreeWish {
  readonly source: ReadPlace;
  readonly to: string;
  /** Mounted there first. */
  readonly block?: BlockPlace;
  readonly idmap: readonly IdMapEntry[];
  /** Its name, in its /etc/hostname. */
  readonly hostname?: string | undefined;
  readonly abort: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** A copy that takes no time says nothing. */
const QUIET_MS = 500;

/** What went wrong at which file, or before the first of them. */
function notCopied(plan: Plan, outcome: EngineOutcome, { wish: { to, block }, where, stage }: { readonly wish: TreeWish; readonly where: string; readonly stage: string }): Problem | undefined {
  const failed = failureOf(outcome.events);
  if (failed === undefined || numbered(plan)[failed.op]?.op !== "copyTree") return outcomeProblem(plan, outcome, `copy '${where}'`);
  if (isNoSpace(errnoName(failed.error))) return full(to, stage, { block, by: "-L SIZE" });
  const what = errnoName(failed.error) === "E2BIG" ? "an extended attribute is larger than the new file system takes" : errnoText(failed.error);
  const remedy = errnoName(failed.error) === "ENOENT" ? "it has gone while it was copied: stop what changes the source" : "mend that in the source";
  return { code: "storage.copy", text: `${stage} failed`, cause: `${failed.text}: ${what}`, remedy: `${remedy}, then copy again: nothing was left` };
}

export async function copyTree(made: Target, facts: HostFacts, wish: TreeWish): Promise<Result<void>> {
  const { source, abort, onProgress } = wish;
  const where = source.kind === "layers" ? source.layers[0] ?? "" : source.path;
  const stage = `copying ${where}`;
  const plan = planCopyTree(made, facts, { ...wish, isMapped: wish.idmap.length > 0 });
  let isSaid = false;
  const slow = setTimeout(() => { isSaid = true; onProgress({ stage }); }, QUIET_MS);
  const outcome = await runPlan(plan, { engine: facts.install.engine, abort });
  clearTimeout(slow);
  if (isSaid) onProgress({ stage, isFinished: true });
  if (abort.aborted) return fail({ code: "storage.copy", at: byOption("--newname"), text: "interrupted" });
  const problem = notCopied(plan, outcome, { wish, where, stage });
  return problem === undefined ? ok(undefined) : fail({ ...problem, at: byOption("--newname") });
}
