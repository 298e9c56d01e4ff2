// Owns the verb `restore`: a container is as it was when a snapshot was made, or another one is made of it.
import { mkdirSync, readFileSync, rmdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { clonedConfig } from "../config/index.ts";
import { runPlan } from "../host/engine/run.ts";
import { imageFormat } from "../host/probe/nbd.ts";
import { isSubvolume } from "../host/probe/tree-mark.ts";
import { probeHost } from "../host/probe/host-facts.ts";
import { configFile, containerDir } from "../host/store/layout.ts";
import { snapshotsDir } from "../host/store/snapshots.ts";
import type { IdMapEntry } from "../linux/idmap.ts";
import type { HostFacts } from "../model/facts.ts";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { Progress } from "../model/progress.ts";
import type { RootfsSpec } from "../model/spec.ts";
import { nbdParts } from "../model/storage.ts";
import { layersOf } from "../plan/rootfs/kind.ts";
import { planCopyImage, planMakeMapped } from "../plan/lifecycle/copy.ts";
import { planOwn } from "../plan/lifecycle/create.ts";
import { subvolumeOps } from "../plan/storage/made.ts";
import { exchange } from "./changing/exchange.ts";
import { stageOf, sweepStages, whileChanging } from "./changing/stage.ts";
import { decodeConfig, encodeConfig } from "./config-text.ts";
import { loadConfig, type LoadedConfig } from "./container-config.ts";
import { copy } from "./copy.ts";
import { copyTree } from "./copying/tree.ts";
import { onSignals } from "./interrupt.ts";
import { clonesText, hasClones } from "./removing/dependents.ts";
import { outcomeProblem } from "./removing/outcome.ts";
import { unsafeReason } from "./removing/remove.ts";
import { isVolume, restoreVolume, volumeRestore } from "./restoring/volumes.ts";
import { settledState, stillRunning } from "./running-container.ts";
import { isSnapshot, noSnapshot } from "./snapshot.ts";
import type { RestoreOptions, RestoreVerb, Target } from "./verbs.ts";

/** Where a container's own files lie: its root file system, or the layer it writes to. */
function ownTree(rootfs: RootfsSpec | undefined): string | undefined {
  if (rootfs === undefined || rootfs.path === "") return undefined;
  const tree = rootfs.type === "overlay" ? layersOf(rootfs.path)?.upper : rootfs.type === "nbd" ? nbdParts(rootfs.path).file : rootfs.path;
  const found = tree === undefined ? undefined : statSync(tree, { throwIfNoEntry: false });
  return found?.isDirectory() === true || found?.isFile() === true ? tree : undefined;
}

interface Trees { readonly now: string; readonly then: string }

/** What is exchanged in one step is a directory, a subvolume, an image or a layer. */
export function treesOf(now: RootfsSpec | undefined, then: RootfsSpec | undefined): Result<Trees> {
  const [here, there] = [ownTree(now), ownTree(then)];
  const isSame = now?.type === then?.type;
  if (here !== undefined && there !== undefined && isSame) return ok({ now: here, then: there });
  if (isSame && now !== undefined && then !== undefined) return fail({ code: "rootfs.missing", at: byOption("--restore"), text: `'${(here === undefined ? now : then).path}' is not there`, cause: here === undefined ? "it is the container's root file system" : "it is the snapshot's root file system", remedy: "look for it, or correct lxc.rootfs.path" });
  return fail({ code: "storage.unsupported", at: byOption("--restore"), text: "the snapshot's root file system is kept in another way than the container's", remedy: "restore it as a new container: -N NEWNAME" });
}

interface Job { readonly target: Target; readonly snapshot: Target; readonly facts: HostFacts; readonly now: LoadedConfig; readonly then: LoadedConfig; readonly options: RestoreOptions }
interface TreesJob extends Job { readonly trees: Trees; /** Of images of qemu's. */ readonly format?: string }

/** In one step only what lies on one file system changes places. */
function farProblem(target: Target, { now }: Trees): Problem | undefined {
  if (statSync(dirname(now)).dev === statSync(containerDir(target)).dev) return undefined;
  return { code: "storage.unsupported", at: byOption("--restore"), text: `'${now}' lies on another file system than '${containerDir(target)}'`, cause: "what is made of the snapshot could not take its place in one step", remedy: "restore it as a new container: -N NEWNAME" };
}

/** The snapshot's config with the container's paths. */
function restoredConfig({ target, snapshot, now }: Job): Result<Uint8Array> {
  const { rootfs } = now.spec;
  const { text, encoding } = decodeConfig(readFileSync(configFile(snapshot)));
  const made = clonedConfig(text, { from: containerDir(snapshot), to: containerDir(target), ...(rootfs === undefined ? {} : { rootfs: `${rootfs.type}:${rootfs.path}` }) });
  return made.ok ? encodeConfig(made.value.text, encoding) : made;
}

interface Filling { readonly tree: string; readonly idmap: readonly IdMapEntry[]; readonly abort: AbortSignal; readonly onProgress: (progress: Progress) => void }

/** What the snapshot's files lie in, in the stage: an image as it is, a subvolume like another one: then they are in it already. */
async function based({ target, facts, now, trees, format }: TreesJob, { tree, idmap, abort }: Filling): Promise<Problem | undefined> {
  const at = byOption("--restore");
  const isImage = statSync(trees.then).isFile();
  if (isImage) rmdirSync(tree);
  const source = isSubvolume(trees.then) ? trees.then : undefined;
  const ops = now.spec.rootfs?.type === "btrfs" ? subvolumeOps(tree, at, source) : [];
  if (!isImage && ops.length === 0) return undefined;
  const plan = isImage ? planCopyImage(target, trees.then, tree, format) : planMakeMapped(target, facts, { verb: "restore", idmap: source === undefined ? [] : idmap, ops });
  return outcomeProblem(plan, await runPlan(plan, { engine: facts.install.engine, abort }), `copy '${trees.then}'`);
}

/** The snapshot's files in the stage. */
async function filled(job: TreesJob, filling: Filling): Promise<Result<void>> {
  const { target, facts, now, trees } = job;
  const { tree, idmap } = filling;
  const unbased = await based(job, filling);
  if (unbased !== undefined) return fail(unbased);
  if (statSync(trees.then).isFile()) return ok(undefined);
  const stage = stageOf(target, "restore");
  const own = planOwn(stage, facts, idmap, [tree]);
  const unowned = idmap.length === 0 ? undefined : outcomeProblem(own, await runPlan(own, { engine: facts.install.engine }), `give '${tree}' to the container's root`);
  if (unowned !== undefined) return fail(unowned);
  if (now.spec.rootfs?.type === "btrfs" && isSubvolume(trees.then)) return ok(undefined);
  return copyTree(target, facts, { source: { kind: "directory", path: trees.then }, to: tree, ...filling });
}

async function makeTrees(job: TreesJob, config: Uint8Array, abort: AbortSignal): Promise<Result<void>> {
  const { target, facts, then, trees, format, options: { onProgress = () => undefined } } = job;
  const far = farProblem(target, trees);
  if (far !== undefined) return fail(far);
  const stage = containerDir(stageOf(target, "restore"));
  const tree = `${stage}/rootfs`;
  mkdirSync(tree, { recursive: true, mode: 0o755 });
  const idmap = then.spec.idmap.map(({ value }) => value);
  const copied = await filled(job, { tree, idmap, abort, onProgress });
  if (!copied.ok) return copied;
  const problem = await exchange(target, facts, { now: trees.now, then: tree, config, idmap, ...(format === undefined ? {} : { format }), from: byOption("--restore") });
  return problem === undefined ? ok(undefined) : fail(problem);
}

async function make(job: Job, abort: AbortSignal): Promise<Result<void>> {
  const { target, facts, now: { spec: { rootfs: now } }, then: { spec: { rootfs: then } } } = job;
  const config = restoredConfig(job);
  if (!config.ok) return config;
  if (isVolume(now) && then?.type === now.type) {
    const volume = volumeRestore(target, facts, { now, then });
    const problem = volume.ok ? await restoreVolume(target, facts, { volume: volume.value, config: config.value, abort }) : volume.problems[0];
    return problem === undefined ? ok(undefined) : fail(problem);
  }
  const trees = treesOf(now, then);
  const format = trees.ok && now?.type === "nbd" ? imageFormat(trees.value.now) : undefined;
  return trees.ok ? makeTrees({ ...job, trees: trees.value, ...(format === undefined ? {} : { format }) }, config.value, abort) : trees;
}

async function inPlace(request: Request, job: Job): Promise<Result<void>> {
  const abort = new AbortController();
  const off = onSignals(request, abort);
  try {
    return await whileChanging(job.target, job.facts, () => make(job, abort.signal));
  } finally {
    off();
  }
}

async function refusal(...[request, target]: Parameters<RestoreVerb>): Promise<Problem | undefined> {
  const running = await settledState(request, target);
  if (running.state !== "STOPPED") return stillRunning(target, { or: "restore the snapshot as a new container: -N NEWNAME" });
  return hasClones(target) ? { code: "container.clones", text: `${target.name} has clones`, cause: "they go on using the files it has now", remedy: `destroy ${clonesText(target)} first, or restore the snapshot as a new container: -N NEWNAME` } : undefined;
}

/** A container as it was at a snapshot, itself or under another name. Source: lxc-snapshot -r. Problems: `container.missing`, `container.running`, `container.exists`, `storage.copy`. */
export const restore: RestoreVerb = async (request, target, options) => {
  const lxcpath = snapshotsDir(target);
  const unsafe = unsafeReason(lxcpath);
  if (unsafe !== undefined) return fail(unsafe);
  const facts = probeHost(request, { idmap: true });
  await sweepStages(target, facts);
  const now = loadConfig(request, target);
  if (!now.ok) return now;
  const snapshot = { lxcpath, name: options.snapshot };
  if (!isSnapshot(target, options.snapshot)) return fail({ ...noSnapshot(target, options.snapshot), at: byOption("--restore") });
  const { to, onProgress } = options;
  if (to !== undefined && (to.name !== target.name || to.lxcpath !== target.lxcpath)) {
    return copy(request, snapshot, { to, isSnapshot: false, mayRun: false, keepsName: false, keepsAddresses: false, hookArgs: [], ...(onProgress === undefined ? {} : { onProgress }) });
  }
  const refused = await refusal(request, target, options);
  if (refused !== undefined) return fail(refused);
  const then = loadConfig(request, snapshot);
  if (!then.ok) return then;
  return inPlace(request, { target, snapshot, facts, now: now.value, then: then.value, options });
};
