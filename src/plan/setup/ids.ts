// Owns the subordinate ids of a user: keeps what is enough, else the first block that is nobody's.
import type { SubIdRange } from "../../linux/idmap.ts";
import type { Account, Change, IdSide, Need, SetupFacts, SetupPlan } from "../../model/setup.ts";

/** What a system container needs: its nobody is 65534. */
const ENOUGH = 65536;

const isOwn = ({ owner }: SubIdRange, { name, uid }: Account): boolean => owner === name || owner === String(uid);
/** A range that overlaps somebody else's is no wall. */
const touches = (a: { readonly start: number; readonly count: number }, b: { readonly start: number; readonly count: number }): boolean => a.start < b.start + b.count && b.start < a.start + a.count;

function isEnough(side: IdSide, account: Account): boolean {
  return (side.other ?? side.file.filter((range) => isOwn(range, account))).some(({ count }) => count >= ENOUGH);
}

/** Somebody's range that shares ids with this user's. */
export function overlapOf(side: IdSide, account: Account): SubIdRange | undefined {
  const own = side.file.filter((range) => isOwn(range, account));
  return side.file.find((range) => !isOwn(range, account) && own.some((mine) => touches(mine, range)));
}

/** The first block of `count` ids that touches nothing that is given out or used, in none of the sides; undefined: the space is full. */
export function freeBlock(sides: readonly IdSide[], count: number): number | undefined {
  const taken = sides.flatMap(({ file, real, other = [] }) => [...file, ...other, ...real.map((id) => ({ start: id, count: 1 }))]).toSorted((a, b) => a.start - b.start);
  const first = Math.max(...sides.map(({ space }) => space.first));
  const last = Math.min(...sides.map(({ space }) => space.last));
  let start = first;
  for (const range of taken) {
    if (range.start >= start + count) break;
    start = Math.max(start, range.start + range.count);
  }
  return start + count - 1 <= last ? start : undefined;
}

interface SideWork { readonly side: IdSide; readonly file: string; readonly word: string }

export function idChanges(facts: SetupFacts): SetupPlan {
  const { account, uids, gids, subidSource } = facts;
  const sides: readonly SideWork[] = [{ side: uids, file: "/etc/subuid", word: "user" }, { side: gids, file: "/etc/subgid", word: "group" }];
  const lacking = sides.filter(({ side }) => !isEnough(side, account));
  const needs: Need[] = sides.flatMap(({ side, file }) => {
    const other = overlapOf(side, account);
    return other === undefined ? [] : [{ text: `${file}: ids of '${account.name}' are given to '${other.owner}' as well (${other.start} to ${other.start + other.count - 1}): their containers are not walled off from each other`, remedy: `take one of the two lines out of ${file}; what exists with these ids keeps its owner` }];
  });
  if (lacking.length === 0) return { changes: [], needs };
  if (subidSource !== undefined) {
    return { changes: [], needs: [...needs, { text: `nsswitch.conf says that subordinate ids come from '${subidSource}', which gives '${account.name}' fewer than ${ENOUGH}`, remedy: `have ${ENOUGH} subuids and subgids added there; or set 'subid: files' in /etc/nsswitch.conf` }] };
  }
  const count = Math.max(ENOUGH, ...lacking.map(({ side }) => side.space.count));
  // the same numbers on both sides, as useradd(8) grants them
  const start = freeBlock([uids, gids], count);
  if (start === undefined) return { changes: [], needs: [...needs, { text: `no ${count} subordinate ids are left below SUB_UID_MAX`, remedy: "raise SUB_UID_MAX and SUB_GID_MAX in /etc/login.defs" }] };
  return { changes: lacking.map(({ file, word }): Change => ({ kind: "line", file, line: `${account.name}:${start}:${count}`, isSubId: true, why: `${word} ids for the inside of containers` })), needs };
}

/** The first range on each side that a container may use, once the changes are made. */
export function mapOf(facts: SetupFacts, changes: readonly Change[]): readonly { readonly kind: "u" | "g"; readonly start: number; readonly count: number }[] {
  return ([["u", facts.uids, "/etc/subuid"], ["g", facts.gids, "/etc/subgid"]] as const).flatMap(([kind, side, file]) => {
    const has = (side.other ?? side.file.filter((range) => isOwn(range, facts.account))).find(({ count }) => count >= ENOUGH);
    if (has !== undefined) return [{ kind, start: has.start, count: has.count }];
    const made = changes.find((change) => change.kind === "line" && change.file === file);
    const [, start, count] = made?.kind === "line" ? made.line.split(":") : [];
    return start === undefined ? [] : [{ kind, start: Number(start), count: Number(count) }];
  });
}
