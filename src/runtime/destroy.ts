// Owns the verb `destroy`: only what create made goes, or what plainly lies in the container's own directory.
import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { runPlan } from "../host/engine/run.ts";
import { probeHost } from "../host/probe/host-facts.ts";
import { configFile, containerDir, destroyHooksFile, restartsFile } from "../host/store/layout.ts";
import type { HostFacts } from "../model/facts.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { ContainerSpec } from "../model/spec.ts";
import { planDestroyHooks } from "../plan/lifecycle/destroy-hooks.ts";
import { mapProblems } from "../plan/usernsexec.ts";
import { sweepStages } from "./changing/stage.ts";
import { loadConfig } from "./container-config.ts";
import { writePlanHooks } from "./hook-record.ts";
import { hookRuns } from "./hooks.ts";
import { cleanStages } from "./creating/reserve.ts";
import { readCreated } from "./creating/record.ts";
import { holdGoing, isPartial, madeOutside, settle } from "./partial.ts";
import { clonesOf, forget, remember } from "./removing/counting.ts";
import { clonesText, hasClones, hasSnapshots } from "./removing/dependents.ts";
import { outcomeProblem } from "./removing/outcome.ts";
import { madeElsewhere, removalProblems, removeContainer, statOf, unsafeReason } from "./removing/remove.ts";
import { lookAt, remains, settledState, stillRunning } from "./running-container.ts";
import { stop } from "./stop.ts";
import type { DestroyOptions, DestroyVerb, PreviewDestroyVerb, Target } from "./verbs.ts";

const missing = (target: Target): Problem => ({ code: "container.missing", text: "Container is not defined", cause: `there is no ${configFile(target)}`, remedy: `lxc-ls -P ${target.lxcpath} shows those that are` });

function dependentsProblem(target: Target, withSnapshots: boolean): Problem | undefined {
  if (hasClones(target)) return { code: "container.clones", text: `Destroying ${target.name} failed: ${target.name} has clones`, cause: `they share its root file system; '${containerDir(target)}/lxc_snapshots' lists them`, remedy: `destroy ${clonesText(target)} first` };
  if (!withSnapshots && hasSnapshots(target)) return { code: "container.snapshots", text: `Destroying ${target.name} failed: ${target.name} has snapshots`, remedy: `lxc-destroy -s -n ${target.name} destroys them too` };
  return undefined;
}

/** Kills it and waits until nothing of it runs. */
async function stopNow(request: Request, target: Target, facts: HostFacts): Promise<Problem | undefined> {
  const plan = await stop(request, target, { isReboot: false, isNoWait: false, isKill: true, isNoKill: false, isNoLock: false, timeout: -1 });
  // It may have ended by itself since it was looked at.
  if (!plan.ok) return lookAt(target).state === "STOPPED" ? undefined : plan.problems[0];
  const outcome = await runPlan(plan.value, { engine: facts.install.engine });
  // somebody may have killed its monitor meanwhile, and with the container goes the record of what that has left
  const now = await settledState(request, target);
  if (now.state === "STOPPED") return remains(now, target);
  return outcomeProblem(plan.value, outcome, `stop '${target.name}'`) ?? { code: "container.running", text: `${target.name} is running`, cause: "it did not end when it was killed" };
}

async function runningProblem(request: Request, target: Target, facts: HostFacts, isForced: boolean): Promise<Problem | undefined> {
  const now = await settledState(request, target);
  // a monitor may wait to start it again
  if (now.state === "STOPPED") return remains(now, target) ?? (existsSync(restartsFile(target)) ? stopNow(request, target, facts) : undefined);
  if (isForced) return stopNow(request, target, facts);
  return stillRunning(target, { or: "lxc-destroy -f" });
}

const isInside = (path: string, target: Target): boolean => path.startsWith(`${containerDir(target)}/`) && !path.split("/").includes("..");

interface RootfsVerdict { readonly problem?: Problem; readonly warning?: Problem }

/** A root file system elsewhere goes only if create recorded it; a link in its place is never followed. */
function rootfsVerdict(target: Target, spec: ContainerSpec | undefined, outside: readonly string[]): RootfsVerdict {
  const usual = unsafeReason(`${containerDir(target)}/rootfs`);
  if (usual !== undefined && usual.text.includes("symbolic link")) return { problem: usual };
  const rootfs = spec?.rootfs;
  if (rootfs === undefined || rootfs.path === "") return {};
  if (!rootfs.isManaged && isInside(rootfs.path, target)) {
    return { problem: { code: "rootfs.unsafe", at: rootfs.from, text: `'${rootfs.path}' is not to be removed: lxc.rootfs.managed = 0`, cause: `it lies in '${containerDir(target)}', which would go`, remedy: "move it elsewhere first, or set lxc.rootfs.managed = 1" } };
  }
  if (isInside(rootfs.path, target)) {
    const unsafe = rootfs.type === "dir" ? unsafeReason(rootfs.path) : undefined;
    return unsafe === undefined ? {} : { problem: { ...unsafe, at: rootfs.from } };
  }
  if (!rootfs.isManaged) return { warning: { code: "rootfs.unsafe", severity: "warning", at: rootfs.from, text: `'${rootfs.path}' is left as it is`, cause: "lxc.rootfs.managed = 0", remedy: "remove it by hand if nobody needs it" } };
  if (outside.some((tree) => rootfs.path === tree || rootfs.path.startsWith(`${tree}/`)) || !existsSync(rootfs.path) || readCreated(target)?.outside !== undefined) return {};
  return { warning: { code: "rootfs.unsafe", severity: "warning", at: rootfs.from, text: `'${rootfs.path}' is left as it is`, cause: `it lies outside '${containerDir(target)}' and lxc-create did not make it`, remedy: "remove it by hand if nobody needs it" } };
}

/** Who asked for it is told, as what is recorded beside the container goes with it. */
export async function runHooks(spec: ContainerSpec | undefined, facts: HostFacts, onHook: DestroyOptions["onHook"]): Promise<Problem | undefined> {
  if (spec === undefined || (spec.hooks.destroy ?? []).length === 0) return undefined;
  const plan = planDestroyHooks(spec, facts);
  const outcome = await runPlan(plan, { engine: facts.install.engine, env: facts.caller.env, cwd: "/" });
  writePlanHooks(plan, outcome, destroyHooksFile(spec));
  if (onHook !== undefined) for (const hook of hookRuns(plan, outcome.events)) onHook(hook);
  return outcomeProblem(plan, outcome, `run lxc.hook.destroy of '${spec.name}'`);
}

/** The last thing a removal does is to remove the empty directory: this is one that did not come so far. */
function dropRemains(target: Target): boolean {
  try {
    rmdirSync(containerDir(target));
    return true;
  } catch {
    return false;
  }
}

/** Files of ids that the caller cannot take on now are removed only in part: better not to begin. */
function idProblem(target: Target, spec: ContainerSpec | undefined, facts: HostFacts): Problem | undefined {
  const owner = statOf(`${containerDir(target)}/rootfs`);
  const first = spec?.idmap[0];
  if (spec === undefined || first === undefined || owner === undefined || "code" in owner || owner.uid === facts.caller.euid) return undefined;
  return mapProblems(facts, spec.idmap.map(({ value }) => value), first.from)[0];
}

export interface Findings { readonly spec?: ContainerSpec; readonly outside: readonly string[]; readonly isStorageKept?: boolean; readonly warnings: readonly Problem[] }

/** Everything that can refuse, before anything is touched. */
function examine(request: Request, target: Target, { withSnapshots, facts }: { readonly withSnapshots: boolean; readonly facts: HostFacts }): Result<Findings> {
  const dependents = dependentsProblem(target, withSnapshots);
  if (dependents !== undefined) return fail(dependents);
  const loaded = loadConfig(request, target);
  const spec = loaded.ok ? loaded.value.spec : undefined;
  const outside = spec?.rootfs?.isManaged === false ? [] : madeOutside(target);
  const { problem, warning } = rootfsVerdict(target, spec, outside);
  const problems = [problem, idProblem(target, spec, facts)].filter((found) => found !== undefined).concat(removalProblems(target, { outside }));
  if (problems[0] !== undefined) return fail(problems[0]);
  return ok({ outside, ...(spec?.rootfs?.isManaged === false ? { isStorageKept: true } : {}), warnings: warning === undefined ? [] : [warning], ...(spec === undefined ? {} : { spec }) });
}

/** From here on `partial` says that it is being removed: whatever kills this, the next command finishes it. */
export async function removeNow(target: Target, facts: HostFacts, findings: Findings): Promise<Result<void>> {
  const held = await holdGoing(target, facts);
  if (!held.ok) return held;
  try {
    const isRunning = lookAt(target).state !== "STOPPED";
    // a copy may have come to share its files since they were looked for
    const shared = dependentsProblem(target, true);
    if (isRunning || shared !== undefined) {
      held.value.takeBack();
      return fail(shared ?? { code: "container.busy", text: `${target.name} was started just now` });
    }
    // before it goes: a kill leaves nobody who would count it no more
    const clones = clonesOf(target);
    const warnings = await forget(facts, clones);
    const removed = await removeContainer(target, facts, findings);
    if (removed.ok) return ok(undefined, warnings.length === 0 ? [] : await forget(facts, clones)); // on a full disk there is room for it only now
    if (removed.hasBegun) return removed;
    const counted = await remember(facts, clones);
    held.value.takeBack();
    return counted.ok ? removed : fail(...removed.problems, ...counted.problems);
  } finally {
    await held.value.holder.release();
  }
}

interface Judged { readonly facts: HostFacts; /** undefined: nothing was left but remains, which are gone now. */ readonly findings?: Findings }

/** Everything that can refuse has been asked; a running one was stopped if it may be. */
export async function judge(request: Request, target: Target, options: Pick<DestroyOptions, "isForced" | "withSnapshots">): Promise<Result<Judged>> {
  const unsafe = unsafeReason(containerDir(target));
  if (unsafe !== undefined) return fail(unsafe);
  const facts = probeHost(request, { idmap: true });
  if (isPartial(target)) {
    const settled = await settle(target, facts);
    if (!settled.ok) return settled;
    if (settled.value === "removed") return ok({ facts });
  }
  const config = statOf(configFile(target));
  if (config !== undefined && "code" in config) return fail(config);
  if (config === undefined) {
    await cleanStages(target, facts);
    return dropRemains(target) ? ok({ facts }) : fail(missing(target));
  }
  const swept = await sweepStages(target, facts);
  if (!swept.ok) return swept;
  const running = await runningProblem(request, target, facts, options.isForced);
  if (running !== undefined) return fail(running);
  const findings = examine(request, target, { withSnapshots: options.withSnapshots, facts });
  return findings.ok ? ok({ facts, findings: findings.value }) : findings;
}

/** A container and its files, gone. Source: lxc-destroy(1). Problems: `container.missing`, `container.running`, `container.snapshots`, `container.clones`. */
export const destroy: DestroyVerb = async (request, target, options) => {
  const judged = await judge(request, target, options);
  if (!judged.ok) return judged;
  const { facts, findings } = judged.value;
  if (findings === undefined) return ok(undefined);
  const hook = await runHooks(findings.spec, facts, options.onHook);
  if (hook !== undefined) return fail(hook);
  const removed = await removeNow(target, facts, findings);
  return removed.ok ? ok(undefined, [...findings.warnings, ...removed.warnings ?? []]) : removed;
};

/** What would go: paths, a volume or a dataset by its name. Nothing is touched. */
export const previewDestroy: PreviewDestroyVerb = async (request, target, { isForced, withSnapshots }) => {
  const unsafe = unsafeReason(containerDir(target));
  if (unsafe !== undefined) return fail(unsafe);
  const config = statOf(configFile(target));
  if (config !== undefined && "code" in config) return fail(config);
  if (config === undefined && !isPartial(target)) return fail(missing(target));
  const running = isForced ? undefined : await runningProblem(request, target, probeHost(request), false);
  if (running !== undefined) return fail(running);
  const findings = examine(request, target, { withSnapshots, facts: probeHost(request, { idmap: true }) });
  if (!findings.ok) return findings;
  const volumes = findings.value.isStorageKept === true ? [] : madeElsewhere(target).map(({ name }) => name);
  return ok([...readdirSync(containerDir(target)).toSorted().map((name) => `${containerDir(target)}/${name}`), ...findings.value.outside, ...volumes], findings.value.warnings);
};
