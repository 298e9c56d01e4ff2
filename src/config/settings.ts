// Owns Settings: what a config leaves after all its lines, and typed access to it. Knows rows, but no meaning.
import type { Origin } from "../model/origin.ts";
import type { Problem } from "../model/problem.ts";
import type { Sourced } from "../model/spec.ts";
import type { Row } from "./keys/row.ts";

export interface Setting {
  /** The whole key in its present form. */
  readonly key: string;
  readonly sub: string;
  readonly text: string;
  readonly from: Origin;
}

/** A setting that a later line replaced or cleared. */
export interface Overridden { readonly setting: Setting; readonly by: Origin }

/** What a line with an old name sets: the present key with its number; undefined: nothing is left to set. */
export interface Translation { readonly from: Origin; readonly key: string | undefined }

export interface Settings {
  /** By the key of the row, in the order in which they take effect. */
  readonly byRow: ReadonlyMap<string, readonly Setting[]>;
  readonly problems: readonly Problem[];
  readonly overridden: readonly Overridden[];
  readonly translations: readonly Translation[];
}

/** All that a row's value is looked up in. */
type ByRow = Pick<Settings, "byRow">;

export const settingsOf = (settings: ByRow, row: Row<unknown>): readonly Setting[] => settings.byRow.get(row.key) ?? [];

/** The value of a scalar. Settings hold only values that their grammar reads. */
export function one<T>(settings: ByRow, row: Row<T>): Sourced<T> | undefined {
  const setting = settingsOf(settings, row).at(-1);
  const reading = setting === undefined ? undefined : row.grammar.read(setting.text);
  return setting === undefined || reading === undefined || !reading.ok ? undefined : { value: reading.value, from: setting.from };
}

/** `{ [name]: value }`; nothing at all where the key is not set, as exact optional fields want it. */
export function optional<K extends string, T>(name: K, settings: Settings, row: Row<T>): { readonly [P in K]?: Sourced<T> } {
  const found = one(settings, row);
  const result: { [P in K]?: Sourced<T> } = {};
  if (found !== undefined) result[name] = found;
  return result;
}

export interface Item<T> extends Sourced<T> { readonly sub: string; readonly key: string }

/** The values of a list or of a family of keys. */
export function many<T>(settings: ByRow, row: Row<T>): readonly Item<T>[] {
  return settingsOf(settings, row).flatMap((setting) => {
    const reading = row.grammar.read(setting.text);
    return reading.ok ? [{ value: reading.value, from: setting.from, sub: setting.sub, key: setting.key }] : [];
  });
}
