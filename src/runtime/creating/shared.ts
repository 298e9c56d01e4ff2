// Owns unpacking an image once for all containers with the same ids: into the cache, by one command at a time, whole or not at all.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { runPlan, startPlan } from "../../host/engine/run.ts";
import { isOnBtrfs, isSubvolume } from "../../host/probe/tree-mark.ts";
import { errorText } from "../../host/error-text.ts";
import { errorCode } from "../../host/read-text.ts";
import { containerDir, recordDir } from "../../host/store/layout.ts";
import { whileLocked } from "../../images/cache-lock.ts";
import { keyOf, readTree, rememberLxcpath, treeLock, treesOf, wantedTreeFile, writeTree, type Tree } from "../../images/image/trees.ts";
import { sha256Of } from "../../images/remote/sums.ts";
import type { SharedImage } from "../../images/templates.ts";
import { mapText } from "../../linux/idmap.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import { planMake } from "../../plan/lifecycle/copy.ts";
import { planOwn } from "../../plan/lifecycle/create.ts";
import { subvolumeOps } from "../../plan/storage/made.ts";
import { partialFile } from "../partial.ts";
import { outcomeProblem } from "../removing/outcome.ts";
import { removeContainer } from "../removing/remove.ts";
import type { Target } from "../verbs.ts";
import type { Job } from "./config.ts";
import { fillAnew } from "./filling.ts";
import { toolPlan } from "./tool.ts";

const from = byOption("--image");
/** As LXCPATH: who knows no name finds nothing; programs with the s bit are out of reach of other users. */
const [TREES_MODE, FOLDER_MODE, RECORD_MODE, ROOT_MODE] = [0o711, 0o770, 0o750, 0o755];

export const sharedImage = ({ source }: Pick<Job, "source">): SharedImage | undefined => (source.kind === "archive" || source.kind === "layers" ? source.shared : undefined);

async function digestOf({ source }: Job, { digest }: SharedImage): Promise<string> {
  if (source.kind === "layers") return `sha256:${createHash("sha256").update(source.layers.map(({ diffId }) => diffId).join("\n")).digest("hex")}`;
  return digest ?? (source.kind === "archive" ? `sha256:${await sha256Of(source.path)}` : "");
}

/** Where the cache lies on btrfs: containers there can be snapshots of it. */
async function makeRoot(job: Job, tree: Target): Promise<void> {
  const root = `${containerDir(tree)}/rootfs`;
  mkdirSync(root, { mode: ROOT_MODE });
  chmodSync(root, ROOT_MODE);
  if (!isOnBtrfs(containerDir(tree)) || job.request.euid !== 0) return;
  await runPlan(planMake(tree, "create", subvolumeOps(root, from)), { engine: job.facts.install.engine });
  if (!existsSync(root)) mkdirSync(root);
  chmodSync(root, ROOT_MODE);
}

/** In bytes, as those count it who may look into all of it. */
async function sizeOf(job: Job): Promise<number> {
  let said = "";
  await startPlan(toolPlan(job, ["du", "-s", "-B1", "."]), { engine: job.facts.install.engine, stdout: (bytes) => { said += new TextDecoder().decode(bytes); } }).outcome;
  return Number.parseInt(said, 10) || 0;
}

async function makeTree(job: Job, tree: Target, excludes: readonly string[], abort: AbortSignal): Promise<Result<void>> {
  mkdirSync(containerDir(tree), { mode: FOLDER_MODE });
  chmodSync(containerDir(tree), FOLDER_MODE);
  writeFileSync(partialFile(tree), "");
  mkdirSync(recordDir(tree), { mode: RECORD_MODE });
  await makeRoot(job, tree);
  const { storage: _, ...bare } = job;
  const inner: Job = { ...bare, target: tree, rootfs: `${containerDir(tree)}/rootfs` };
  if (job.base.idmap.length > 0) {
    const plan = planOwn(tree, job.facts, job.base.idmap, [inner.rootfs]);
    const problem = outcomeProblem(plan, await runPlan(plan, { engine: job.facts.install.engine }), `give '${containerDir(tree)}' to the container's root`);
    if (problem !== undefined) return fail(problem);
  }
  return fillAnew(inner, abort, excludes);
}

interface TreeJob { readonly job: Job; readonly shared: SharedImage; readonly digest: string; readonly excludes: readonly string[]; readonly abort: AbortSignal }

/** With its lock held. */
async function getTree({ job, shared, digest, excludes, abort }: TreeJob, tree: Target): Promise<Result<Tree>> {
  const there = readTree(shared.base, tree.name);
  if (there !== undefined) {
    job.options.dialogue?.say("Using the unpacked image");
    return ok(there);
  }
  if (existsSync(containerDir(tree))) {
    const removed = await removeContainer(tree, job.facts, { outside: [] });
    if (!removed.ok) return removed;
  }
  const made = await makeTree(job, tree, excludes, abort).catch((error: unknown): Result<void> => fail({ code: "storage.unsupported", at: from, text: `cannot unpack into '${containerDir(tree)}': ${errorCode(error)}` }));
  if (!made.ok) {
    const removed = await removeContainer(tree, job.facts, { outside: [] });
    return removed.ok ? made : fail(...made.problems, ...removed.problems);
  }
  const size = await sizeOf({ ...job, target: tree, rootfs: `${containerDir(tree)}/rootfs` });
  for (const name of ["tar-messages", "pack-messages"]) rmSync(`${recordDir(tree)}/${name}`, { force: true });
  const { idmap } = job.base;
  writeTree(containerDir(tree), { version: 1, image: shared.name, digest, idmap: (["u", "g"] as const).map((kind) => mapText(idmap, kind).replaceAll(/^(?=.)/gm, `${kind} `)).join(""), bytes: size, at: Date.now() });
  unlinkSync(partialFile(tree));
  const now = readTree(shared.base, tree.name);
  return now === undefined ? fail({ code: "storage.unsupported", at: from, text: `'${containerDir(tree)}' is not what it should be` }) : ok(now);
}

/** undefined: the cache can have them. */
export function treesProblem({ base }: SharedImage): Problem | undefined {
  try {
    if (mkdirSync(treesOf(base), { recursive: true, mode: 0o755 }) !== undefined) chmodSync(treesOf(base), TREES_MODE);
    return undefined;
  } catch (error) {
    return { code: "storage.unsupported", at: from, text: `cannot keep unpacked images in '${treesOf(base)}': ${errorText(error)}`, remedy: "set LXC_CACHE_PATH to a directory that you may write to" };
  }
}

/** The unpacked image, which is kept for this container from now on. */
export async function ensureTree(job: Job, shared: SharedImage, excludes: readonly string[], abort: AbortSignal): Promise<Result<Tree>> {
  const digest = await digestOf(job, shared);
  const key = keyOf({ digest, excludes, idmap: job.base.idmap });
  const tree: Target = { lxcpath: treesOf(shared.base), name: key };
  return whileLocked({ file: treeLock(shared.base, key), engine: job.facts.install.engine, abort, onWait: () => job.options.dialogue?.say("Another command is unpacking this image, waiting for it") }, async () => {
    const got = await getTree({ job, shared, digest, excludes, abort }, tree);
    if (!got.ok) return got;
    writeFileSync(wantedTreeFile(recordDir(job.target)), `${got.value.root}\n`);
    rememberLxcpath(got.value.root, job.target.lxcpath);
    return got;
  });
}

/** Would copies share blocks with what lies in the cache? Tried, with a few bytes. */
export function canReflink({ base }: SharedImage, job: Job): boolean {
  const name = `.probe-${process.pid}`;
  const [one, other] = [`${treesOf(base)}/${name}`, job.options.dir === undefined ? `${recordDir(job.target)}/${name}` : `${job.rootfs}/${name}`];
  try {
    writeFileSync(one, "0123456789abcdef".repeat(512));
    return spawnSync("cp", ["--reflink=always", one, other], { stdio: "ignore", env: { PATH: "/usr/bin:/bin" } }).status === 0;
  } catch {
    return false;
  } finally {
    for (const path of [one, other]) rmSync(path, { force: true });
  }
}

/** Can a container be a snapshot of it? */
export const canSnapshot = (root: string, job: Job): boolean => job.request.euid === 0 && isSubvolume(root) && isOnBtrfs(containerDir(job.target));

/** The cache could not take it: the container can be made without. */
export const isOfTheCache = (problems: readonly Problem[]): boolean => problems.every(({ code }) => code.startsWith("storage.") || code === "privilege" || code === "engine.op");
