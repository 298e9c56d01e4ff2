// Owns the shape of a translation between the two versions of cgroups.
import type { CgroupFile } from "../../model/spec.ts";

/** `other`: the value that the config gives another file, of either version. A text says why there is nothing to write. */
export type Turn = (value: string, other: (file: string) => string | undefined) => readonly CgroupFile[] | string;

/** One file, its value as `convert` makes it. */
export const into = (file: string, convert: (value: string) => string | undefined, what: string): Turn => (value) => {
  const turned = convert(value);
  return turned === undefined ? `'${value}' is not ${what}` : [{ file, value: turned }];
};

export const same = (file: string): Turn => (value) => [{ file, value }];

/** `8:0 1048576`: the device, and what is said of it. */
export function deviceAndRest(value: string): { readonly device: string; readonly rest: readonly string[] } | undefined {
  const [device = "", ...rest] = value.trim().split(/\s+/);
  return /^\d+:\d+$/.test(device) && rest.length > 0 ? { device, rest } : undefined;
}
export const NO_DEVICE = "does not begin with a device, as in 8:0";
