// Owns LXCPATH/NAME/partial: a container that is being made or removed, or whose making was killed.
import { existsSync, lstatSync, renameSync, rmSync, statSync } from "node:fs";
import { holdPlan, type Holder } from "../host/engine/hold.ts";
import { configFile, containerDir } from "../host/store/layout.ts";
import { probeHost } from "../host/probe/host-facts.ts";
import type { Plan } from "../isa/op.ts";
import type { HostFacts } from "../model/facts.ts";
import { errnoName } from "../linux/errno.ts";
import { fail, ok, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { HELD_FD, planHold, planHoldExisting } from "../plan/lifecycle/create.ts";
import { isStillMade, readCreated } from "./creating/record.ts";
import { clonesOf, forget } from "./removing/counting.ts";
import { engineProblem, failureOf } from "./removing/outcome.ts";
import { removeContainer } from "./removing/remove.ts";
import type { Target } from "./verbs.ts";

export const partialFile = (target: Target): string => `${containerDir(target)}/partial`;
export const isPartial = (target: Target): boolean => existsSync(partialFile(target));

/** The lock is of no use when the file was removed, or made anew, between its opening and its locking. */
function isSameFile(holder: Holder, file: string): boolean {
  const [locked, now] = [`/proc/${holder.pid}/fd/${HELD_FD}`, file].map((path) => statSync(path, { throwIfNoEntry: false }));
  return locked !== undefined && now !== undefined && locked.dev === now.dev && locked.ino === now.ino;
}

/** Takes the lock; container.busy while another command has it. */
export const holdPartial = (target: Target, facts: HostFacts, file = partialFile(target)): Promise<Result<Holder>> => hold(target, facts, { file, plan: planHold(target, file) });

/** Only if it is there still: it may have become whole, or gone, since it was looked at. */
export const holdHalfMade = (target: Target, facts: HostFacts): Promise<Result<Holder>> => hold(target, facts, { file: partialFile(target), plan: planHoldExisting(target, partialFile(target)) });

async function hold(target: Target, facts: HostFacts, { file, plan }: { readonly file: string; readonly plan: Plan }): Promise<Result<Holder>> {
  const held = await holdPlan(plan, facts.install.engine);
  if (held.isHeld && isSameFile(held, file)) return ok(held);
  if (held.isHeld) await held.release();
  const error = held.isHeld ? "EAGAIN" : errnoName(failureOf(held.events)?.error ?? 0);
  if (held.isHeld || error === "EAGAIN") {
    return fail({ code: "container.busy", text: `'${target.name}' is being made or removed by another command right now`, cause: `'${file}' is locked`, remedy: "wait for it to end" });
  }
  if (error === "EACCES" || error === "EPERM") return fail({ code: "privilege", text: `'${target.name}' belongs to another user`, cause: `'${containerDir(target)}' may not be written`, remedy: "run this as the user who created the container, or as root" });
  return fail(engineProblem(plan, held.events, `lock '${file}'`));
}

export interface Going { readonly holder: Holder; /** Nothing of it has gone: it is a container as before. */ readonly takeBack: () => void }

/** For its removal. On a full disk no new file can say that it goes: its config becomes that file. */
export async function holdGoing(target: Target, facts: HostFacts): Promise<Result<Going>> {
  const [file, config] = [partialFile(target), configFile(target)];
  const held = await holdPartial(target, facts);
  if (held.ok) return ok({ holder: held.value, takeBack: () => rmSync(file, { force: true }) });
  if (held.problems[0]?.code !== "storage.full" || lstatSync(config, { throwIfNoEntry: false })?.isFile() !== true) return held;
  try {
    renameSync(config, file);
  } catch {
    return held;
  }
  const again = await holdPartial(target, facts);
  const takeBack = (): void => renameSync(file, config);
  if (again.ok) return ok({ holder: again.value, takeBack });
  takeBack();
  return again;
}

/** The trees outside the container's directory that create made and that are still the same. */
export const madeOutside = (target: Target): readonly string[] =>
  (readCreated(target)?.paths ?? []).filter((made) => made.path !== containerDir(target) && !made.path.startsWith(`${containerDir(target)}/`) && isStillMade(made)).map((made) => made.path);

/** Removes what a killed create or destroy left. `none`: there was nothing half made. */
export async function settle(target: Target, facts: HostFacts): Promise<Result<"none" | "removed">> {
  if (!isPartial(target)) return ok("none");
  const held = await holdHalfMade(target, facts);
  if (!held.ok && isPartial(target)) return held;
  if (!held.ok) return ok(existsSync(containerDir(target)) ? "none" : "removed");
  try {
    const warnings = await forget(facts, clonesOf(target));
    const removed = await removeContainer(target, facts, { outside: madeOutside(target) });
    return removed.ok ? ok("removed", warnings) : removed;
  } finally {
    await held.value.release();
  }
}

/** For verbs that find LXCPATH/NAME/partial: the half-made container is removed; container.busy while its maker lives. */
export const settlePartial = (request: Request, target: Target): Promise<Result<"none" | "removed">> => settle(target, probeHost(request, { idmap: true }));
