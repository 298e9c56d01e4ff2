// Owns the advice for ids of the host that a user was not granted in /etc/subuid and /etc/subgid.
import type { IdMapEntry, SubIdRange } from "../linux/idmap.ts";
import type { HostFacts } from "./facts.ts";

/** What a system container needs, and what useradd(8) grants. */
const USUAL_COUNT = 65536;
const FIRST = 100000;
const FLAGS = { u: "--add-subuids", g: "--add-subgids" } as const;

const fileOf = (facts: HostFacts, kind: "u" | "g"): readonly SubIdRange[] => (kind === "u" ? facts.subuid : facts.subgid);
const isOwn = ({ owner }: SubIdRange, { caller }: HostFacts): boolean => owner === caller.user || owner === String(caller.euid);
const touches = (range: SubIdRange, start: number, count: number): boolean => start < range.start + range.count && range.start < start + count;

/** The first id from 100000 on that is behind every range given out. */
export const freeStart = (facts: HostFacts): number => [...facts.subuid, ...facts.subgid].reduce((free, range) => Math.max(free, range.start + range.count), FIRST);

/** Never a range of somebody else: two users, or a user and root's containers, with the same ids are no wall. */
export function grantRemedy(facts: HostFacts, { kind, outside, count }: IdMapEntry): string {
  const granted = fileOf(facts, kind).filter((range) => isOwn(range, facts)).toSorted((a, b) => b.count - a.count)[0];
  const enough = Math.min(count, USUAL_COUNT);
  if (granted !== undefined && granted.count >= enough) return `use ids that are granted: ${granted.start} to ${granted.start + granted.count - 1}`;
  const isFree = outside >= FIRST && !fileOf(facts, kind).some((range) => !isOwn(range, facts) && touches(range, outside, count));
  const who = facts.caller.user ?? String(facts.caller.euid);
  if (!isFree && count <= USUAL_COUNT) return `as root: berth setup ${who}; then use the ids that it grants`;
  const start = isFree ? outside : freeStart(facts);
  const grant = `as root: usermod ${FLAGS[kind]} ${start}-${start + count - 1} ${who}`;
  return isFree ? grant : `${grant}; then use these ids`;
}

/** For a user without any. */
export const firstGrantRemedy = ({ caller }: HostFacts): string => `as root: berth setup ${caller.user ?? String(caller.euid)}`;

/** Two lines of lxc.idmap that the user may use; a hint where it has no grant. */
export function usualMap(facts: HostFacts, kind: "u" | "g"): string {
  const granted = fileOf(facts, kind).find((range) => isOwn(range, facts));
  return `lxc.idmap = ${kind} 0 ${granted?.start ?? freeStart(facts)} ${granted?.count ?? USUAL_COUNT}`;
}
