// Owns the verbs about a container's snapshots: make, list, destroy.
import { existsSync, lstatSync, readdirSync, rmdirSync } from "node:fs";
import { probeHost } from "../host/probe/host-facts.ts";
import { configFile } from "../host/store/layout.ts";
import { freeSnapshotName, listSnapshots, snapshotsDir, snapshotTime } from "../host/store/snapshots.ts";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import { loadConfig } from "./container-config.ts";
import { copy } from "./copy.ts";
import { destroy } from "./destroy.ts";
import { settleExchange } from "./half-made.ts";
import { settle } from "./partial.ts";
import { unsafeReason } from "./removing/remove.ts";
import { settledState, stillRunning } from "./running-container.ts";
import type { DestroySnapshotVerb, SnapshotsVerb, SnapshotVerb, Target } from "./verbs.ts";

export const noSnapshot = (target: Target, snapshot: string): Problem => {
  const names = listSnapshots(target).map(({ name }) => name);
  return { code: "container.missing", text: `${target.name} has no snapshot '${snapshot}'`, remedy: names.length === 0 ? `it has none; lxc-snapshot -n ${target.name} makes one` : `it has ${names.join(", ")}` };
};

export const isSnapshot = (target: Target, snapshot: string): boolean => listSnapshots(target).some(({ name }) => name === snapshot);

/** More commands that keep the same container at the same moment are a mistake. */
const AT_ONCE = 20;

/** The last one that is removed takes the directory with it. */
function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** What a kill left half made goes, and its name is free again; what another command is making just now stays. */
async function settleHalfMade(request: Parameters<SnapshotVerb>[0], target: Target): Promise<void> {
  const lxcpath = snapshotsDir(target);
  for (const name of namesIn(lxcpath).filter((one) => existsSync(`${lxcpath}/${one}/partial`))) await settle({ lxcpath, name }, probeHost(request, { idmap: true }));
}

/** A stopped container kept as it is. Source: lxc-snapshot(1). Problems: `container.missing`, `container.running`, `storage.copy`, `storage.full`. */
export const snapshot: SnapshotVerb = async (request, target, { comment, onProgress }) => {
  const lxcpath = snapshotsDir(target);
  const unsafe = unsafeReason(lxcpath);
  if (unsafe !== undefined) return fail(unsafe);
  if ((await settledState(request, target)).state !== "STOPPED") return fail(stillRunning(target, { cause: "its files change while they are copied" }));
  await settleHalfMade(request, target);
  const time = snapshotTime(new Date());
  const keptAs = (to: Target): Promise<Result<void>> => copy(request, target, {
    to, isSnapshot: false, isKept: true, mayRun: false, keepsName: true, keepsAddresses: true, hookArgs: [],
    notes: { ts: Buffer.from(time), ...(comment === undefined ? {} : { comment }) }, ...(onProgress === undefined ? {} : { onProgress }),
  });
  let to = { lxcpath, name: freeSnapshotName(target) };
  let copied = await keptAs(to);
  // another command was faster: the next number is free
  for (let tries = AT_ONCE; tries > 0 && !copied.ok && copied.problems[0]?.code === "container.exists"; tries--) {
    to = { lxcpath, name: freeSnapshotName(target) };
    copied = await keptAs(to);
  }
  return copied.ok ? ok({ ...to, time, ...(comment === undefined ? {} : { comment: Buffer.from(comment).toString() }) }, copied.warnings) : copied;
};

/** What was kept of a container, oldest first. Source: lxc-snapshot -L. Problems: `container.missing`. */
export const snapshots: SnapshotsVerb = (request, target) => {
  const loaded = loadConfig(request, target);
  return Promise.resolve(loaded.ok || lstatSync(configFile(target), { throwIfNoEntry: false }) !== undefined ? ok(listSnapshots(target)) : loaded);
};

/** A snapshot, gone. Source: lxc-snapshot -d. Problems: `container.missing`, `container.clones`. */
export const destroySnapshot: DestroySnapshotVerb = async (request, target, name) => {
  const unsafe = unsafeReason(snapshotsDir(target));
  if (unsafe !== undefined) return fail(unsafe);
  const settled = await settleExchange(request, target);
  if (!settled.ok) return settled;
  const loaded = loadConfig(request, target);
  if (!loaded.ok) return loaded;
  if (name !== "ALL" && !isSnapshot(target, name)) return fail({ ...noSnapshot(target, name), at: byOption("--destroy") });
  const problems: Problem[] = [];
  for (const one of listSnapshots(target).filter((each) => name === "ALL" || each.name === name)) {
    const gone: Result<void> = await destroy(request, one, { isForced: false, withSnapshots: false });
    if (!gone.ok) problems.push(...gone.problems);
  }
  try {
    rmdirSync(snapshotsDir(target));
  } catch {
    // others are left
  }
  return problems.length === 0 ? ok(undefined) : fail(...problems);
};
