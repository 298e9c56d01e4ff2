// Owns making a container's root file system anew, from members of an archive as they come, beside the one it has; then it
// takes its place together with its config. A kill leaves the one or the other.
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { runPlan } from "../../host/engine/run.ts";
import { containerDir, recordDir } from "../../host/store/layout.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import type { HostFacts } from "../../model/facts.ts";
import type { Origin } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { RootfsSpec } from "../../model/spec.ts";
import { planMake } from "../../plan/lifecycle/copy.ts";
import { planReown } from "../../plan/lifecycle/shift.ts";
import { onMounted } from "../../plan/storage/mounted.ts";
import { wholeMap } from "../../plan/usernsexec.ts";
import type { LeftOut } from "../porting/members.ts";
import { Unpacking } from "../porting/unpacking.ts";
import { forget } from "../removing/counting.ts";
import { sourcesOf } from "../removing/dependents.ts";
import { outcomeProblem } from "../removing/outcome.ts";
import { removeContainer } from "../removing/remove.ts";
import type { Target } from "../verbs.ts";
import { exchange } from "./exchange.ts";
import { unusedLayers, type Layout } from "./layout.ts";

/** What the members' names begin with. */
export const PREFIX = "rootfs";

export interface Refill {
  readonly target: Target;
  readonly facts: HostFacts;
  readonly stage: Target;
  readonly layout: Layout;
  /** Ids that the new files get. */
  readonly idmap: readonly IdMapEntry[];
  readonly abort: AbortSignal;
  readonly from: Origin;
  /** Writes the members; what it left out. */
  readonly feed: (unpacking: Unpacking) => Promise<Result<LeftOut>>;
  /** The config that belongs to the new files; `rootfs`: what lxc.rootfs.path has to be. */
  readonly config: (rootfs?: string) => Result<Uint8Array>;
}

/** A directory beside the config goes, if it is there. */
async function drop(target: Target, facts: HostFacts, name: string): Promise<void> {
  const place = { lxcpath: containerDir(target), name };
  if (name !== "" && existsSync(containerDir(place))) await removeContainer(place, facts, { outside: [] });
}

async function prepare({ target, facts, stage, layout, idmap, from }: Refill): Promise<Problem | undefined> {
  const tree = `${containerDir(stage)}/rootfs`;
  mkdirSync(tree, { recursive: true, mode: 0o755 });
  const fresh = layout.layers === undefined ? [] : ["delta", "work"].map((name) => `${containerDir(target)}/${layout.layers?.fresh ?? ""}/${name}`);
  if (layout.layers !== undefined) await drop(target, facts, layout.layers.fresh); // of one that was killed
  for (const directory of fresh) mkdirSync(directory, { recursive: true, mode: 0o755 });
  const make = planMake(target, "shift", layout.make);
  const unmade = layout.make.length === 0 ? undefined : outcomeProblem(make, await runPlan(make, { engine: facts.install.engine }), `make '${layout.then}'`);
  if (unmade !== undefined) return unmade;
  const own = onMounted(planReown(stage, facts, { idmap, roots: [tree, ...fresh], from }), layout.block, tree, from);
  return outcomeProblem(own, await runPlan(own, { engine: facts.install.engine }), `give '${tree}' to the container's root`);
}

async function fill({ facts, stage, layout, idmap, abort, feed, target }: Refill): Promise<Result<LeftOut>> {
  const unpacking = new Unpacking({ place: stage, facts, idmap, prefix: PREFIX, scratch: recordDir(target), abort, ...(layout.block === undefined ? {} : { block: layout.block }) });
  const fed = await feed(unpacking);
  const unpacked = await unpacking.finish();
  if (abort.aborted) return fail({ code: "storage.copy", text: "interrupted" });
  return unpacked === undefined ? fed : fail(unpacked, ...(fed.ok ? [] : fed.problems));
}

/** Nothing below it is shared any more: whose files it was, may go. */
async function cutLoose(target: Target, facts: HostFacts): Promise<readonly Problem[]> {
  const warnings = await forget(facts, sourcesOf(target).map((source) => ({ source, clone: target })));
  if (warnings.length === 0) rmSync(`${containerDir(target)}/lxc_rdepends`, { force: true });
  return [...warnings, { code: "storage.copy", severity: "warning", text: `'${target.name}' has files of its own now, and shares none any more`, cause: "what lay below it has other ids, or other files" }];
}

/** What a kill straight after the exchange has left undone. */
export async function settleLayers(target: Target, facts: HostFacts, rootfs: RootfsSpec | undefined): Promise<readonly Problem[]> {
  const unused = unusedLayers(target, rootfs);
  if (unused === undefined) return [];
  await drop(target, facts, unused);
  return sourcesOf(target).length > 0 ? cutLoose(target, facts) : [];
}

/** What was left out. */
export async function refill(job: Refill): Promise<Result<LeftOut>> {
  const { target, facts, layout, from } = job;
  const unprepared = await prepare(job);
  const filled = unprepared === undefined ? await fill(job) : fail(unprepared);
  const config = filled.ok ? job.config(layout.layers?.path) : filled;
  const problem = config.ok ? await exchange(target, facts, { now: layout.now, then: layout.then, config: config.value, idmap: facts.caller.euid === 0 ? [] : wholeMap(facts), from }) : undefined;
  if (!filled.ok || !config.ok || problem !== undefined) {
    await drop(target, facts, layout.layers?.fresh ?? "");
    return problem === undefined ? (config.ok ? filled : config) : fail(problem);
  }
  await drop(target, facts, layout.layers?.old ?? "");
  return ok(filled.value, layout.layers?.isShared === true ? await cutLoose(target, facts) : []);
}
