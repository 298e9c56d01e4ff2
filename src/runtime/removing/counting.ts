// Owns changing whom a container counts among its clones: under the container's lock, which LXC's own tools take for it, too.
import { existsSync } from "node:fs";
import { errorCode } from "../../host/read-text.ts";
import { containerDir } from "../../host/store/layout.ts";
import { listSnapshots } from "../../host/store/snapshots.ts";
import { isNoSpace } from "../../linux/no-space.ts";
import type { HostFacts } from "../../model/facts.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import { lockWith, type Lock } from "../config-lock.ts";
import type { Target } from "../verbs.ts";
import { forgetClone, rememberClone, sourcesOf } from "./dependents.ts";

/** What shares files of another container, and whose. */
export interface Clone { readonly source: Target; readonly clone: Target }

/** Of a container and its snapshots. */
export const clonesOf = (target: Target): readonly Clone[] => [target, ...listSnapshots(target)].flatMap(({ lxcpath, name }) => sourcesOf({ lxcpath, name }).map((source) => ({ source, clone: { lxcpath, name } })));

/** In one order for everybody, so that no two wait for each other. */
export async function whileCounting<T>(facts: HostFacts, sources: readonly Target[], change: () => Promise<Result<T>>): Promise<Result<T>> {
  const places = new Map(sources.map((source) => [containerDir(source), source]));
  const held: Lock[] = [];
  try {
    for (const [, source] of [...places].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const lock = await lockWith(facts, source);
      if (!lock.ok) return lock;
      held.push(lock.value);
    }
    return await change();
  } finally {
    for (const lock of held) await lock.release();
  }
}

const uncounted = ({ source, clone }: Clone, error: unknown): Problem => (isNoSpace(errorCode(error)) ? { code: "storage.full", text: `no space left to count '${clone.name}' among the clones of '${source.name}'`, remedy: "free some space, then again" }
  : { code: "storage.copy", text: `cannot count '${clone.name}' among the clones of '${source.name}': ${errorCode(error)}`, remedy: `it has to be written in '${containerDir(source)}/lxc_snapshots'` });

/** The locks are held. */
export function remembered(clones: readonly Clone[]): Result<void> {
  for (const one of clones) {
    try {
      rememberClone(one.source, one.clone);
    } catch (error) {
      return fail(uncounted(one, error));
    }
  }
  return ok(undefined);
}

/** The locks are held. What cannot be written any more is told. */
export const forgotten = (clones: readonly Clone[]): readonly Problem[] => clones.flatMap(({ source, clone }): readonly Problem[] => {
  try {
    forgetClone(source, clone);
    return [];
  } catch (error) {
    return [{ code: "container.clones", severity: "warning", text: `'${source.name}' still counts '${clone.name}' among its clones: ${errorCode(error)}` }];
  }
});

const sourcesThere = (clones: readonly Clone[]): readonly Target[] => clones.map(({ source }) => source).filter((source) => existsSync(containerDir(source)));

export const remember = (facts: HostFacts, clones: readonly Clone[]): Promise<Result<void>> => whileCounting(facts, sourcesThere(clones), () => Promise.resolve(remembered(clones)));
export async function forget(facts: HostFacts, clones: readonly Clone[]): Promise<readonly Problem[]> {
  const done = await whileCounting(facts, sourcesThere(clones), () => Promise.resolve(ok(undefined, forgotten(clones))));
  return done.ok ? done.warnings ?? [] : done.problems.map((problem) => ({ ...problem, severity: "warning" }));
}

const movedTo = (clones: readonly Clone[], from: Target, to: Target): readonly Clone[] => clones.map(({ source, clone }) => ({
  source, clone: clone.lxcpath === from.lxcpath ? to : { lxcpath: containerDir(to) + clone.lxcpath.slice(containerDir(from).length), name: clone.name },
}));

/** Those whose files it uses count it under its new place first, and only then no more under the old one: never neither. */
export async function moveCounted(facts: HostFacts, { from, to }: { readonly from: Target; readonly to: Target }, move: () => Promise<Problem | undefined>): Promise<Result<void>> {
  const clones = clonesOf(from);
  const moved = movedTo(clones, from, to);
  return whileCounting(facts, sourcesThere(clones), async () => {
    const counted = remembered(moved.filter(({ source }) => existsSync(containerDir(source))));
    if (!counted.ok) return { ok: false, problems: [...counted.problems, ...forgotten(moved)] };
    const failed = await move();
    return failed === undefined ? ok(undefined, forgotten(clones)) : { ok: false, problems: [failed, ...forgotten(moved)] };
  });
}
