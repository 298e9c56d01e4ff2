// Owns LXCPATH/NAME/.berth/exchange.volumes: a volume, a dataset or an image is about to take another one's place, by steps of its
// own tools. A kill between two of them is made good by the next command: nothing is begun, or all comes to its end.
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { runPlan } from "../../host/engine/run.ts";
import { isThere, volumeFacts } from "../../host/probe/backends.ts";
import { dropExchange, prepareConfig, preparedConfig } from "../../host/store/exchange.ts";
import { configFile, recordDir, volumesFile } from "../../host/store/layout.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byOption, type Origin } from "../../model/origin.ts";
import type { Problem } from "../../model/problem.ts";
import { IN_USE, planExchangeVolumes, planGoOn, type Exchange, type Merge, type NameExchange, type Rest } from "../../plan/storage/exchanged.ts";
import { errnoName } from "../../linux/errno.ts";
import { parseOutside, prepareCreated, putCreated, readCreated, readOwn } from "../creating/record.ts";
import { holdPartial } from "../partial.ts";
import { failureOf, outcomeProblem } from "../removing/outcome.ts";
import { lookAt } from "../running-container.ts";
import type { Target } from "../verbs.ts";

const at = byOption("--restore");
export const isExchanging = (target: Target): boolean => existsSync(volumesFile(target));

function drop(target: Target): void {
  for (const file of [volumesFile(target), `${volumesFile(target)}.new`]) rmSync(file, { force: true });
  prepareCreated(recordDir(target), undefined);
  dropExchange(target);
}

/** Who will own which of them: what goes aside goes with the stage. */
function prepareOwners(target: Target, stage: Target, { now, then, aside }: NameExchange): void {
  const created = readCreated(target);
  prepareCreated(recordDir(stage), { version: 1, paths: [], outside: aside });
  prepareCreated(recordDir(target), created === undefined ? undefined : { ...created, outside: { ...then, name: now.name } });
}

/** From here on the next command looks how far it has come. Nothing that comes after needs room on the disk. */
function record(target: Target, stage: Target, { exchange, config }: { readonly exchange: Exchange; readonly config: Uint8Array }): void {
  drop(target);
  prepareConfig(target, config);
  if (exchange.way === "names") prepareOwners(target, stage, exchange);
  writeFileSync(`${volumesFile(target)}.new`, `${JSON.stringify(exchange)}\n`, { mode: 0o640, flag: "wx" });
  renameSync(`${volumesFile(target)}.new`, volumesFile(target));
}

function parse(text: string): Exchange | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("now" in value)) return undefined;
    const now = parseOutside(value.now);
    if (now === undefined) return undefined;
    if ("snapshot" in value && "size" in value) return typeof value.snapshot === "string" && typeof value.size === "number" ? { way: "merge", now, snapshot: value.snapshot, size: value.size } : undefined;
    const [then, aside] = [parseOutside("then" in value ? value.then : undefined), parseOutside("aside" in value ? value.aside : undefined)];
    return then === undefined || aside === undefined ? undefined : { way: "names", now, then, aside };
  } catch {
    return undefined;
  }
}

/** What is left to do after a kill; undefined: nothing of it is to be seen now, as when its tool is missing. */
function restOf(exchange: Exchange): Rest | undefined {
  if (exchange.way === "merge") {
    if (volumeFacts(exchange.now.name) === undefined) return undefined;
    const facts = volumeFacts(exchange.snapshot);
    return facts === undefined || facts.merging !== undefined ? "config" : "none";
  }
  const { now, then, aside } = exchange;
  if (isThere(now)) return isThere(then) || !isThere(aside) ? "none" : "config";
  return isThere(then) ? "name" : undefined;
}

async function run(target: Target, facts: HostFacts, { exchange, rest, lock, from }: { readonly exchange: Exchange; readonly rest: Rest; readonly lock?: string; readonly from: Origin }): Promise<Problem | undefined> {
  const { now } = exchange;
  const isMapped = now.kind === "rbd" && existsSync(`/dev/rbd/${now.name}`);
  const plan = planExchangeVolumes(target, { exchange, rest, isMapped, config: { from: preparedConfig(target), to: configFile(target) }, at: from, ...(lock === undefined ? {} : { lock }) });
  if (plan.ops.length === 0) return undefined;
  const outcome = await runPlan(plan, { engine: facts.install.engine });
  const failed = outcome.status === 0 ? undefined : failureOf(outcome.events);
  const isOpen = failed !== undefined && errnoName(failed.error) === "EBUSY" && plan.ops.some(({ op, note }) => op === "open" && note === IN_USE);
  if (isOpen) return { code: "container.busy", at: from, text: `'${now.name}' is in use`, cause: "it is mounted, or another program has it open", remedy: `look who: lsblk ${now.name}; umount it, then again` };
  return outcomeProblem(plan, outcome, `put the snapshot in the place of '${now.name}'`);
}

const unseen = (target: Target, { now }: Exchange): Problem => ({
  code: "rootfs.missing", at, text: `'${now.name}' is not there`, cause: "a restore of the container was killed between its steps, and nothing of what it had begun is there now",
  remedy: `make it seen again, by the tools of ${now.kind} (an inactive volume group, a pool that is not imported, a program that is missing), then again; if it is lost for good, remove '${volumesFile(target)}'`,
});

const STEP_MS = 200;
/** So long lvm may do nothing. */
const PATIENCE_MS = 30_000;

/** Only then a snapshot can be made again. */
async function merged(target: Target, facts: HostFacts, exchange: Merge): Promise<Problem | undefined> {
  const merging = (): number | undefined => volumeFacts(exchange.snapshot)?.merging;
  let left = merging();
  if (left === undefined) return undefined;
  const plan = planGoOn(target, exchange, at);
  const problem = outcomeProblem(plan, await runPlan(plan, { engine: facts.install.engine }), `put '${exchange.snapshot}' back`);
  if (problem !== undefined) return problem;
  for (let since = Date.now(); Date.now() - since < PATIENCE_MS; await new Promise((resolve) => { setTimeout(resolve, STEP_MS); })) {
    const now = merging();
    if (now === undefined) return undefined;
    if (now !== left) since = Date.now();
    left = now;
  }
  return { code: "container.busy", at, text: `lvm does not put '${exchange.snapshot}' back`, cause: `'${exchange.now.name}' may be in use; ${left} percent are left`, remedy: `look who: lsblk ${exchange.now.name}; umount it, then again` };
}

function finish(target: Target, stage: Target): void {
  for (const owner of [stage, target]) putCreated(recordDir(owner));
  drop(target);
}

/** `stage`: what owns the one that takes the place, and afterwards the one that goes. */
export async function exchangeVolumes(target: Target, facts: HostFacts, { stage, exchange, config, from }: { readonly stage: Target; readonly exchange: Exchange; readonly config: Uint8Array; readonly from: Origin }): Promise<Problem | undefined> {
  if (lookAt(target).state !== "STOPPED") return { code: "container.running", at: from, text: `${target.name} was started just now`, remedy: `lxc-stop -n ${target.name}, then again` };
  record(target, stage, { exchange, config });
  const problem = await run(target, facts, { exchange, rest: "all", lock: volumesFile(target), from });
  if (problem === undefined) finish(target, stage);
  return problem;
}

/** What a kill has left half exchanged. For who holds the lock of the container's changes. */
export async function settleVolumes(target: Target, facts: HostFacts, stage: Target): Promise<Problem | undefined> {
  if (!isExchanging(target)) return undefined;
  const held = await holdPartial(target, facts, volumesFile(target));
  if (!held.ok) return held.problems[0];
  try {
    const exchange = parse(readOwn(target, volumesFile(target)) ?? "");
    if (exchange === undefined) {
      drop(target);
      return undefined;
    }
    const rest = restOf(exchange);
    if (rest === undefined) return unseen(target, exchange);
    const unmerged = exchange.way === "merge" ? await merged(target, facts, exchange) : undefined;
    const problem = unmerged ?? await run(target, facts, { exchange, rest, from: at });
    if (problem !== undefined) return problem;
    if (rest === "none") drop(target);
    else finish(target, stage);
    return undefined;
  } finally {
    await held.value.release();
  }
}
