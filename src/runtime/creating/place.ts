// Owns where a new root file system goes, and what of an image's files it shares: blocks, a layer, a snapshot; else they are copied.
import { runPlan } from "../../host/engine/run.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { StorageOptions } from "../../model/storage.ts";
import { planOwn } from "../../plan/lifecycle/create.ts";
import { planRemove } from "../../plan/lifecycle/destroy.ts";
import type { Candidate } from "../../plan/storage/backend.ts";
import { outcomeProblem } from "../removing/outcome.ts";
import type { Job } from "./config.ts";
import { canReflink, canSnapshot, ensureTree, isOfTheCache, sharedImage, treesProblem } from "./shared.ts";
import { makeFirst } from "./storage.ts";
import { toolPlan } from "./tool.ts";

export interface Wanted { readonly backends: readonly Candidate[]; readonly options: StorageOptions; readonly hasThinPool: boolean; /** By -B. */ readonly isChosen: boolean }

export interface Shared {
  /** Of the unpacked image. */
  readonly root: string;
  /** Copies share blocks with it. */
  readonly isReflinked: boolean;
  /** A container can be a snapshot of it. */
  readonly isSnapshotted: boolean;
  /** Layers can lie above it: its path can be said in lxc.rootfs.path. */
  readonly isLayered: boolean;
}

/** --image leaves it to us: what shares most. lxc-create -t keeps LXC's directory. */
const isOurs = ({ options }: Job, { isChosen }: Wanted): boolean => !isChosen && options.template === "image" && options.dir === undefined;

/** An archive that is not packed is unpacked as fast as files are copied: nothing is won where nothing can be shared. */
function isWorthIt(job: Job, wanted: Wanted, isReflinked: boolean): boolean {
  const isShareable = isReflinked || isOurs(job, wanted) || (job.options.dir === undefined && wanted.backends.some(({ backend }) => backend === "overlay" || backend === "btrfs"));
  return isShareable || job.source.kind === "layers" || (job.source.kind === "archive" && job.source.compression !== "none");
}

/** The image, unpacked in the cache; where the cache cannot have it, each container gets its own as before. */
export async function withImage(job: Job, wanted: Wanted, excludes: readonly string[], abort: AbortSignal): Promise<Result<Job>> {
  const image = sharedImage(job);
  if (image === undefined) return ok(job);
  const problem = treesProblem(image);
  if (problem !== undefined) return ok(job, [asWarning(problem)]);
  const isReflinked = canReflink(image, job);
  if (!isWorthIt(job, wanted, isReflinked)) return ok(job);
  const tree = await ensureTree(job, image, excludes, abort);
  if (!tree.ok) return isOfTheCache(tree.problems) && !abort.aborted ? ok(job, tree.problems.map(asWarning)) : tree;
  const { root } = tree.value;
  return ok({ ...job, shared: { root, isReflinked, isSnapshotted: canSnapshot(root, job), isLayered: !/[:\\,\s]/.test(root) } }, tree.warnings);
}
const asWarning = (problem: Problem): Problem => ({ ...problem, severity: "warning", remedy: "the container gets files of its own" });

const SHARES: Readonly<Record<"reflink" | "layer" | "snapshot" | "copy", string>> = {
  reflink: "its files share their blocks with the image's", layer: "the image's files lie below it, unpacked once for all; -B dir makes a copy",
  snapshot: "it is a snapshot of the unpacked image", copy: "the image's files are copied, as this file system cannot share their blocks; -B overlay shares the files",
};
function sharingOf({ backend }: Candidate, { isReflinked, isSnapshotted, isLayered }: Shared): string {
  if (backend === "overlay" && isLayered) return SHARES.layer;
  if (backend === "btrfs" && isSnapshotted) return SHARES.snapshot;
  return (backend === "dir" || backend === "btrfs") && isReflinked ? SHARES.reflink : SHARES.copy;
}

function candidates(job: Job, wanted: Wanted): readonly Candidate[] {
  const { shared } = job;
  if (shared === undefined) return wanted.backends;
  const list: readonly Candidate[] = isOurs(job, wanted) && !shared.isReflinked && shared.isLayered ? [{ backend: "overlay", reason: "" }, { backend: "dir", reason: "" }] : wanted.backends;
  return list.map((candidate) => ({ ...candidate, reason: [sharingOf(candidate, shared), ...(wanted.isChosen && candidate.reason !== "" ? [candidate.reason] : [])].join("; ") }));
}

/** Tried: not every kernel lets every user have layers, and not every file system can be one. */
async function layersProblem(job: Job): Promise<Problem | undefined> {
  const { target, facts, base, storage } = job;
  const engine = { engine: facts.install.engine };
  const own = planOwn(target, facts, base.idmap, storage?.directories ?? []);
  const plan = toolPlan(job, ["true"]);
  const owned = base.idmap.length === 0 ? undefined : outcomeProblem(own, await runPlan(own, engine), "give the layers to the container's root");
  const problem = owned ?? outcomeProblem(plan, await runPlan(plan, engine), "lay the container above the image");
  if (problem !== undefined) await runPlan(planRemove({ ...target, entries: [{ path: "overlay", isDirectory: true }], outside: [], isDirectoryKept: true }, facts), engine);
  return problem === undefined ? undefined : { ...problem, code: "storage.unsupported", at: byOption("--bdev"), remedy: "-B dir copies the image's files instead" };
}

/** The place of its root file system, which is a plain directory so far. */
export async function withStorage(job: Job, wanted: Wanted): Promise<Result<Job>> {
  if (job.source.kind === "none" || job.options.dir !== undefined) return ok(job);
  const { options, hasThinPool } = wanted;
  const { shared } = job;
  const refused: Problem[] = [];
  for (let left = candidates(job, wanted); left.length > 0;) {
    const made = await makeFirst(job.target, job.facts, { backends: left, options, hasThinPool, from: byOption("--bdev"), ...(shared?.isLayered === true ? { tree: shared } : {}) });
    if (!made.ok) return refused.length === 0 ? made : fail(...refused, ...made.problems);
    const { storage, reason } = made.value;
    const next = { ...job, storage };
    const problem = storage.layers === undefined ? undefined : await layersProblem(next);
    if (problem === undefined) {
      job.options.onStorage?.(storage.backend, [reason, ...refused.map(({ text }) => text)].join("; "), shared !== undefined);
      return ok(next);
    }
    refused.push(problem);
    left = left.slice(left.findIndex(({ backend }) => backend === storage.backend) + 1);
  }
  return fail(...refused);
}
