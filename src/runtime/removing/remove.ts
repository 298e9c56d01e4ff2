// Owns removing a container's directory: what is looked at before, the order, and the proof after.
import { lstatSync, readdirSync, realpathSync, type Stats } from "node:fs";
import { runPlan, type EngineOutcome } from "../../host/engine/run.ts";
import { isThere } from "../../host/probe/backends.ts";
import { zfsDatasets } from "../../host/probe/zfs.ts";
import { errorCode, readText } from "../../host/read-text.ts";
import { containerDir } from "../../host/store/layout.ts";
import { listSnapshots } from "../../host/store/snapshots.ts";
import { parseMountinfo } from "../../linux/proc-mountinfo.ts";
import { numbered } from "../../isa/encode.ts";
import type { Plan } from "../../isa/op.ts";
import type { HostFacts } from "../../model/facts.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { OutsideStorage } from "../../model/storage.ts";
import { planRemove, type Entry } from "../../plan/lifecycle/destroy.ts";
import { readCreated } from "../creating/record.ts";
import type { Target } from "../verbs.ts";
import { failureOf, outcomeProblem } from "./outcome.ts";

/** Until the very end these say that there is something to finish, and what. */
const LAST = ["config", ".berth", "partial"];

function entryOf(path: string, name: string): readonly Entry[] {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found === undefined ? [] : [{ path: name, isDirectory: found.isDirectory() }];
}

const order = (name: string): number => (name === "rootfs" ? -1 : LAST.indexOf(name) + 1);
const below = (path: string, directory: string): boolean => path === directory || path.startsWith(`${directory}/`);

/** Mounts at or below the directory, wherever its path leads. */
function mountsBelow(directory: string): readonly string[] {
  const real = realpathSync(directory);
  return parseMountinfo(readText("/proc/self/mountinfo") ?? "").map((mount) => mount.mountpoint).filter((path) => below(path, real));
}

/** A directory above it may be closed to the caller. */
export function statOf(path: string): Stats | Problem | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    return { code: "privilege", text: `cannot look at '${path}': ${errorCode(error) === "EACCES" ? "permission denied" : errorCode(error)}`, remedy: "run this as the user who created the container" };
  }
}

/** Why a directory must not be removed; undefined when it may. */
export function unsafeReason(directory: string): Problem | undefined {
  const found = statOf(directory);
  if (found !== undefined && "code" in found) return found;
  if (found === undefined) return undefined;
  if (found.isSymbolicLink()) return { code: "rootfs.unsafe", text: `'${directory}' is a symbolic link`, cause: "what it points to may be somebody else's", remedy: "remove the link and what it points to by hand" };
  if (!found.isDirectory()) return { code: "rootfs.unsafe", text: `'${directory}' is not a directory` };
  const mounts = mountsBelow(directory);
  if (mounts.length === 0) return undefined;
  return { code: "rootfs.unsafe", text: `'${mounts[0] ?? directory}' is a mount point`, cause: "removing would reach into what is mounted there", remedy: mounts.map((path) => `umount '${path}'`).join("; ") };
}

export interface Removal {
  /** Trees outside the container's directory that create made. */
  readonly outside: readonly string[];
  /** A directory that was there before, and empty: it is so again. */
  readonly emptied?: string;
  /** lxc.rootfs.managed = 0: a volume or a dataset stays. */
  readonly isStorageKept?: boolean;
}

function listed(directory: string): Result<readonly Entry[]> {
  try {
    const names = readdirSync(directory).sort((a, b) => order(a) - order(b));
    return ok(names.flatMap((name) => entryOf(`${directory}/${name}`, name)));
  } catch (error) {
    return errorCode(error) === "ENOENT" ? ok([]) : fail({ code: "privilege", text: `cannot read '${directory}': ${errorCode(error)}`, remedy: "be its owner, or root" });
  }
}

/** Why it must not be removed; empty when it may. Nothing is touched. */
export function removalProblems(target: Target, removal: Removal): readonly Problem[] {
  const { outside, emptied } = removal;
  return [containerDir(target), ...outside, ...(emptied === undefined ? [] : [emptied])].flatMap((path) => unsafeReason(path) ?? []);
}

/** `hasBegun`: something may be gone already, so that only going on makes sense. */
export type Removed = Result<void> & { readonly hasBegun: boolean };
const refused = (result: Result<void>): Removed => ({ ...result, hasBegun: false });

/** Did an op that removes fail, or one before it that only prepares? */
const hasBegun = (plan: Plan, outcome: EngineOutcome): boolean => {
  const op = numbered(plan)[failureOf(outcome.events)?.op ?? -1]?.op;
  return outcome.status === 0 || op === "removeTree" || op === "unlink" || op === undefined;
};

/** Volumes, datasets and images of its snapshots, which go with it, and of its own: what a snapshot was made of goes after it. */
export const madeElsewhere = (target: Target): readonly OutsideStorage[] => [...listSnapshots(target), target].flatMap(({ lxcpath, name }) => readCreated({ lxcpath, name })?.outside ?? []);

/** Removes LXCPATH/NAME and the given trees. Ok only when nothing of it is left. */
export async function removeContainer(target: Target, facts: HostFacts, removal: Removal): Promise<Removed> {
  const directory = containerDir(target);
  const { emptied } = removal;
  const problems = removalProblems(target, removal);
  if (problems.length > 0) return refused(fail(...problems));
  const entries = listed(directory);
  if (!entries.ok) return refused(entries);
  const filled = emptied === undefined ? [] : readdirSync(emptied).map((name) => `${emptied}/${name}`);
  const outside = [...removal.outside, ...filled].flatMap((path) => entryOf(path, path));
  // of a dataset that is gone a kill may have left the snapshot that it was made of
  const storage = removal.isStorageKept === true ? [] : madeElsewhere(target).filter((one) => one.origin !== undefined || isThere(one));
  const datasets = zfsDatasets(storage.flatMap(({ kind, name }) => (kind === "zfs" ? [name] : [])));
  const plan = planRemove({ ...target, entries: entries.value, outside, storage, datasets }, facts);
  const outcome = await runPlan(plan, { engine: facts.install.engine });
  const problem = outcomeProblem(plan, outcome, `remove '${directory}'`);
  if (problem !== undefined) return { ...fail(problem), hasBegun: hasBegun(plan, outcome) };
  const left = [...[directory, ...removal.outside].filter((path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined), ...storage.filter(isThere).map(({ name }) => name)];
  const answer = left.length === 0 ? ok<void>(undefined) : fail({ code: "engine.op", text: `'${left[0] ?? directory}' is still there` });
  return { ...answer, hasBegun: true };
}
