// Owns making the place of a new root file system: the first back end of those asked for that can be had.
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { runPlan } from "../../host/engine/run.ts";
import { isThere } from "../../host/probe/backends.ts";
import { containerDir, recordDir } from "../../host/store/layout.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import type { HostFacts } from "../../model/facts.ts";
import type { Origin } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import type { Backend, StorageOptions } from "../../model/storage.ts";
import { planMake, planMakeMapped } from "../../plan/lifecycle/copy.ts";
import { dropOutside, newStorage, rootfsOf, type NewPlace, type NewStorage } from "../../plan/storage/made.ts";
import { outcomeProblem } from "../removing/outcome.ts";
import { systemConfig } from "../system-config.ts";
import type { StorageWords, Target } from "../verbs.ts";
import { madePath, readCreated, writeCreated } from "./record.ts";

/** What the command line leaves out, lxc.conf says. */
export function storageOptions(request: Request, words: StorageWords = {}): StorageOptions {
  const said = (key: string): string => systemConfig(request, key) ?? "lxc";
  const rbdUser = words.rbdUser ?? systemConfig(request, "lxc.bdev.rbd.rbduser");
  return {
    ...words, group: words.group ?? said("lxc.bdev.lvm.vg"), thinPool: words.thinPool ?? said("lxc.bdev.lvm.thin_pool"), zfsRoot: words.zfsRoot ?? said("lxc.bdev.zfs.root"),
    rbdPool: words.rbdPool ?? said("lxc.bdev.rbd.rbdpool"), ...(rbdUser === undefined || rbdUser === "" ? {} : { rbdUser }),
  };
}

/** Recorded before it is made: whatever kills this, the next command removes what there is. */
function recordStorage(target: Target, storage: NewStorage): void {
  const rootfs = madePath(rootfsOf(containerDir(target)));
  writeCreated(recordDir(target), { ...(readCreated(target) ?? { version: 1, paths: [] }), ...(rootfs === undefined ? {} : { rootfs }), ...(storage.outside === undefined ? {} : { outside: storage.outside }) });
}

/** As if it had not been tried. */
async function undo(target: Target, facts: HostFacts, { outside, block }: NewStorage, from: Origin): Promise<void> {
  if (outside !== undefined && isThere(outside)) await runPlan(planMake(target, "create", dropOutside(outside, from)), { engine: facts.install.engine });
  if (block?.kind === "image") rmSync(block.path, { force: true });
  if (!existsSync(rootfsOf(containerDir(target)))) mkdirSync(rootfsOf(containerDir(target)), { mode: 0o755 });
}

export async function makeStorage(target: Target, facts: HostFacts, storage: NewStorage, { from, idmap = [] }: { readonly from: Origin; readonly idmap?: readonly IdMapEntry[] }): Promise<Problem | undefined> {
  const { outside, make } = storage;
  if (outside !== undefined && isThere(outside)) return { code: "container.exists", at: from, text: `'${outside.name}' is there already`, cause: "it may be another container's", remedy: "choose another name for it, or remove it by hand" };
  recordStorage(target, storage);
  const plan = planMakeMapped(target, facts, { verb: "create", idmap: storage.isOwners === true ? idmap : [], ops: make });
  const problem = make.length === 0 ? undefined : outcomeProblem(plan, await runPlan(plan, { engine: facts.install.engine }), `make '${storage.path}'`);
  if (problem === undefined) {
    for (const directory of storage.directories) mkdirSync(directory, { recursive: true, mode: 0o755 });
    recordStorage(target, storage);
    return undefined;
  }
  await undo(target, facts, storage, from);
  return { ...problem, code: problem.code === "engine.op" ? "storage.unsupported" : problem.code, at: from };
}

export interface Trial { readonly backends: readonly { readonly backend: Backend; readonly reason: string }[]; readonly options: StorageOptions; readonly hasThinPool: boolean; readonly from: Origin; readonly tree?: NewPlace["tree"] }

/** One after the other until one is made. */
export async function makeFirst(target: Target, facts: HostFacts, { backends, options, hasThinPool, from, tree }: Trial): Promise<Result<{ readonly storage: NewStorage; readonly reason: string }>> {
  const problems: Problem[] = [];
  for (const { backend, reason } of backends) {
    const storage = newStorage(backend, { name: target.name, directory: containerDir(target), options, hasThinPool, from, ...(tree === undefined ? {} : { tree }) });
    const problem = await makeStorage(target, facts, storage, { from });
    if (problem === undefined) return ok({ storage, reason: [reason, ...problems.map(({ text }) => text)].join("; ") });
    problems.push(problem);
  }
  return fail(...problems);
}
