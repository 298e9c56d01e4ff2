// Owns taking a name: a directory that appears under its name at once, with its lock held and its record written.
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { holdPlan, type Held, type Holder } from "../../host/engine/hold.ts";
import { errorCode } from "../../host/read-text.ts";
import { configFile, containerDir } from "../../host/store/layout.ts";
import type { Plan } from "../../isa/op.ts";
import { errnoName } from "../../linux/errno.ts";
import { isNoSpace } from "../../linux/no-space.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import { planHold } from "../../plan/lifecycle/create.ts";
import { holdHalfMade, madeOutside, settle } from "../partial.ts";
import { engineProblem, failureOf } from "../removing/outcome.ts";
import { removeContainer } from "../removing/remove.ts";
import type { Target } from "../verbs.ts";
import { madePath, writeCreated, type MadePath } from "./record.ts";

export interface ReserveWish {
  /** Absolute path of the root file system to be; undefined: none is made. */
  readonly rootfs?: string;
  readonly isRootfsOutside: boolean;
}
export interface Reserved {
  readonly holder: Holder;
  /** Trees outside the container's directory that were made for it. */
  readonly outside: readonly string[];
  /** The lxcpath, or the first of its parents that had to be made. */
  readonly madeLxcpath?: string;
}

const DIRECTORY_MODE = 0o770;
const ROOTFS_MODE = 0o755;
const RECORD_MODE = 0o750;

/** mkdir -p says EEXIST where a file is in the way. */
const WHY: Readonly<Partial<Record<string, string>>> = { EROFS: "read-only file system", ENOTDIR: "not a directory", EEXIST: "not a directory", EACCES: "permission denied", EPERM: "permission denied" };

/** An ordinary user's default in an environment without HOME, as LXC has it. */
const HOMELESS = "/.local/share/lxc";

function unwritable(path: string, code: string): Problem {
  if (isNoSpace(code)) return { code: "storage.full", text: `no space left for '${path}'`, remedy: "free some space, or put the container elsewhere with -P" };
  return { code: "lxcpath.unwritable", at: byOption("--lxcpath"), text: `cannot make a container in '${path}': ${WHY[code] ?? code}`, ...(path === HOMELESS ? { cause: "HOME is not set, so that this is the default" } : {}), remedy: "choose a directory that you may write to with -P, or set lxc.lxcpath in lxc.conf" };
}

/** mkdir(2) with exactly this mode, whatever the umask is. */
function makeDirectory(path: string, mode: number): void {
  mkdirSync(path, { mode });
  chmodSync(path, mode);
}

/** The first that had to be made. Not mkdirSync's own way: where a directory above takes none, as in /proc, Node 20 tries for ever. */
function makeWithParents(path: string, mode: number): string | undefined {
  const above = dirname(path);
  const first = existsSync(path) || above === path ? undefined : makeWithParents(above, mode);
  try {
    mkdirSync(path, { mode });
    return first ?? path;
  } catch (error) {
    if (errorCode(error) === "EEXIST" && statSync(path).isDirectory()) return first;
    throw error;
  }
}

/** The first directory that had to be made, if any. */
export function makeLxcpath(lxcpath: string): Result<string | undefined> {
  try {
    return ok(makeWithParents(lxcpath, 0o755));
  } catch (error) {
    return fail(unwritable(lxcpath, errorCode(error)));
  }
}

const stagePrefix = (target: Target): string => `.${target.name}.new-`;

/** Stages of killed creates: their lock is free. They never had a name, a config or a rootfs with anything in it. */
export async function cleanStages(target: Target, facts: HostFacts): Promise<void> {
  if (!existsSync(target.lxcpath)) return;
  for (const name of readdirSync(target.lxcpath).filter((entry) => entry.startsWith(stagePrefix(target)))) {
    const stage = { lxcpath: target.lxcpath, name };
    const held = await holdHalfMade(stage, facts);
    if (!held.ok) continue;
    await removeContainer(stage, facts, { outside: madeOutside(stage) });
    await held.value.release();
  }
}

const exists = (target: Target): Problem => (existsSync(configFile(target))
  ? { code: "container.exists", text: "Container already exists", cause: `'${containerDir(target)}' is there`, remedy: `lxc-destroy -n ${target.name}, or choose another name` }
  : { code: "container.exists", text: "Container already exists", cause: `'${containerDir(target)}' is there, and is no container: it has no config`, remedy: "choose another name, or remove it by hand" });

async function checkFree(target: Target, facts: HostFacts): Promise<Problem | undefined> {
  await cleanStages(target, facts);
  if (lstatSync(containerDir(target), { throwIfNoEntry: false }) === undefined) return undefined;
  const settled = await settle(target, facts);
  if (!settled.ok) return settled.problems[0]?.code === "container.busy" ? { ...exists(target), cause: `another command is making or removing '${target.name}' right now`, remedy: "wait for it to end, or choose another name" } : settled.problems[0];
  return settled.value === "removed" ? undefined : exists(target);
}

/** The stage: everything but its name. */
function makeStage(stage: string, target: Target, wish: ReserveWish): { readonly outside: readonly string[] } {
  makeDirectory(stage, DIRECTORY_MODE);
  writeFileSync(`${stage}/partial`, "", { mode: 0o640 });
  makeDirectory(`${stage}/.berth`, RECORD_MODE);
  const made: MadePath[] = [madePath(stage, containerDir(target))].filter((path) => path !== undefined);
  let rootfs: MadePath | undefined;
  const outside: string[] = [];
  if (wish.rootfs !== undefined && !wish.isRootfsOutside) {
    makeDirectory(`${stage}/rootfs`, ROOTFS_MODE);
    rootfs = madePath(`${stage}/rootfs`, wish.rootfs);
  } else if (wish.rootfs !== undefined && lstatSync(wish.rootfs, { throwIfNoEntry: false }) === undefined) {
    const first = makeWithParents(wish.rootfs, ROOTFS_MODE);
    chmodSync(wish.rootfs, ROOTFS_MODE);
    rootfs = madePath(wish.rootfs);
    outside.push(first ?? wish.rootfs);
    const outer = madePath(first ?? wish.rootfs);
    if (outer !== undefined) made.push(outer);
  }
  writeCreated(`${stage}/.berth`, { version: 1, paths: made, ...(rootfs === undefined ? {} : { rootfs }) });
  return { outside };
}

/** Who wants the same name at the same moment takes a stage that is not locked yet for a killed one's: then once more. */
const ROUNDS = 8;
const isLost = (code: string): boolean => code === "EAGAIN" || code === "ENOENT";

/** Takes the name, or leaves everything as it was. */
export async function reserve(target: Target, facts: HostFacts, wish: ReserveWish, round = 1): Promise<Result<Reserved>> {
  const lxcpath = makeLxcpath(target.lxcpath);
  if (!lxcpath.ok) return lxcpath;
  const dropLxcpath = (): void => {
    if (lxcpath.value !== undefined) dropEmpty(target.lxcpath, lxcpath.value);
  };
  const again = (code: string | undefined): boolean => round < ROUNDS && code !== undefined && isLost(code);
  const stageName = `${stagePrefix(target)}${facts.random.slice(0, 12)}${round}`;
  const stage = { lxcpath: target.lxcpath, name: stageName };
  let outside: readonly string[] = [];
  try {
    const taken = await checkFree(target, facts);
    if (taken !== undefined) return fail(taken);
    outside = makeStage(containerDir(stage), target, wish).outside;
  } catch (error) {
    await removeContainer(stage, facts, { outside });
    dropLxcpath();
    return again(errorCode(error)) ? reserve(target, facts, wish, round + 1) : fail(unwritable(target.lxcpath, errorCode(error)));
  }
  const { held, plan } = await nameStage(target, stage, facts);
  if (held.isHeld) return ok({ holder: held, outside, ...(lxcpath.value === undefined ? {} : { madeLxcpath: lxcpath.value }) });
  await removeContainer(stage, facts, { outside });
  dropLxcpath();
  const error = errnoName(failureOf(held.events)?.error ?? 0);
  if (again(error)) return reserve(target, facts, wish, round + 1);
  return fail(error === "EEXIST" || error === "ENOTEMPTY" ? exists(target) : engineProblem(plan, held.events, `make '${containerDir(target)}'`));
}

/** The stage gets its name, in one step that fails when there is one already. */
async function nameStage(target: Target, stage: Target, facts: HostFacts): Promise<{ readonly held: Held; readonly plan: Plan }> {
  const names = { path: containerDir(stage), to: containerDir(target) };
  const plan = planHold(target, `${containerDir(stage)}/partial`, names);
  const held = await holdPlan(plan, facts.install.engine);
  if (held.isHeld || errnoName(failureOf(held.events)?.error ?? 0) !== "EINVAL") return { held, plan };
  const plain = planHold(target, `${containerDir(stage)}/partial`, { ...names, isPlain: true });
  return { held: await holdPlan(plain, facts.install.engine), plan: plain };
}

/** Removes the directories from `path` up to `first` as far as they are empty. */
export function dropEmpty(path: string, first: string): void {
  for (let at = path; at.startsWith(first) && at !== "/"; at = at.slice(0, at.lastIndexOf("/"))) {
    try {
      rmdirSync(at);
    } catch {
      return;
    }
  }
}
