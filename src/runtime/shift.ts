// Owns the verb `shift`: a container's files get the ids of another map, or of none; each of its parts, the snapshots too, has
// the old ids or the new ones, never both. Killed, it is started again and goes on.
import { existsSync } from "node:fs";
import { runPlan } from "../host/engine/run.ts";
import { probeHost } from "../host/probe/host-facts.ts";
import { configFile, containerDir, recordDir } from "../host/store/layout.ts";
import { listSnapshots } from "../host/store/snapshots.ts";
import type { IdMapEntry } from "../linux/idmap.ts";
import type { HostFacts } from "../model/facts.ts";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { rootOnly } from "../model/storage.ts";
import { planReown } from "../plan/lifecycle/shift.ts";
import { mapProblems } from "../plan/usernsexec.ts";
import { feedTree } from "./changing/feed.ts";
import { layoutOf } from "./changing/layout.ts";
import { refill, settleLayers } from "./changing/refill.ts";
import { stageOf, whileChanging } from "./changing/stage.ts";
import { loadConfig, type LoadedConfig } from "./container-config.ts";
import { placeOf } from "./copying/storage.ts";
import { onSignals } from "./interrupt.ts";
import { settle } from "./partial.ts";
import { clonesText, hasClones } from "./removing/dependents.ts";
import { leftOutText, NOTHING, sum, type LeftOut } from "./porting/members.ts";
import { outcomeProblem } from "./removing/outcome.ts";
import { unsafeReason } from "./removing/remove.ts";
import { settledState, stillRunning } from "./running-container.ts";
import { shiftedConfig } from "./shifting/config.ts";
import { wantedMap } from "./shifting/map.ts";
import type { ShiftVerb, Target } from "./verbs.ts";

const at = byOption("--to");
const mapOf = ({ spec }: LoadedConfig): readonly IdMapEntry[] => spec.idmap.map(({ value }) => value);
const textOf = (map: readonly IdMapEntry[]): string => map.map(({ kind, inside, outside, count }) => `${kind} ${inside} ${outside} ${count}`).toSorted().join("\n");

interface Job { readonly request: Request; readonly facts: HostFacts; readonly wanted: readonly IdMapEntry[]; readonly abort: AbortSignal }

/** The directory itself, which no other step depends on. */
async function own({ facts, wanted }: Job, part: Target): Promise<Problem | undefined> {
  const plan = planReown(part, facts, { idmap: wanted, roots: [], from: at });
  return outcomeProblem(plan, await runPlan(plan, { engine: facts.install.engine }), `give '${containerDir(part)}' to the container's root`);
}

async function make({ request, facts, wanted, abort }: Job, part: Target, loaded: LoadedConfig): Promise<Result<LeftOut>> {
  const { rootfs } = loaded.spec;
  const stage = stageOf(part, "shift");
  const layout = layoutOf(part, rootfs, { stage, from: at });
  const source = rootfs === undefined ? undefined : placeOf(rootfs);
  if (!layout.ok) return layout;
  if (source === undefined || !source.ok) return source ?? ok(NOTHING);
  return refill({
    target: part, facts, stage, layout: layout.value, idmap: wanted, abort, from: at, config: (path) => shiftedConfig(request, part, wanted, path),
    feed: (unpacking) => feedTree(unpacking, { target: part, facts, source: source.value, idmap: mapOf(loaded), hasDevices: wanted.length === 0, scratch: recordDir(part), abort }),
  });
}

async function shiftPart(job: Job, part: Target): Promise<Result<LeftOut>> {
  const loaded = loadConfig(job.request, part);
  if (!loaded.ok) return loaded;
  const made = textOf(mapOf(loaded.value)) === textOf(job.wanted) ? ok(NOTHING, await settleLayers(part, job.facts, loaded.value.spec.rootfs)) : await make(job, part, loaded.value);
  if (!made.ok) return made;
  const unowned = await own(job, part);
  if (unowned !== undefined) return fail(unowned);
  return made;
}

/** An ordinary user has the ids that /etc/subuid grants, and no others. */
function idProblem({ euid }: Request, facts: HostFacts, target: Target, wanted: readonly IdMapEntry[]): Problem | undefined {
  if (euid === 0) return undefined;
  if (wanted.length === 0) return { code: "privilege", at, text: "only root can have a container without ids of its own", cause: "its files would belong to the host's root", remedy: `as root: berth shift ${target.name} --to none` };
  return mapProblems(facts, wanted, at)[0];
}

function partProblem(request: Request, facts: HostFacts, part: Target): Problem | undefined {
  const loaded = loadConfig(request, part);
  if (!loaded.ok) return loaded.problems[0];
  const layout = layoutOf(part, loaded.value.spec.rootfs, { stage: stageOf(part, "shift"), from: at });
  if (!layout.ok) return layout.problems[0];
  if (layout.value.block !== undefined && request.euid !== 0) return rootOnly(`an ordinary user cannot write '${layout.value.now}'`, { at });
  const [unmapped] = mapProblems(facts, mapOf(loaded.value), at);
  return unmapped ?? unsafeReason(containerDir(part));
}

/** Everything that can refuse, before anything is touched. */
async function refusal(job: Job, target: Target, parts: readonly Target[]): Promise<Problem | undefined> {
  const { request, facts, wanted } = job;
  if ((await settledState(request, target)).state !== "STOPPED") return stillRunning(target);
  if (hasClones(target)) return { code: "container.clones", text: `${target.name} has clones`, cause: "they go on using its files with the ids these have now", remedy: `destroy ${clonesText(target)} first, or shift a whole copy: lxc-copy` };
  return idProblem(request, facts, target, wanted) ?? [target, ...parts].map((part) => partProblem(request, facts, part)).find((problem) => problem !== undefined);
}

export const shift: ShiftVerb = async (request, target, { to }) => {
  const facts = probeHost(request, { idmap: true });
  const settled = await settle(target, facts);
  if (!settled.ok) return settled;
  const wanted = wantedMap(to, facts);
  if (!wanted.ok) return wanted;
  const parts: readonly Target[] = [...listSnapshots(target).map(({ lxcpath, name }) => ({ lxcpath, name })), target];
  if (!existsSync(configFile(target))) return loadConfigProblem(request, target);
  const abort = new AbortController();
  const job: Job = { request, facts, wanted: wanted.value, abort: abort.signal };
  const refused = await refusal(job, target, parts);
  if (refused !== undefined) return fail(refused);
  const off = onSignals(request, abort);
  const warnings: Problem[] = [];
  let leftOut = NOTHING;
  try {
    for (const part of parts) {
      const shifted = await whileChanging(part, facts, () => shiftPart(job, part));
      if (!shifted.ok) return shifted;
      warnings.push(...shifted.warnings ?? []);
      leftOut = sum(leftOut, shifted.value);
    }
    return ok(undefined, [...warnings, ...leftOutText(leftOut)]);
  } finally {
    off();
  }
};

function loadConfigProblem(request: Request, target: Target): Result<void> {
  const loaded = loadConfig(request, target);
  return loaded.ok ? ok(undefined) : loaded;
}
