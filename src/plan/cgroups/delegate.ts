// Owns how the container's root comes to own its cgroup, so that an init such as systemd can divide it.
import type { Op, Slot } from "../../isa/op.ts";
import { CLONE_NEWUSER } from "../../linux/clone.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import { toHost, toInside } from "../../linux/idmap.ts";
import type { Origin } from "../../model/origin.ts";
import { byDefault } from "../../model/origin.ts";
import { MAPPED } from "../barriers.ts";
import type { Scope } from "../scope.ts";
import { hasUserns, idmapOf, isRoot, setupId } from "../scope.ts";
import type { CgroupPart } from "./names.ts";

const FROM: Origin = byDefault("cgroup delegation");

function chowns(parts: readonly CgroupPart[], uid: number, gid: number): readonly Op[] {
  return parts.flatMap((part) => part.delegate().map(({ path, isOptional }): Op => ({ op: "chown", from: FROM, path, uid, gid, ...(isOptional ? { onError: ["ENOENT"] as const } : {}) })));
}

const isEntrance = (path: string): boolean => path.endsWith("/cgroup.procs") || path.endsWith("/tasks");

/** The files through which a process gets in stay writable for the user's group: lxc-attach moves its command there. */
function entrances(parts: readonly CgroupPart[], uid: number, gid: number): readonly Op[] {
  return parts.flatMap((part) => part.delegate().filter(({ path }) => isEntrance(path)).flatMap(({ path, isOptional }): readonly Op[] => {
    const missing = isOptional ? { onError: ["ENOENT"] as const } : {};
    return [{ op: "chown", from: FROM, path, uid, gid, ...missing }, { op: "chmod", from: FROM, path, mode: 0o664, ...missing }];
  }));
}

/** The container's map, and behind it one more id for the user himself: who maps both may chown from one to the other. */
function widened(map: readonly IdMapEntry[], kind: "u" | "g", own: number): readonly IdMapEntry[] {
  const same = map.filter((entry) => entry.kind === kind);
  if (same.some((entry) => own >= entry.outside && own < entry.outside + entry.count)) return same;
  return [...same, { kind, inside: Math.max(...same.map((entry) => entry.inside + entry.count)), outside: own, count: 1 }];
}

type WriteMap = (map: readonly IdMapEntry[], pid: Slot) => readonly Op[];

/** Runs ops as root of a user namespace that maps the container's ids and the user's own. */
function asBoth(scope: Scope, name: string, { ops, writeMap }: { readonly ops: readonly Op[]; readonly writeMap: WriteMap }): readonly Op[] {
  const { spec, facts, slots } = scope;
  const map = idmapOf(spec);
  // Never given back: what is planned later (the console, the terminals) is in its slot before these ops run.
  const [pid, pidfd] = [slots.take(), slots.take()];
  const ids: Op = { op: "setIds", from: FROM, uid: setupId(spec, "u"), gid: setupId(spec, "g"), groups: [] };
  return [
    { op: "clone", from: FROM, flags: CLONE_NEWUSER, name, pid, pidfd, body: [{ op: "await", from: FROM, number: MAPPED }, ids, ...ops], note: "a process that maps both the user and the container's root" },
    ...writeMap([...widened(map, "u", facts.caller.euid), ...widened(map, "g", facts.caller.egid)], pid),
    { op: "post", from: FROM, number: MAPPED, to: pid }, { op: "waitExit", from: FROM, pidfd, timeout: 5000 },
  ];
}

export interface Delegation {
  readonly ops: readonly Op[];
  /** Belongs behind the child's end: what the container's root made below is not the user's to remove. */
  readonly undo: readonly Op[];
}
const NOTHING: Delegation = { ops: [], undo: [] };

/** `writeMap` is the id map planner's; planners do not import each other. */
export function planDelegation(scope: Scope, parts: readonly CgroupPart[], writeMap: WriteMap): Delegation {
  const { spec, facts } = scope;
  if (!hasUserns(spec) || parts.length === 0) return NOTHING;
  const map = idmapOf(spec);
  const inside = { uid: setupId(spec, "u"), gid: setupId(spec, "g") };
  const [uid, gid] = [toHost(map, "u", inside.uid), toHost(map, "g", inside.gid)];
  if (uid === undefined || gid === undefined) return NOTHING;
  if (isRoot(facts)) return { ops: chowns(parts, uid, gid), undo: [] };
  if (uid === facts.caller.euid) return NOTHING;
  const own = toInside(widened(map, "g", facts.caller.egid), "g", facts.caller.egid);
  const removals = parts.flatMap((part) => part.directories.slice(-1).map((path): Op => ({ op: "removeTree", from: FROM, path })));
  return { ops: asBoth(scope, "delegate", { ops: [...chowns(parts, inside.uid, inside.gid), ...(own === undefined ? [] : entrances(parts, inside.uid, own))], writeMap }), undo: asBoth(scope, "undelegate", { ops: removals, writeMap }) };
}
