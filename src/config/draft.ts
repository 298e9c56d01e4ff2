// Owns Draft: what the lines read so far leave behind, by row and by whole key. Every step costs the same, however
// much there is already: a config of 10,000 lines is read in the time of 10,000 lines.
import type { Origin } from "../model/origin.ts";
import type { Problem } from "../model/problem.ts";
import type { Row } from "./keys/row.ts";
import type { Overridden, Setting, Settings, Translation } from "./settings.ts";
import type { Found } from "./table.ts";

/** `at`: its place among all settings; one that is replaced keeps it. */
interface Held { readonly at: number; readonly setting: Setting }
interface OfRow { readonly row: Row<unknown>; readonly keys: Map<string, Held[]> }

export interface Draft {
  readonly rows: Map<string, OfRow>;
  /** Number of an interface -> what is said of it: keys of rows. */
  readonly nics: Map<string, Set<string>>;
  readonly problems: Problem[];
  readonly overridden: Overridden[];
  readonly translations: Translation[];
  count: number;
  /** Highest number of an interface with a type; undefined: to be looked for. */
  highestNic: number | undefined;
  /** Index of the interface that the last bare lxc.network.type began; -1: none yet. */
  network: number;
  /** lxc.rootfs.backend of LXC 2: becomes the prefix of the path. */
  backend: string | undefined;
}

export const newDraft = (): Draft => ({ rows: new Map(), nics: new Map(), problems: [], overridden: [], translations: [], count: 0, highestNic: -1, network: -1, backend: undefined });

const TYPE = "lxc.net.N.type";
const ofNic = (row: string, sub: string): string => row.replace(".N", `.${sub}`);

function ofRow(draft: Draft, row: Row<unknown>): OfRow {
  const present = draft.rows.get(row.key);
  if (present !== undefined) return present;
  const made: OfRow = { row, keys: new Map() };
  draft.rows.set(row.key, made);
  return made;
}

/** Adds to a list, takes the place of a scalar. */
export function put(draft: Draft, { row, sub }: Found, setting: Setting): void {
  const { keys } = ofRow(draft, row);
  const held = keys.get(setting.key);
  const [before] = held ?? [];
  if (held === undefined || before === undefined) keys.set(setting.key, [{ at: draft.count++, setting }]);
  else if (row.isRepeatable) held.push({ at: draft.count++, setting });
  else {
    draft.overridden.push({ setting: before.setting, by: setting.from });
    held[0] = { at: before.at, setting };
  }
  if (!row.key.startsWith("lxc.net.N.")) return;
  const said = draft.nics.get(sub);
  if (said === undefined) draft.nics.set(sub, new Set([row.key]));
  else said.add(row.key);
  if (row.key === TYPE && draft.highestNic !== undefined) draft.highestNic = Math.max(draft.highestNic, Number(sub));
}

/** Another text for a scalar, from the same line. */
export function replace(draft: Draft, { row }: Found, setting: Setting): void {
  const held = draft.rows.get(row.key)?.keys.get(setting.key);
  const [before] = held ?? [];
  if (held !== undefined && before !== undefined) held[0] = { at: before.at, setting };
}

/** `by`: the line that makes it forgotten. */
function forgetKey(draft: Draft, row: string, key: string, by: Origin): void {
  const keys = draft.rows.get(row)?.keys;
  const held = keys?.get(key);
  if (held === undefined) return;
  for (const { setting } of held) draft.overridden.push({ setting, by });
  keys?.delete(key);
  if (row === TYPE) draft.highestNic = undefined;
}

export function forgetNic(draft: Draft, sub: string, by: Origin): void {
  for (const row of draft.nics.get(sub) ?? []) forgetKey(draft, row, ofNic(row, sub), by);
  draft.nics.delete(sub);
}

/** An empty value: of one key, of an interface, or of all that a row clears. */
export function clear(draft: Draft, { row, key, sub }: Found, by: Origin): void {
  if (row.clears === undefined) { forgetKey(draft, row.key, key, by); return; }
  if (row.key === "lxc.net.N") { forgetNic(draft, sub, by); return; }
  const isNet = row.key === "lxc.net";
  for (const [name, other] of draft.rows) {
    // lxc.cgroup.dir and lxc.hook.version are settings of their own, they only share the beginning of the name.
    if (!name.startsWith(row.clears) || !(isNet || other.row.isFamily || other.row.isRepeatable)) continue;
    for (const present of other.keys.keys()) forgetKey(draft, name, present, by);
  }
  if (isNet) draft.nics.clear();
}

export const heldOf = (draft: Draft, row: string, key: string): Setting | undefined => draft.rows.get(row)?.keys.get(key)?.[0]?.setting;
export const typeOf = (draft: Draft, sub: string): Setting | undefined => heldOf(draft, TYPE, ofNic(TYPE, sub));

/** What was said of an interface before its type, but for the type: in the order of the lines. */
export const saidOfNic = (draft: Draft, sub: string): readonly Setting[] =>
  [...draft.nics.get(sub) ?? []].filter((row) => row !== TYPE).flatMap((row) => draft.rows.get(row)?.keys.get(ofNic(row, sub)) ?? []).toSorted((a, b) => a.at - b.at).map(({ setting }) => setting);

/** The number of the interface that a bare lxc.network.type begins. */
export function nextNic(draft: Draft): number {
  draft.highestNic ??= [...draft.rows.get(TYPE)?.keys.values() ?? []].reduce((highest, [held]) => Math.max(highest, Number(held?.setting.sub ?? -1)), -1);
  return draft.highestNic + 1;
}

function inOrder(keys: ReadonlyMap<string, readonly Held[]>): readonly Setting[] {
  const all: Held[] = [];
  for (const held of keys.values()) all.push(...held);
  if (keys.size > 1) all.sort((a, b) => a.at - b.at);
  return all.map(({ setting }) => setting);
}

export function settled(draft: Draft): Settings {
  const byRow = new Map<string, readonly Setting[]>();
  for (const [row, { keys }] of draft.rows) if (keys.size > 0) byRow.set(row, inOrder(keys));
  return { byRow, problems: draft.problems, overridden: draft.overridden, translations: draft.translations };
}
