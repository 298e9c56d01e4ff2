// Owns the places beside a container's records where its next root file system is prepared, by one command at a time; what a
// killed one has left there is removed by the next.
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { errorCode } from "../../host/read-text.ts";
import { dropExchange } from "../../host/store/exchange.ts";
import { containerDir, recordDir } from "../../host/store/layout.ts";
import { isNoSpace } from "../../linux/no-space.ts";
import type { HostFacts } from "../../model/facts.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import { holdPartial } from "../partial.ts";
import { removeContainer } from "../removing/remove.ts";
import type { Target } from "../verbs.ts";
import { dropRenames } from "./renames.ts";
import { isExchanging, settleVolumes } from "./volumes.ts";

export type Stage = "restore" | "shift";
const STAGES: readonly Stage[] = ["restore", "shift"];

/** A place like a container's, with a `rootfs`. */
export const stageOf = (target: Target, stage: Stage): Target => ({ lxcpath: recordDir(target), name: stage });
const lockFile = (target: Target): string => `${recordDir(target)}/changing`;
const halfMade = (target: Target): readonly Target[] => STAGES.map((stage) => stageOf(target, stage)).filter((stage) => existsSync(containerDir(stage)));

async function sweep(target: Target, facts: HostFacts): Promise<readonly Problem[]> {
  const unsettled = await settleVolumes(target, facts, stageOf(target, "restore"));
  if (unsettled !== undefined) return [unsettled]; // what is in the stage may be all that there is
  dropExchange(target);
  const problems: Problem[] = [];
  for (const stage of halfMade(target)) {
    const removed = await removeContainer(stage, facts, { outside: [] });
    if (!removed.ok) problems.push(...removed.problems);
  }
  return problems;
}

/** A full disk is told as one; what else is thrown is nobody's fault but ours. */
function told(error: unknown): Result<never> {
  if (!isNoSpace(errorCode(error))) throw error;
  const path = error instanceof Error && "path" in error ? ` for '${String(error.path)}'` : "";
  return fail({ code: "storage.full", text: `no space left${path}`, cause: "the file system is full: the container stays as it was", remedy: "free some space, then again" });
}

/** Nobody else changes it meanwhile, and nothing of the change is left beside it afterwards, however it ends. */
export async function whileChanging<T>(target: Target, facts: HostFacts, change: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    mkdirSync(recordDir(target), { recursive: true, mode: 0o750 });
  } catch (error) {
    return told(error);
  }
  const held = await holdPartial(target, facts, lockFile(target));
  if (!held.ok) return fail(...held.problems.map((problem) => (problem.code === "container.busy" ? { ...problem, text: `'${target.name}' is being changed by another command right now` } : problem)));
  try {
    const [left] = await sweep(target, facts);
    if (left !== undefined) return fail(left);
    const changed = await change().catch(told);
    const remains = (await sweep(target, facts)).map((problem): Problem => ({ ...problem, severity: "warning" }));
    return changed.ok ? ok(changed.value, [...changed.warnings ?? [], ...remains]) : changed;
  } finally {
    rmSync(lockFile(target), { force: true });
    await held.value.release();
  }
}

/** For commands that read it: what a kill has left beside it goes, unless it is being made just now. */
export async function sweepStages(target: Target, facts: HostFacts): Promise<Result<void>> {
  dropRenames(target);
  return isExchanging(target) || halfMade(target).length > 0 ? whileChanging(target, facts, () => Promise.resolve(ok(undefined))) : ok(undefined);
}
