// Owns the verb `copy`: a container like another one under a new name, whole or in layers above it; or nothing is left.
import { existsSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { clonedConfig } from "../config/index.ts";
import { runPlan } from "../host/engine/run.ts";
import { probeHost } from "../host/probe/host-facts.ts";
import { randomHex } from "../host/probe/kernel.ts";
import { errorCode } from "../host/read-text.ts";
import { cloneHooksFile, configFile, containerDir } from "../host/store/layout.ts";
import { isNoSpace, saysNoSpace } from "../linux/no-space.ts";
import type { HostFacts } from "../model/facts.ts";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { ContainerSpec } from "../model/spec.ts";
import { planCopyImage, planFinishCopy } from "../plan/lifecycle/copy.ts";
import { planOwn } from "../plan/lifecycle/create.ts";
import { rootfsPaths, storagePath } from "../plan/rootfs.ts";
import { mapProblems } from "../plan/usernsexec.ts";
import { sweepStages } from "./changing/stage.ts";
import { decodeConfig, encodeConfig } from "./config-text.ts";
import { loadConfig } from "./container-config.ts";
import { copyOwnFiles } from "./copying/own-files.ts";
import { markOf, stillSame, type Mark } from "./copying/same-source.ts";
import { makePlace } from "./copying/place.ts";
import { copyStorage, type CopyStorage, type StorageWish } from "./copying/storage.ts";
import { copyTree } from "./copying/tree.ts";
import { writeConfig } from "./creating/config.ts";
import { storageOptions } from "./creating/storage.ts";
import { dropEmpty, reserve } from "./creating/reserve.ts";
import { settleExchange } from "./half-made.ts";
import { writePlanHooks } from "./hook-record.ts";
import { onSignals } from "./interrupt.ts";
import { partialFile, settle } from "./partial.ts";
import { forgotten, remembered, whileCounting } from "./removing/counting.ts";
import { rememberSources } from "./removing/dependents.ts";
import { outcomeProblem } from "./removing/outcome.ts";
import { removeContainer } from "./removing/remove.ts";
import { lookAt, settledState, stillRunning } from "./running-container.ts";
import type { CopyOptions, CopyVerb, Target } from "./verbs.ts";

/** One run of copy. */
interface Job {
  readonly request: Request;
  readonly source: Target;
  readonly spec: ContainerSpec;
  readonly options: CopyOptions;
  readonly facts: HostFacts;
  readonly wish: StorageWish;
  readonly storage: CopyStorage;
  readonly mark: Mark;
}

const mapOf = ({ idmap }: ContainerSpec) => idmap.map(({ value }) => value);

/** The config and what it names, then everything its root owns, which is why it comes last. */
async function prepare({ source, spec, options, facts, storage }: Job): Promise<Result<void>> {
  const { to } = options;
  const { text, encoding } = decodeConfig(readFileSync(configFile(source)));
  const cloned = clonedConfig(text, {
    from: containerDir(source), to: containerDir(to), ...(storage.made === undefined ? {} : { rootfs: storage.made.path }),
    ...(options.keepsName ? {} : { hostname: to.name }), ...(options.keepsAddresses ? {} : { random: facts.random + randomHex() }),
  });
  if (!cloned.ok) return cloned;
  const bytes = encodeConfig(cloned.value.text, encoding);
  if (!bytes.ok) return bytes;
  writeConfig(to, bytes.value);
  const warnings = copyOwnFiles(source, to, cloned.value.files);
  if (storage.sources.length > 0) rememberSources(to, storage.sources);
  for (const [name, content] of Object.entries(options.notes ?? {})) writeFileSync(`${containerDir(to)}/${name}`, content, { mode: 0o640, flag: "wx" });
  if (spec.idmap.length === 0) return ok(undefined, warnings);
  const roots = storage.made?.backend === "zfs" ? [] : [`${containerDir(to)}/rootfs`, ...(storage.made?.directories ?? [])];
  const plan = planOwn(to, facts, mapOf(spec), roots);
  const problem = outcomeProblem(plan, await runPlan(plan, { engine: facts.install.engine }), `give '${containerDir(to)}' to the container's root`);
  return problem === undefined ? ok(undefined, warnings) : fail(problem);
}

/** Its name in /etc/hostname if it is not there yet, and its clone hooks: of a copy, and of what has got a new name. */
export async function finish(request: Request, source: Target, options: Pick<CopyOptions, "to" | "keepsName" | "hookArgs">, isNamed = options.keepsName): Promise<Problem | undefined> {
  const loaded = loadConfig(request, options.to);
  if (!loaded.ok) return loaded.problems[0];
  const { spec } = loaded.value;
  if (spec.rootfs?.type === "nbd") return (spec.hooks.clone ?? []).length === 0 ? undefined : { code: "storage.unsupported", at: spec.rootfs.from, text: "lxc.hook.clone cannot be run", cause: `'nbd:${spec.rootfs.path}' is connected by a start alone`, remedy: "take the hook out, and do its work in the copy's pre-start or start hook" };
  if (spec.rootfs === undefined || (isNamed && (spec.hooks.clone ?? []).length === 0)) return undefined;
  const place = storagePath(spec.rootfs);
  const facts = probeHost(request, { idmap: true, paths: rootfsPaths(spec.rootfs, spec), ...(place === undefined ? {} : { storage: place }) });
  const plan = planFinishCopy(spec, facts, { sourceName: source.name, hookArgs: options.hookArgs, ...(isNamed ? {} : { hostname: options.to.name }) });
  const outcome = await runPlan(plan, { engine: facts.install.engine, env: facts.caller.env, cwd: "/" });
  if ((spec.hooks.clone ?? []).length > 0) writePlanHooks(plan, outcome, cloneHooksFile(spec));
  return outcomeProblem(plan, outcome, `finish '${options.to.name}' (its /etc/hostname, and lxc.hook.clone)`);
}

const imageProblem = (problem: Problem): Problem => ({ ...problem, code: saysNoSpace(problem.text) ? "storage.full" : problem.code === "container.busy" ? problem.code : "storage.copy" });

/** The source knows of it, if it shares files, and is still the same: a removal looks for clones once more after it has said that it removes. */
const counted = ({ options: { to }, storage: { sources }, mark, facts }: Job): Promise<Result<void>> => whileCounting(facts, sources, () => {
  const clones = sources.map((source) => ({ source, clone: to }));
  const before = stillSame(mark);
  const written = before.ok ? remembered(clones) : before;
  const after = written.ok ? stillSame(mark) : written;
  if (!after.ok) forgotten(clones.filter(({ source }) => existsSync(configFile(source))));
  return Promise.resolve(after);
});

/** LXC passes over it in silence. */
function unsized({ options: { size }, storage: { made, image } }: Job): readonly Problem[] {
  if (size === undefined || made === undefined || (image === undefined && made.block !== undefined && made.block.kind !== "dataset")) return [];
  return [{ code: "option.conflict", severity: "warning", at: byOption("--fssize"), text: `--fssize has no effect: the copy is kept on ${made.backend}, which has no size of its own`, remedy: "-B loop makes an image of that size" }];
}

async function make(wanted: Job, abort: AbortSignal): Promise<Result<void>> {
  const { source, spec, options: { to, keepsName, onProgress = () => undefined, onStorage = () => undefined, mayRun }, facts } = wanted;
  const placed = await makePlace(wanted);
  if (!placed.ok) return placed;
  const storage = placed.value;
  const job = { ...wanted, storage };
  const prepared = await prepare(job);
  if (!prepared.ok) return prepared;
  // the name belongs to a root file system, of which a layer is a part
  const isWhole = storage.tree !== undefined && storage.made?.backend !== "overlay";
  if (storage.tree !== undefined) {
    const copied = await copyTree(to, facts, { ...storage.tree, ...(isWhole && !keepsName ? { hostname: to.name } : {}), ...(storage.made?.block === undefined ? {} : { block: storage.made.block }), idmap: mapOf(spec), abort, onProgress });
    if (!copied.ok) {
      const same = stillSame(job.mark);
      return same.ok ? copied : same;
    }
  }
  if (storage.image !== undefined) {
    const plan = planCopyImage(to, storage.image.source, storage.image.to, storage.image.format);
    const problem = outcomeProblem(plan, await runPlan(plan, { engine: facts.install.engine, abort }), `copy '${storage.image.source}'`);
    if (problem !== undefined) return fail(imageProblem(problem));
  }
  const unfinished = await finish(job.request, source, job.options, isWhole || keepsName);
  if (unfinished !== undefined) return fail(unfinished);
  if (!mayRun && lookAt(source).state !== "STOPPED") return fail({ code: "container.running", text: `${source.name} was started while it was copied`, remedy: `lxc-stop -n ${source.name}, then copy again` });
  const same = await counted(job);
  if (!same.ok) return same;
  unlinkSync(partialFile(to));
  if (storage.choice !== undefined && storage.made !== undefined) onStorage(storage.made.backend, storage.choice.reason);
  return ok(undefined, [...(prepared.warnings ?? []), ...unsized(job)]);
}

async function makeOrUndo(job: Job): Promise<Result<void>> {
  const { options: { to }, facts } = job;
  const reserved = await reserve(to, facts, { rootfs: `${containerDir(to)}/rootfs`, isRootfsOutside: false });
  if (!reserved.ok) return reserved;
  const abort = new AbortController();
  const off = onSignals(job.request, abort);
  try {
    const made = await make(job, abort.signal).catch((error: unknown): Result<void> => fail({ code: isNoSpace(errorCode(error)) ? "storage.full" : "storage.copy", text: `cannot make '${containerDir(to)}': ${error instanceof Error ? error.message : errorCode(error)}` }));
    if (made.ok) return made;
    const removed = await removeContainer(to, facts, { outside: [] });
    if (reserved.value.madeLxcpath !== undefined) dropEmpty(to.lxcpath, reserved.value.madeLxcpath);
    return removed.ok ? made : fail(...made.problems, ...removed.problems);
  } finally {
    await reserved.value.holder.release();
    off();
  }
}

async function stateProblem(request: Request, source: Target, mayRun: boolean): Promise<Problem | undefined> {
  if (mayRun || (await settledState(request, source)).state === "STOPPED") return undefined;
  return stillRunning(source, { cause: "its files change while they are copied", or: "copy it as it is with -a" });
}

/** Another container like this one: a whole copy, or a layer above its files. Source: lxc-copy(1). Problems: `container.missing`, `container.exists`, `container.running`, `container.busy`, `storage.copy`, `storage.full`, `storage.unsupported`. */
export const copy: CopyVerb = async (request, source, options) => {
  const facts = probeHost(request, { idmap: true });
  const settled = await settle(source, facts);
  if (!settled.ok) return settled;
  const exchanged = await settleExchange(request, source);
  if (!exchanged.ok) return exchanged;
  await sweepStages(source, facts);
  const loaded = loadConfig(request, source);
  if (!loaded.ok) return loaded;
  const { spec } = loaded.value;
  const mark = markOf(source, spec.rootfs);
  const running = await stateProblem(request, source, options.mayRun);
  if (running !== undefined) return fail(running);
  const wish: StorageWish = {
    source, to: options.to, isSnapshot: options.isSnapshot, isKept: options.isKept === true, isRoot: request.euid === 0, isRunning: options.mayRun && lookAt(source).state !== "STOPPED",
    options: storageOptions(request, options.size === undefined ? {} : { size: options.size }), ...(options.backend === undefined ? {} : { backend: options.backend }),
  };
  const storage = copyStorage(spec.rootfs, wish);
  if (!storage.ok) return storage;
  const [first] = spec.idmap;
  const unmapped = first === undefined ? [] : mapProblems(facts, mapOf(spec), first.from);
  if (unmapped.length > 0) return fail(...unmapped);
  return makeOrUndo({ request, source, spec, options, facts, wish, storage: storage.value, mark });
};
