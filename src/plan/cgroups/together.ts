// Owns the steps that are the same in each hierarchy, as one step for all: a host with cgroup v1 has ten hierarchies, and
// each step costs the planner 0.02 ms and the engine an event (docs/decisions/0015-planner-calls.md).
import type { Op } from "../../isa/op.ts";
import type { Origin } from "../../model/origin.ts";
import type { ContainerSpec } from "../../model/spec.ts";
import type { CgroupNames, CgroupPart } from "./names.ts";

/** A container's cgroups in all hierarchies. */
export interface Cgroups {
  readonly names: CgroupNames;
  readonly parts: readonly CgroupPart[];
  /** The parts leave to this file what is the same in all of them: the directories, the ways into them. */
  readonly isTogether: boolean;
}

/** One directory each, of names that are ours to choose, so none is there yet; a reboot keeps those of the run before. */
export const areTogether = ({ cgroup }: ContainerSpec, { monitor, payload, inner }: CgroupNames, isReboot: boolean): boolean =>
  !isReboot && cgroup.containerDir === undefined && cgroup.monitorDir === undefined && inner === payload && !payload.includes("/") && !monitor.includes("/");

interface Many { readonly path: string; readonly also?: readonly string[] }
/** undefined: none at all. */
function many(bases: readonly string[], below: string): Many | undefined {
  const [first, ...others] = bases;
  if (first === undefined) return undefined;
  return others.length === 0 ? { path: first + below } : { path: first + below, also: others.map((base) => base + below) };
}

const basesOf = (parts: readonly CgroupPart[]): readonly string[] => parts.map(({ base }) => base);
const legacyOf = (parts: readonly CgroupPart[]): readonly CgroupPart[] => parts.filter(({ hierarchy }) => hierarchy.version === 1);

function made(paths: Many | undefined, from: Origin, leave: readonly Op[]): readonly Op[] {
  return paths === undefined ? [] : [{ op: "mkdir", from, ...paths, mode: 0o755, undo: [...leave, { op: "removeTree", from, ...paths }] }];
}
/** Self (0) into cgroups of v1. */
const entered = (paths: Many | undefined, from: Origin): readonly Op[] => (paths === undefined ? [] : [{ op: "writeFile", from, ...paths, data: "0" }]);

/** Init's own steps into its cgroups of v1. */
export function joinOps({ names: { from, inner }, parts, isTogether }: Cgroups): readonly Op[] {
  return isTogether ? entered(many(basesOf(legacyOf(parts)), `/${inner}/tasks`), from) : parts.flatMap(({ join }) => join);
}

/** The payloads' directories, and what each hierarchy sets in its own. */
export function payloadOps({ names: { from, payload }, parts, isTogether }: Cgroups): readonly Op[] {
  return [...(isTogether ? made(many(basesOf(parts), `/${payload}`), from, []) : []), ...parts.flatMap((part) => part.payload)];
}

/** The monitor's directories on v1, what is set in them, and its way into them: out of all of them again before they are removed. Root's alone. */
export function legacyMonitorOps({ names: { from, monitor }, parts, isTogether }: Cgroups, isRoot: boolean): readonly Op[] {
  const legacy = legacyOf(parts);
  const own = legacy.flatMap((part) => part.monitor);
  if (!isTogether || !isRoot) return own;
  const bases = basesOf(legacy);
  return [...made(many(bases, `/${monitor}`), from, entered(many(bases, "/tasks"), from)), ...own, ...entered(many(bases, `/${monitor}/tasks`), from)];
}
