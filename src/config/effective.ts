// Owns what is left of a config key by key: each value, the line it comes from, and what later lines made of earlier ones.
import type { Origin } from "../model/origin.ts";
import { collectSettings, type Includes } from "./collect.ts";
import type { Setting } from "./settings.ts";
import { seeLines, type Syntax } from "./syntax.ts";
import { findKey } from "./table.ts";

export interface EffectiveValue { readonly value: string; readonly from: Origin }
/** `by`: the line that replaced or cleared it. */
export interface OverriddenValue extends EffectiveValue { readonly by: Origin }
export interface EffectiveKey {
  readonly key: string;
  readonly isList: boolean;
  /** In the order in which they take effect; none: it was set and is cleared. */
  readonly values: readonly EffectiveValue[];
  readonly overridden: readonly OverriddenValue[];
}

interface Group { readonly isList: boolean; readonly values: EffectiveValue[]; readonly overridden: OverriddenValue[] }

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

const valueOf = ({ text, from }: Setting): EffectiveValue => ({ value: text, from });

/** Every key that some line sets. `overrides` as for resolve(). */
export function effectiveKeys(syntax: Syntax, overrides: readonly string[] = [], includes?: Includes): readonly EffectiveKey[] {
  const settings = collectSettings([syntax], overrides, includes);
  const groups = new Map<string, Group>();
  addIncludes(groups, syntax);
  for (const setting of [...settings.byRow.values()].flat()) groupOf(groups, setting.key).values.push(valueOf(setting));
  for (const { setting, by } of settings.overridden) groupOf(groups, setting.key).overridden.push({ ...valueOf(setting), by });
  return [...groups].map(([key, group]) => ({ key, ...group })).toSorted(byKey);
}

/** Whether a key is `prefix` or lies below it, by whole words: `lxc.net.1` is not above `lxc.net.10`. */
export const isBelow = (key: string, prefix: string): boolean => key === prefix || key.startsWith(prefix.endsWith(".") ? prefix : `${prefix}.`);
