// Owns what `--to` comes to: a first id, a first id and how many, a user's own range, or no map at all.
import type { IdMapEntry } from "../../linux/idmap.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Result } from "../../model/problem.ts";

const USUAL = 65_536;
const LARGEST = 2 ** 32 - 1;
const at = byOption("--to");

const both = (uid: { readonly start: number; readonly count: number }, gid = uid): readonly IdMapEntry[] => [{ kind: "u", inside: 0, outside: uid.start, count: uid.count }, { kind: "g", inside: 0, outside: gid.start, count: gid.count }];

export function wantedMap(to: string, { subuid, subgid }: Pick<HostFacts, "subuid" | "subgid">): Result<readonly IdMapEntry[]> {
  if (to === "none") return ok([]);
  const [, start, count] = /^(\d+)(?::(\d+))?$/.exec(to) ?? [];
  if (start !== undefined) {
    const range = { start: Number(start), count: count === undefined ? USUAL : Number(count) };
    if (range.start > 0 && range.count > 0 && range.start + range.count <= LARGEST) return ok(both(range));
    return fail({ code: "option.value", at, text: `'${to}' is no range of ids`, remedy: "write its first id, as in --to 200000, and how many, as in --to 200000:65536; 0 is the host's root: --to none" });
  }
  const [uid, gid] = [subuid.find(({ owner }) => owner === to), subgid.find(({ owner }) => owner === to)];
  if (uid !== undefined && gid !== undefined) return ok(both(uid, gid));
  return fail({ code: "option.value", at, text: `'${to}' is neither a first id nor a user who has ids in /etc/subuid and /etc/subgid`, remedy: `berth setup ${to}, where that is a user; else --to 200000, or --to none` });
}
