// Owns the trash: LXCPATH/.trash, where a removed container waits for some days and can be brought back from.
import { mkdirSync, readdirSync, rmdirSync } from "node:fs";
import { runPlan } from "../host/engine/run.ts";
import { probeHost } from "../host/probe/host-facts.ts";
import { errorCode } from "../host/read-text.ts";
import { configFile, containerDir } from "../host/store/layout.ts";
import { entryOf, parseEntry, trashOf } from "../host/store/trash-name.ts";
import { errnoName } from "../linux/errno.ts";
import { isNoSpace } from "../linux/no-space.ts";
import type { HostFacts } from "../model/facts.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { planRename } from "../plan/lifecycle/create.ts";
import { loadConfig } from "./container-config.ts";
import { judge, removeNow, runHooks } from "./destroy.ts";
import { isPartial, madeOutside, settle } from "./partial.ts";
import { moveCounted } from "./removing/counting.ts";
import { engineProblem, failureOf } from "./removing/outcome.ts";
import { removalProblems, unsafeReason } from "./removing/remove.ts";
import { lookAt } from "./running-container.ts";
import type { PurgeVerb, Target, Trashed, TrashListVerb, TrashVerb, UndeleteVerb } from "./verbs.ts";

const KEPT_DAYS = 7;
const DAY_MS = 86_400_000;

function trashedOf(lxcpath: string, entry: string): Trashed | undefined {
  const parsed = parseEntry(entry);
  if (parsed === undefined) return undefined;
  const { name, time } = parsed;
  return { name, lxcpath, entry, removedAt: new Date(time).toISOString(), keptUntil: new Date(time + KEPT_DAYS * DAY_MS).toISOString() };
}

/** The oldest first. */
export const trashList: TrashListVerb = (lxcpath) => {
  try {
    return readdirSync(trashOf(lxcpath)).flatMap((entry) => trashedOf(trashOf(lxcpath), entry) ?? []).toSorted((a, b) => (a.removedAt < b.removedAt ? -1 : 1));
  } catch {
    return [];
  }
};

const placeOf = ({ lxcpath, entry }: Trashed): Target => ({ lxcpath, name: entry });

/** One step; a directory of that name is never replaced. */
async function move(facts: HostFacts, from: Target, to: Target): Promise<Problem | undefined> {
  const plan = planRename(from, { path: containerDir(from), to: containerDir(to) });
  const outcome = await runPlan(plan, { engine: facts.install.engine });
  if (outcome.status === 0) return undefined;
  const error = errnoName(failureOf(outcome.events)?.error ?? 0);
  if (error === "EEXIST" || error === "ENOTEMPTY") return { code: "container.exists", text: "Container already exists", cause: `'${containerDir(to)}' is there`, remedy: `give that one another name first: berth rename ${to.name} NEWNAME` };
  return engineProblem(plan, outcome.events, `move '${containerDir(from)}' to '${containerDir(to)}'`);
}

function makeTrash(lxcpath: string): Problem | undefined {
  try {
    mkdirSync(trashOf(lxcpath), { mode: 0o700 });
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    if (code === "EEXIST") return unsafeReason(trashOf(lxcpath));
    if (code === "EACCES" || code === "EPERM") return { code: "privilege", text: `cannot make '${trashOf(lxcpath)}': permission denied`, remedy: "run this as the user who created the container, or as root" };
    if (isNoSpace(code)) return { code: "storage.full", text: `no space left for '${trashOf(lxcpath)}'`, remedy: "remove it for good: --purge" };
    return { code: "lxcpath.unwritable", text: `cannot make '${trashOf(lxcpath)}': ${code}`, remedy: "remove it for good: --purge" };
  }
}

export const trash: TrashVerb = async (request, target, options) => {
  const judged = await judge(request, target, options);
  if (!judged.ok) return judged;
  const { facts, findings } = judged.value;
  if (findings === undefined) return ok(undefined);
  const unmade = makeTrash(target.lxcpath);
  if (unmade !== undefined) return fail(unmade);
  const entry = entryOf(target.name, new Date());
  const to = { lxcpath: trashOf(target.lxcpath), name: entry };
  const moved = await moveCounted(facts, { from: target, to }, () => move(facts, target, to));
  if (!moved.ok) return moved;
  if (lookAt(target).state !== "STOPPED") {
    await moveCounted(facts, { from: to, to: target }, () => move(facts, to, target));
    return fail({ code: "container.busy", text: `${target.name} was started just now` });
  }
  const old = await purge(request, target.lxcpath, { isOldOnly: true });
  return ok(trashedOf(to.lxcpath, entry), [...findings.warnings, ...(moved.warnings ?? []), ...(old.ok ? [] : old.problems.map((problem): Problem => ({ ...problem, severity: "warning" })))]);
};

const noSuch = (lxcpath: string, name: string): Problem => {
  const names = [...new Set(trashList(lxcpath).map((one) => one.name))];
  return { code: "container.missing", text: `no '${name}' is in the trash`, ...(names.length === 0 ? { cause: "it is empty" } : { remedy: `there are ${names.join(", ")}` }) };
};

export const undelete: UndeleteVerb = async (request, target) => {
  const unsafe = unsafeReason(trashOf(target.lxcpath));
  if (unsafe !== undefined) return fail(unsafe);
  const newest = trashList(target.lxcpath).findLast(({ name, ...place }) => name === target.name && !isPartial(placeOf({ name, ...place })));
  if (newest === undefined) return fail(noSuch(target.lxcpath, target.name));
  const [facts, from] = [probeHost(request), placeOf(newest)];
  const moved = await moveCounted(facts, { from, to: target }, () => move(facts, from, target));
  if (moved.ok) dropEmptyTrash(target.lxcpath);
  return moved;
};

function dropEmptyTrash(lxcpath: string): void {
  try {
    rmdirSync(trashOf(lxcpath));
  } catch {
    // others are left
  }
}

/** Hooks see the container by its own name, its files where they are now. */
async function removeForGood(request: Request, facts: HostFacts, lxcpath: string, trashed: Trashed): Promise<Result<void>> {
  const place = placeOf(trashed);
  if (isPartial(place)) {
    const settled = await settle(place, facts);
    return settled.ok ? ok(undefined) : settled;
  }
  const loaded = loadConfig(request, { lxcpath, name: trashed.name }, { rcfile: configFile(place) });
  const spec = loaded.ok ? loaded.value.spec : undefined;
  const isKept = spec?.rootfs?.isManaged === false;
  const outside = isKept ? [] : madeOutside(place);
  const [unsafe] = removalProblems(place, { outside });
  if (unsafe !== undefined) return fail(unsafe);
  const hook = await runHooks(spec, facts, undefined);
  if (hook !== undefined) return fail(hook);
  return removeNow(place, facts, { outside, ...(isKept ? { isStorageKept: true } : {}), warnings: [] });
}

export const purge: PurgeVerb = async (request, lxcpath, { name, isOldOnly }) => {
  const unsafe = unsafeReason(trashOf(lxcpath));
  if (unsafe !== undefined) return fail(unsafe);
  const now = new Date().toISOString();
  const wanted = trashList(lxcpath).filter((one) => (name === undefined || one.name === name) && (!isOldOnly || one.keptUntil < now));
  if (name !== undefined && wanted.length === 0) return fail(noSuch(lxcpath, name));
  const facts = probeHost(request, { idmap: true });
  const problems: Problem[] = [];
  for (const one of wanted) {
    const gone = await removeForGood(request, facts, lxcpath, one);
    problems.push(...(gone.ok ? gone.warnings ?? [] : gone.problems));
  }
  dropEmptyTrash(lxcpath);
  return problems.some(({ severity }) => severity !== "warning") ? fail(...problems) : ok(undefined, problems);
};
