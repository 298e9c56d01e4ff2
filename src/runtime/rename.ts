// Owns the verb `rename`: the directory gets its new name in one step; a kill in between leaves one of the two, whole.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { clonedConfig } from "../config/index.ts";
import { runPlan } from "../host/engine/run.ts";
import { probeHost } from "../host/probe/host-facts.ts";
import { errorCode } from "../host/read-text.ts";
import { configFile, containerDir, recordDir, renamedConfig } from "../host/store/layout.ts";
import { errnoName } from "../linux/errno.ts";
import { isNoSpace } from "../linux/no-space.ts";
import type { HostFacts } from "../model/facts.ts";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { ContainerSpec } from "../model/spec.ts";
import { planRename } from "../plan/lifecycle/create.ts";
import { dropRenames } from "./changing/renames.ts";
import { decodeConfig, encodeConfig } from "./config-text.ts";
import { loadConfig } from "./container-config.ts";
import { copy, finish } from "./copy.ts";
import { isWithin } from "./copying/within.ts";
import { readCreated, writeCreated } from "./creating/record.ts";
import { dropEmpty, makeLxcpath } from "./creating/reserve.ts";
import { destroy } from "./destroy.ts";
import { settleExchange } from "./half-made.ts";
import { isPartial } from "./partial.ts";
import { moveCounted } from "./removing/counting.ts";
import { clonesText, hasClones, hasSnapshots } from "./removing/dependents.ts";
import { engineProblem, failureOf } from "./removing/outcome.ts";
import { unsafeReason } from "./removing/remove.ts";
import { settledState, stillRunning } from "./running-container.ts";
import type { RenameOptions, RenameVerb, Target } from "./verbs.ts";

/** Everything that can refuse, before anything is touched. */
async function refusal(request: Request, target: Target, to: Target): Promise<Problem | undefined> {
  if (isWithin(to.lxcpath, containerDir(target))) return { code: "option.value", at: byOption("--newpath"), text: `'${to.lxcpath}' lies in the container itself`, remedy: "name a directory outside of it with -p" };
  if (hasClones(target)) return { code: "container.clones", text: `${target.name} has clones`, cause: `they find its root file system by its path; '${containerDir(target)}/lxc_snapshots' lists them`, remedy: `destroy ${clonesText(target)} first, or copy it: lxc-copy` };
  if (hasSnapshots(target)) return { code: "container.snapshots", text: `${target.name} has snapshots`, cause: "their configs name its path", remedy: `destroy them first (lxc-snapshot -n ${target.name} -d ALL), or copy it: lxc-copy` };
  if (isPartial(target)) return { code: "container.partial", text: `${target.name} is being made or removed`, remedy: "wait for it to end" };
  const running = await settledState(request, target);
  return running.state === "STOPPED" ? unsafeReason(containerDir(target)) : stillRunning(target);
}

const moved = (path: string, target: Target, to: Target): string => (path.startsWith(`${containerDir(target)}/`) ? containerDir(to) + path.slice(containerDir(target).length) : path);

/** Parts of lxc.rootfs.path, between colons, that lie in the directory. */
function movedRootfs({ rootfs }: ContainerSpec, target: Target, to: Target): string | undefined {
  if (rootfs === undefined || rootfs.path === "") return undefined;
  const path = rootfs.path.split(":").map((part) => moved(part, target, to)).join(":");
  return path === rootfs.path ? undefined : `${rootfs.type}:${path}`;
}

function readConfigFile(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Beside the config under the new name: whoever finds it in a directory of that name finishes the renaming. */
function writeRenamed(target: Target, spec: ContainerSpec, { to, keepsName }: RenameOptions): Result<string> {
  const written = readConfigFile(configFile(target));
  if (written === undefined) return fail(gone(target));
  const { text, encoding } = decodeConfig(written);
  const rootfs = movedRootfs(spec, target, to);
  const made = clonedConfig(text, { from: containerDir(target), to: containerDir(to), ...(rootfs === undefined ? {} : { rootfs }), ...(keepsName ? {} : { hostname: to.name }) });
  if (!made.ok) return made;
  const bytes = encodeConfig(made.value.text, encoding);
  if (!bytes.ok) return bytes;
  const file = `${recordDir(target)}/${renamedConfig(to.name)}`;
  try {
    makeRecordDir(target);
    dropRenames(target);
    rmSync(file, { force: true });
    writeFileSync(file, bytes.value, { mode: 0o640, flag: "wx" });
    return ok(file);
  } catch (error) {
    return fail(unwritten(target, error));
  }
}

/** Never the directory above it: another command may have just taken that to its new name. */
function makeRecordDir(target: Target): void {
  try {
    mkdirSync(recordDir(target), { mode: 0o750 });
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
}

const gone = (target: Target): Problem => ({ code: "container.missing", text: `${target.name} has gone meanwhile`, cause: "another command has renamed or removed it" });

function unwritten(target: Target, error: unknown): Problem {
  const code = errorCode(error);
  if (code === "ENOENT") return gone(target);
  if (isNoSpace(code)) return { code: "storage.full", text: `no space left in '${containerDir(target)}'`, remedy: "free some space, then rename again" };
  return { code: "privilege", text: `cannot write in '${containerDir(target)}': ${code === "EACCES" ? "permission denied" : code}`, remedy: "run this as the user who created the container" };
}

const ELSEWHERE: Problem = { code: "storage.copy", text: "it is on another file system" };

async function moveDirectory(target: Target, to: Target, facts: HostFacts): Promise<Problem | undefined> {
  const plan = planRename(target, { path: containerDir(target), to: containerDir(to) });
  const outcome = await runPlan(plan, { engine: facts.install.engine });
  if (outcome.status === 0) return undefined;
  const error = errnoName(failureOf(outcome.events)?.error ?? 0);
  if (error === "EXDEV") return ELSEWHERE;
  if (error === "EEXIST" || error === "ENOTEMPTY") return { code: "container.exists", at: byOption("--newname"), text: "Container already exists", cause: `'${containerDir(to)}' is there`, remedy: "choose another name" };
  return engineProblem(plan, outcome.events, `rename '${containerDir(target)}' to '${containerDir(to)}'`);
}

/** Whoever has loaded it under its new name may have been faster. */
function finishConfig(to: Target): void {
  try {
    renameSync(`${recordDir(to)}/${renamedConfig(to.name)}`, configFile(to));
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
}

/** The records that name the old place name the new one. */
function settleRecords(target: Target, to: Target): void {
  finishConfig(to);
  const created = readCreated(to);
  if (created !== undefined) {
    const elsewhere = (path: string): string => (path === containerDir(target) ? containerDir(to) : moved(path, target, to));
    writeCreated(recordDir(to), { ...created, paths: created.paths.map((made) => ({ ...made, path: elsewhere(made.path) })), ...(created.rootfs === undefined ? {} : { rootfs: { ...created.rootfs, path: elsewhere(created.rootfs.path) } }) });
  }
}

/** To another file system there is no renaming: a whole copy, then the old one goes. */
async function copyThenDestroy(request: Request, target: Target, options: RenameOptions): Promise<Result<void>> {
  const copied = await copy(request, target, { ...options, isSnapshot: false, mayRun: false, keepsAddresses: true });
  if (!copied.ok) return copied;
  return destroy(request, target, { isForced: false, withSnapshots: false });
}

async function renameTo(request: Request, target: Target, { options, spec }: { readonly options: RenameOptions; readonly spec: ContainerSpec }): Promise<Result<void>> {
  const { to } = options;
  const written = writeRenamed(target, spec, options);
  if (!written.ok) return written;
  const facts = probeHost(request);
  const moved = await moveCounted(facts, { from: target, to }, () => moveDirectory(target, to, facts));
  if (!moved.ok) rmSync(written.value, { force: true });
  if (!moved.ok && moved.problems.includes(ELSEWHERE)) return copyThenDestroy(request, target, options);
  if (!moved.ok) return moved;
  settleRecords(target, to);
  const unfinished = await finish(request, target, options);
  return ok(undefined, [...moved.warnings ?? [], ...(unfinished === undefined ? [] : [{ ...unfinished, severity: "warning" as const }])]);
}

/** A stopped container under another name. Source: lxc-copy -R. Problems: `container.missing`, `container.exists`, `container.running`. */
export const rename: RenameVerb = async (request, target, options) => {
  const { to } = options;
  const exchanged = await settleExchange(request, target);
  if (!exchanged.ok) return exchanged;
  const loaded = loadConfig(request, target);
  if (!loaded.ok) return loaded;
  const refused = await refusal(request, target, to);
  if (refused !== undefined) return fail(refused);
  const lxcpath = makeLxcpath(to.lxcpath);
  if (!lxcpath.ok) return lxcpath;
  const renamed = await renameTo(request, target, { options, spec: loaded.value.spec });
  if (!renamed.ok && lxcpath.value !== undefined) dropEmpty(to.lxcpath, lxcpath.value);
  return renamed;
};
