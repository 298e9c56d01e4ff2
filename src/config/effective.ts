// Owns what is left of a config key by key: each value, the line it comes from, and what later lines made of earlier ones.
import type { Origin } from "../model/origin.ts";
import { written } from "./edit.ts";
import { collectSettings, type Includes } from "./collect.ts";
import type { Setting } from "./settings.ts";
import { seeLines, type Syntax } from "./syntax.ts";
import { findKey } from "./table.ts";

export interface EffectiveValue {
  readonly value: string;
  readonly from: Origin;
  /** Sorts the values of all keys as they take effect: of devices that are allowed and denied the order is the meaning. */
  readonly order: number;
}
/** `by`: the line that replaced or cleared it. */
export interface OverriddenValue { readonly value: string; readonly from: Origin; readonly by: Origin }
export interface EffectiveKey {
  readonly key: string;
  readonly isList: boolean;
  /** In the order in which they take effect; none: it was set and is cleared. */
  readonly values: readonly EffectiveValue[];
  readonly overridden: readonly OverriddenValue[];
}

type Bare = Omit<EffectiveValue, "order">;
interface Group { readonly isList: boolean; readonly values: Bare[]; readonly overridden: OverriddenValue[] }

function groupOf(groups: Map<string, Group>, key: string): Group {
  const present = groups.get(key);
  if (present !== undefined) return present;
  const made: Group = { isList: findKey(key)?.row.isRepeatable ?? false, values: [], overridden: [] };
  groups.set(key, made);
  return made;
}

/** lxc.include is done with when a config is read: its lines are no settings. */
function addIncludes(groups: Map<string, Group>, syntax: Syntax): void {
  seeLines(syntax, ({ kind, key, value, file, line, column }) => {
    if (kind === "entry" && key === "lxc.include" && value !== "") groupOf(groups, key).values.push({ value, from: { kind: "config", file, line, column, key } });
  });
}

/** The number of an interface sorts as a number, and its type comes before the rest, as it must stand in a file. */
const rank = (key: string): string => key.replace(/^lxc\.net\.(\d+)/, (_, digits: string) => `lxc.net.${digits.padStart(10, "0")}`).replace(/^(lxc\.net\.\d+)\.type$/, "$1.");
export const byKey = (a: { readonly key: string }, b: { readonly key: string }): number => {
  const [left, right] = [rank(a.key), rank(b.key)];
  return left < right ? -1 : left > right ? 1 : 0;
};

const valueOf = ({ text, from }: Setting): Bare => ({ value: text, from });

const placeOf = ({ file, line }: { readonly file?: string; readonly line?: number }): string => `${file ?? ""}:${line ?? 0}`;

/** Where each line takes effect; a line of a file that is included twice does so twice. */
function positions(syntax: Syntax): Map<string, number[]> {
  const found = new Map<string, number[]>();
  let count = 0;
  seeLines(syntax, (line) => {
    if (line.kind !== "entry") return;
    const present = found.get(placeOf(line));
    if (present === undefined) found.set(placeOf(line), [count++]);
    else present.push(count++);
  });
  return found;
}

/** What is left of a line that took effect several times are its last effects. */
function ordered(values: readonly Bare[], places: ReadonlyMap<string, number[]>): readonly EffectiveValue[] {
  return values.toReversed().map((one, index) => ({ ...one, order: (one.from.kind === "config" ? places.get(placeOf(one.from))?.pop() : undefined) ?? Number.MAX_SAFE_INTEGER - index })).reverse();
}

/** Every key that some line sets. `overrides` as for resolve(). */
export function effectiveKeys(syntax: Syntax, overrides: readonly string[] = [], includes?: Includes): readonly EffectiveKey[] {
  const settings = collectSettings([syntax], overrides, includes);
  const groups = new Map<string, Group>();
  addIncludes(groups, syntax);
  for (const setting of [...settings.byRow.values()].flat()) groupOf(groups, setting.key).values.push(valueOf(setting));
  for (const { setting, by } of settings.overridden) groupOf(groups, setting.key).overridden.push({ ...valueOf(setting), by });
  const places = positions(syntax);
  return [...groups].map(([key, group]) => ({ key, ...group, values: ordered(group.values, places) })).toSorted(byKey);
}

/** The keys as lines of a config, in the order in which their values take effect: read again they mean the same. */
export function effectiveText(keys: readonly EffectiveKey[]): string {
  const lines = keys.flatMap(({ key, values }) => (values.length === 0 ? [{ key, value: "", order: Number.MAX_SAFE_INTEGER }] : values.map(({ value, order }) => ({ key, value, order }))));
  return lines.toSorted((a, b) => a.order - b.order).map(({ key, value }) => (value === "" ? `${key} =\n` : `${key} = ${written(key, value)}\n`)).join("");
}
