// Owns how a process gets into a new user namespace: which map the caller may ask for, and who writes it.
import type { IdMapEntry, SubIdRange } from "../linux/idmap.ts";
import { mapText } from "../linux/idmap.ts";
import { CLONE_NEWUSER } from "../linux/clone.ts";
import type { HostFacts } from "../model/facts.ts";
import type { Origin } from "../model/origin.ts";
import type { Problem } from "../model/problem.ts";
import { grantRemedy } from "../model/subids.ts";
import type { Op, Slot, Text } from "../isa/op.ts";
import { FLAGS } from "../isa/schema.ts";

export interface UsernsWish {
  readonly idmap: readonly IdMapEntry[];
  /** CLONE_* beside CLONE_NEWUSER. */
  readonly flags: number;
  /** Process name in events. */
  readonly name: string;
  readonly from: Origin;
  /** Slot of the child's pid. */
  readonly pid: Slot;
  /** Ids inside that the child takes once the map is there. */
  readonly uid: number;
  readonly gid: number;
  /** What it does with the caller's ids, before there is a map. */
  readonly early?: readonly Op[];
  readonly body: readonly Op[];
}

/** The barrier that says "the map is written". */
const MAPPED = 1;

type Kind = "u" | "g";
const own = (facts: HostFacts, kind: Kind): number => (kind === "u" ? facts.caller.euid : facts.caller.egid);

/** Root writes the map itself. user_namespaces(7): so may the namespace's maker, for one line that maps its own id. */
function isDirect(facts: HostFacts, idmap: readonly IdMapEntry[], kind: Kind): boolean {
  if (facts.caller.euid === 0) return true;
  const [first, ...more] = idmap.filter((entry) => entry.kind === kind);
  return first === undefined || (more.length === 0 && first.count === 1 && first.outside === own(facts, kind));
}

function mapOps(facts: HostFacts, wish: UsernsWish, kind: Kind): Op[] {
  const entries = wish.idmap.filter((entry) => entry.kind === kind);
  if (entries.length === 0) return [];
  const { from, pid } = wish;
  const proc = (file: string): Text => ["/proc/", { slot: pid }, `/${file}`];
  if (!isDirect(facts, wish.idmap, kind)) {
    const helper = kind === "u" ? facts.newuidmap : facts.newgidmap;
    const argv: Text[] = [helper ?? (kind === "u" ? "newuidmap" : "newgidmap"), [{ slot: pid }]];
    for (const entry of entries) argv.push(String(entry.inside), String(entry.outside), String(entry.count));
    return [{ op: "spawn", argv, env: [], from, note: `gives it the ${kind}id map` }];
  }
  const map: Op = { op: "writeFile", path: proc(kind === "u" ? "uid_map" : "gid_map"), data: mapText(entries, kind), from, note: `gives it the ${kind}id map` };
  // user_namespaces(7): an ordinary user may write gid_map only once setgroups(2) is denied.
  const deny: Op = { op: "writeFile", path: proc("setgroups"), data: "deny", from, note: "needed before an ordinary user's gid map" };
  return kind === "g" && facts.caller.euid !== 0 ? [deny, map] : [map];
}

/** Ops that start a process in a new user namespace; the caller decides how to wait for it. */
export function usernsOps(facts: HostFacts, wish: UsernsWish): readonly Op[] {
  const { from } = wish;
  const hasGroups = facts.caller.euid === 0 || !isDirect(facts, wish.idmap, "g");
  const ids: Op = { op: "setIds", uid: wish.uid, gid: wish.gid, from, ...(hasGroups ? {} : { flags: FLAGS.SETIDS_KEEP_GROUPS }) };
  const hasMap = wish.idmap.length > 0;
  const body: Op[] = hasMap ? [...(wish.early ?? []), { op: "await", number: MAPPED, from }, ids, ...wish.body] : [...(wish.early ?? []), ...wish.body];
  const clone: Op = { op: "clone", flags: wish.flags | CLONE_NEWUSER, name: wish.name, pid: wish.pid, body, from };
  return hasMap ? [clone, ...mapOps(facts, wish, "g"), ...mapOps(facts, wish, "u"), { op: "post", number: MAPPED, to: wish.pid, from }] : [clone];
}

/** The caller's lines of /etc/subuid or /etc/subgid. */
export function callerRanges(facts: HostFacts, kind: Kind): readonly SubIdRange[] {
  const { user, euid } = facts.caller;
  return (kind === "u" ? facts.subuid : facts.subgid).filter((range) => range.owner === user || range.owner === String(euid));
}

/** All ids from `start` on, `count` of them, lie in the union of the ranges. */
function isCovered(ranges: readonly SubIdRange[], start: number, count: number): boolean {
  const end = start + count;
  let at = start;
  for (let next: SubIdRange | undefined; at < end; at = next.start + next.count) {
    next = ranges.find((range) => range.start <= at && at < range.start + range.count);
    if (next === undefined) return false;
  }
  return true;
}

const span = (start: number, count: number): string => (count === 1 ? String(start) : `${start}-${start + count - 1}`);

function rangeProblem(facts: HostFacts, entry: IdMapEntry, from: Origin): Problem | undefined {
  const { kind, outside, count } = entry;
  const ranges = callerRanges(facts, kind);
  if ((count === 1 && outside === own(facts, kind)) || isCovered(ranges, outside, count)) return undefined;
  const user = facts.caller.user ?? String(facts.caller.euid);
  const file = kind === "u" ? "/etc/subuid" : "/etc/subgid";
  const has = ranges.map((range) => span(range.start, range.count)).join(", ");
  return {
    code: "idmap.range", at: from,
    text: `${kind}ids ${span(outside, count)} of the host are not assigned to '${user}'`,
    cause: has === "" ? `${file} has no line for '${user}'` : `${file} gives '${user}' only ${has}`,
    remedy: grantRemedy(facts, entry),
  };
}

function helperProblem(facts: HostFacts, idmap: readonly IdMapEntry[], from: Origin): Problem | undefined {
  const missing = (["u", "g"] as const).filter((kind) => !isDirect(facts, idmap, kind) && (kind === "u" ? facts.newuidmap : facts.newgidmap) === undefined).map((kind) => `new${kind}idmap`);
  if (missing.length === 0) return undefined;
  return {
    code: "idmap.helper", at: from,
    text: `${missing.join(" and ")} cannot be used to map the container's ids`,
    cause: "the program is missing, or it is neither setuid root nor carries the capability it needs",
    remedy: `as root: apt install uidmap; where it is installed: berth setup ${facts.caller.user ?? String(facts.caller.euid)}`,
  };
}

/** Why the caller cannot have this map; empty when it can. */
export function mapProblems(facts: HostFacts, idmap: readonly IdMapEntry[], from: Origin): readonly Problem[] {
  if (facts.caller.euid === 0) return [];
  if (!facts.userns.isAllowed) return [{ code: "host.feature", at: from, text: "this host does not let ordinary users make user namespaces", ...(facts.userns.reason === undefined ? {} : { cause: facts.userns.reason }), remedy: `as root: berth setup ${facts.caller.user ?? String(facts.caller.euid)}` }];
  const ranges = idmap.flatMap((entry) => rangeProblem(facts, entry, from) ?? []);
  const helper = helperProblem(facts, idmap, from);
  return helper === undefined ? ranges : [...ranges, helper];
}

/** The map with the caller's own ids added at the first id that is free inside, as LXC does for templates. */
export function withSelf(facts: HostFacts, idmap: readonly IdMapEntry[]): { readonly idmap: readonly IdMapEntry[]; readonly uid: number; readonly gid: number } {
  const add = (kind: Kind): { readonly entry?: IdMapEntry; readonly id: number } => {
    const entries = idmap.filter((entry) => entry.kind === kind);
    const self = own(facts, kind);
    const has = entries.find((entry) => self >= entry.outside && self < entry.outside + entry.count);
    if (has !== undefined) return { id: has.inside + (self - has.outside) };
    const id = entries.reduce((free, entry) => Math.max(free, entry.inside + entry.count), 0);
    return { entry: { kind, inside: id, outside: self, count: 1 }, id };
  };
  const [uid, gid] = [add("u"), add("g")];
  const extra = [uid.entry, gid.entry].filter((entry) => entry !== undefined);
  return { idmap: [...idmap, ...extra], uid: uid.id, gid: gid.id };
}

/** Every id the caller may use, from 0 inside on: for removing what any of its containers made. */
export function wholeMap(facts: HostFacts): readonly IdMapEntry[] {
  return (["u", "g"] as const).flatMap((kind) => {
    let inside = 0;
    return callerRanges(facts, kind).map((range) => {
      const entry = { kind, inside, outside: range.start, count: range.count };
      inside += range.count;
      return entry;
    });
  });
}
