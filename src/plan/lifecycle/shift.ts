// Owns the plan that gives a container's directory, as it stands, to the root of another id map.
import type { Op, Plan } from "../../isa/op.ts";
import { toHost, toInside, type IdMapEntry } from "../../linux/idmap.ts";
import type { HostFacts } from "../../model/facts.ts";
import type { Origin } from "../../model/origin.ts";
import { usernsOps, wholeMap, withSelf } from "../usernsexec.ts";
import type { Made } from "./create.ts";

export interface Reowning {
  readonly idmap: readonly IdMapEntry[];
  /** What is wholly the container's; the group of its directory stays the creator's. */
  readonly roots: readonly string[];
  readonly from: Origin;
}

/** It and the directories above it may be another id's now: an ordinary user does it with all ids that are the user's. */
export function planReown(made: Made, facts: HostFacts, { idmap, roots, from }: Reowning): Plan {
  const path = `${made.lxcpath}/${made.name}`;
  const [uid, gid] = [toHost(idmap, "u", 0) ?? 0, toHost(idmap, "g", 0) ?? 0];
  const chown = (owner: number, group: number, creator: number): readonly Op[] => [{ op: "chown", path, uid: owner, gid: creator, from }, ...roots.map((root): Op => ({ op: "chown", path: root, uid: owner, gid: group, from }))];
  if (facts.caller.euid === 0) return { verb: "shift", ...made, ops: chown(uid, gid, facts.caller.egid) };
  const self = withSelf(facts, wholeMap(facts));
  const body: readonly Op[] = [...chown(toInside(self.idmap, "u", uid) ?? 0, toInside(self.idmap, "g", gid) ?? 0, self.gid), { op: "exitWith", status: 0, from }];
  return { verb: "shift", ...made, ops: [...usernsOps(facts, { idmap: self.idmap, flags: 0, name: "owner", from, pid: 0, uid: 0, gid: 0, body }), { op: "exitWith", child: 0, from }] };
}
