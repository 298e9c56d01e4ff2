// Owns the verb `shift`: a container's files get the ids of another map, or of none; each of its parts, the snapshots too, has
// the old ids or the new ones, never both. Killed, it is started again and goes on.
import { existsSync, lstatSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { runPlan } from "../host/engine/run.ts";
import { probeHost } from "../host/probe/host-facts.ts";
import { configFile, containerDir, recordDir } from "../host/store/layout.ts";
import { listSnapshots } from "../host/store/snapshots.ts";
import type { IdMapEntry } from "../linux/idmap.ts";
import type { HostFacts } from "../model/facts.ts";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { planExchange } from "../plan/lifecycle/copy.ts";
import { planOwn } from "../plan/lifecycle/create.ts";
import { loadConfig, type LoadedConfig } from "./container-config.ts";
import { onSignals } from "./interrupt.ts";
import { isPartial, settle } from "./partial.ts";
import { hasClones } from "./removing/dependents.ts";
import { outcomeProblem } from "./removing/outcome.ts";
import { removeContainer, unsafeReason } from "./removing/remove.ts";
import { settledState } from "./running-container.ts";
import { shiftedConfig } from "./shifting/config.ts";
import { wantedMap } from "./shifting/map.ts";
import { shiftTree } from "./shifting/tree.ts";
import type { ShiftVerb, Target } from "./verbs.ts";

const at = byOption("--to");
const mapOf = ({ spec }: LoadedConfig): readonly IdMapEntry[] => spec.idmap.map(({ value }) => value);
const textOf = (map: readonly IdMapEntry[]): string => map.map(({ kind, inside, outside, count }) => `${kind} ${inside} ${outside} ${count}`).toSorted().join("\n");

/** A part of a container while it changes: gone when it has ended. */
const stageOf = (part: Target): Target => ({ lxcpath: recordDir(part), name: "shift" });

interface Job { readonly request: Request; readonly facts: HostFacts; readonly wanted: readonly IdMapEntry[]; readonly abort: AbortSignal }

/** The directory itself, which no other step depends on. */
async function own({ facts, wanted }: Job, part: Target): Promise<Problem | undefined> {
  const plan = planOwn(part, facts, wanted, []);
  return outcomeProblem(plan, await runPlan(plan, { engine: facts.install.engine }), `give '${containerDir(part)}' to the container's root`);
}

async function fill(job: Job, part: Target, loaded: LoadedConfig): Promise<Result<{ readonly tree: string; readonly devices: number }>> {
  const { facts, wanted, abort } = job;
  const stage = stageOf(part);
  const tree = `${containerDir(stage)}/rootfs`;
  mkdirSync(tree, { recursive: true, mode: 0o755 });
  const plan = planOwn(stage, facts, wanted, [tree]);
  const problem = outcomeProblem(plan, await runPlan(plan, { engine: facts.install.engine }), `give '${tree}' to the container's root`);
  if (problem !== undefined) return fail(problem);
  const shifted = await shiftTree({ part, facts, from: loaded.spec.rootfs?.path ?? "", stage, was: mapOf(loaded), wanted, scratch: recordDir(part), abort });
  return shifted.ok ? ok({ tree, devices: shifted.value }) : shifted;
}

/** The new files and the new config take their places, one straight after the other; or neither does. */
async function exchange({ facts, request, wanted }: Job, part: Target, { now, then }: { readonly now: string; readonly then: string }): Promise<Problem | undefined> {
  const config = shiftedConfig(request, part, wanted);
  if (!config.ok) return config.problems[0];
  const file = `${recordDir(part)}/shifted-config`;
  rmSync(file, { force: true });
  writeFileSync(file, config.value, { mode: lstatSync(configFile(part)).mode & 0o777, flag: "wx" });
  const plan = planExchange(part, facts, { now, then, config: { from: file, to: configFile(part) }, idmap: [] });
  return outcomeProblem(plan, await runPlan(plan, { engine: facts.install.engine }), `put the shifted files in the place of '${now}'`);
}

async function shiftPart(job: Job, part: Target): Promise<Result<void>> {
  const { request, facts, wanted } = job;
  const loaded = loadConfig(request, part);
  if (!loaded.ok) return loaded;
  const stage = stageOf(part);
  if (existsSync(containerDir(stage))) await removeContainer(stage, facts, { outside: [] }); // of one that was killed
  let devices = 0;
  if (textOf(mapOf(loaded.value)) !== textOf(wanted)) {
    const filled = await fill(job, part, loaded.value);
    const problem = filled.ok ? await exchange(job, part, { now: loaded.value.spec.rootfs?.path ?? "", then: filled.value.tree }) : filled.problems[0];
    await removeContainer(stage, facts, { outside: [] });
    if (problem !== undefined) return fail(problem);
    devices = filled.ok ? filled.value.devices : 0;
  }
  const unowned = await own(job, part);
  if (unowned !== undefined) return fail(unowned);
  return ok(undefined, devices === 0 ? [] : [{ code: "storage.copy", severity: "warning", text: `${devices} device nodes are left out`, cause: "a container with ids of its own can neither have nor use them" }]);
}

/** Everything that can refuse, before anything is touched. */
async function refusal(request: Request, target: Target, parts: readonly Target[]): Promise<Problem | undefined> {
  if (request.euid !== 0) return { code: "privilege", at, text: "only root can give files to other ids", cause: "an ordinary user's container already has the ids that are the user's", remedy: `as root: berth shift ${target.name} --to START; or move it: berth export, berth import` };
  if ((await settledState(request, target)).state !== "STOPPED") return { code: "container.running", text: `${target.name} is running`, remedy: `lxc-stop -n ${target.name} first` };
  if (hasClones(target)) return { code: "container.clones", text: `${target.name} has clones`, cause: "they go on using its files with the ids these have now", remedy: "destroy them first, or shift a whole copy: lxc-copy" };
  for (const part of parts) {
    const loaded = loadConfig(request, part);
    if (!loaded.ok) return loaded.problems[0];
    const { rootfs } = loaded.value.spec;
    if (rootfs === undefined || (rootfs.type !== "dir" && rootfs.type !== "btrfs") || lstatSync(rootfs.path, { throwIfNoEntry: false })?.isDirectory() !== true) {
      return { code: "storage.unsupported", at, text: `'${part.name}' does not lie in a directory of its own`, cause: rootfs === undefined ? "it has no root file system" : `lxc.rootfs.path = ${rootfs.type}:${rootfs.path}`, remedy: "copy it to one first: lxc-copy -B dir; or use lxc.rootfs.options = idmap=container, which needs no other ids" };
    }
    const unsafe = unsafeReason(rootfs.path) ?? unsafeReason(containerDir(part));
    if (unsafe !== undefined) return unsafe;
  }
  return undefined;
}

export const shift: ShiftVerb = async (request, target, { to }) => {
  const facts = probeHost(request, { idmap: true });
  if (isPartial(target)) {
    const settled = await settle(target, facts);
    if (!settled.ok) return settled;
  }
  const wanted = wantedMap(to, facts);
  if (!wanted.ok) return wanted;
  const parts: readonly Target[] = [...listSnapshots(target).map(({ lxcpath, name }) => ({ lxcpath, name })), target];
  if (!existsSync(configFile(target))) return loadConfigProblem(request, target);
  const refused = await refusal(request, target, parts);
  if (refused !== undefined) return fail(refused);
  const abort = new AbortController();
  const off = onSignals(abort);
  const warnings: Problem[] = [];
  try {
    for (const part of parts) {
      const shifted = await shiftPart({ request, facts, wanted: wanted.value, abort: abort.signal }, part);
      if (!shifted.ok) return shifted;
      warnings.push(...shifted.warnings ?? []);
    }
    return ok(undefined, warnings);
  } finally {
    off();
  }
};

function loadConfigProblem(request: Request, target: Target): Result<void> {
  const loaded = loadConfig(request, target);
  return loaded.ok ? ok(undefined) : loaded;
}
