// Owns the plans of `berth doctor`: a trial becomes a plan of its own, which fails alone and leaves nothing.
import type { Op, Plan } from "../../isa/op.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import type { HostFacts } from "../../model/facts.ts";
import { cgroupTrials } from "../doctor/cgroups.ts";
import { mountTrials } from "../doctor/mounts.ts";
import { namespaceTrials } from "../doctor/namespaces.ts";
import { networkTrials, processTrials } from "../doctor/processes.ts";
import { from, SLOT, type Patient, type Trial } from "../doctor/trial.ts";
import { callerRanges, usernsOps } from "../usernsexec.ts";

export type { Patient, Trial } from "../doctor/trial.ts";

const ENOUGH = 65536;

/** The ids that a container of the caller gets: root's own choice, a user's ranges. */
export function wholeRange(facts: HostFacts): readonly IdMapEntry[] {
  if (facts.caller.euid === 0) return (["u", "g"] as const).map((kind) => ({ kind, inside: 0, outside: 100_000, count: ENOUGH }));
  return (["u", "g"] as const).flatMap((kind) => callerRanges(facts, kind).filter(({ count }) => count >= ENOUGH).slice(0, 1).map(({ start, count }) => ({ kind, inside: 0, outside: start, count })));
}
/** What every process may have. */
export const ownIds = ({ caller }: HostFacts): readonly IdMapEntry[] => [{ kind: "u", inside: 0, outside: caller.euid, count: 1 }, { kind: "g", inside: 0, outside: caller.egid, count: 1 }];

/** newuidmap and newgidmap with the user's ranges; root writes the map by itself. */
export const rangeTrial = ({ isRoot, setup }: Patient): Trial => ({
  id: "ids.map", group: "ids", title: isRoot ? "a map of 65536 ids" : "newuidmap and newgidmap with the granted ranges", isNeeded: !isRoot,
  costs: "containers have one id: no package manager, no service with a user of its own works in them", remedy: isRoot ? "this session is in a user namespace that has fewer ids" : setup, where: { kind: "user", flags: 0 }, ops: [],
});

export function planTrial(facts: HostFacts, trial: Trial, idmap: readonly IdMapEntry[]): Plan {
  const { where, ops } = trial;
  const wrapped: readonly Op[] = where.kind === "host" ? ops
    : [...usernsOps(facts, { idmap, flags: where.flags, name: "trial", from, pid: SLOT.child, uid: 0, gid: 0, body: ops }), { op: "exitWith", child: SLOT.child, from }];
  return { verb: "doctor", name: "", lxcpath: "", ops: wrapped };
}

export interface Surroundings { readonly nic: { readonly tool?: string; readonly bridge?: string } }

/** In the order they are told. */
export function trialsOf(facts: HostFacts, patient: Patient, { nic }: Surroundings): readonly Trial[] {
  const { hierarchies } = facts.cgroups;
  const v1 = hierarchies.find(({ version, controllers }) => version === 1 && !controllers.some((name) => name.startsWith("name=")))?.controllers ?? [];
  return [
    ...namespaceTrials(patient), ...mountTrials(patient, { v1, hasV2: hierarchies.some(({ version }) => version === 2) }),
    ...cgroupTrials(hierarchies, patient), ...networkTrials(patient, nic), ...processTrials(),
  ];
}
