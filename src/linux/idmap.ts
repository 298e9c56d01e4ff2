// Owns id maps: user_namespaces(7) uid_map lines and /etc/subuid lines (subuid(5)).

export interface IdMapEntry {
  readonly kind: "u" | "g";
  /** First id inside the namespace, first id on the host, how many. */
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

/** What is written to uid_map or gid_map; one write(2) must carry all of it. */
export const mapText = (entries: readonly IdMapEntry[], kind: "u" | "g"): string =>
  entries.filter((entry) => entry.kind === kind).map((entry) => `${entry.inside} ${entry.outside} ${entry.count}\n`).join("");

/** The host id of an id inside, if the map covers it. */
export function toHost(entries: readonly IdMapEntry[], kind: "u" | "g", id: number): number | undefined {
  const entry = entries.find((candidate) => candidate.kind === kind && id >= candidate.inside && id < candidate.inside + candidate.count);
  return entry === undefined ? undefined : entry.outside + (id - entry.inside);
}

/** The id inside of a host id, if the map covers it. */
export function toInside(entries: readonly IdMapEntry[], kind: "u" | "g", id: number): number | undefined {
  const entry = entries.find((candidate) => candidate.kind === kind && id >= candidate.outside && id < candidate.outside + candidate.count);
  return entry === undefined ? undefined : entry.inside + (id - entry.outside);
}

export interface SubIdRange { readonly owner: string; readonly start: number; readonly count: number }

/** Lines of subuid(5); malformed ones are left out. */
export function parseSubIds(text: string): readonly SubIdRange[] {
  return text.split("\n").flatMap((line) => {
    const [owner, start, count] = line.trim().split(":");
    if (owner === undefined || owner === "" || owner.startsWith("#") || !/^\d+$/.test(start ?? "") || !/^\d+$/.test(count ?? "")) return [];
    return [{ owner, start: Number(start), count: Number(count) }];
  });
}

/** Of /proc/PID/uid_map or gid_map: what is inside, what it is for who reads it, how many. */
export function parseIdMap(text: string, kind: "u" | "g"): readonly IdMapEntry[] {
  return text.split("\n").flatMap((line): readonly IdMapEntry[] => {
    const [inside, outside, count] = line.trim().split(/\s+/).map(Number);
    return inside === undefined || outside === undefined || count === undefined ? [] : [{ kind, inside, outside, count }];
  });
}

/** In one order, neighbours joined: two texts of one map are then the same. */
export function plainMap(entries: readonly IdMapEntry[]): readonly IdMapEntry[] {
  const out: IdMapEntry[] = [];
  for (const entry of entries.toSorted((one, other) => one.kind.localeCompare(other.kind) || one.inside - other.inside)) {
    const last = out.at(-1);
    if (last !== undefined && last.kind === entry.kind && last.inside + last.count === entry.inside && last.outside + last.count === entry.outside) out[out.length - 1] = { ...last, count: last.count + entry.count };
    else out.push(entry);
  }
  return out;
}
