// Owns what a path names as a device: its kind and number, on the host or beneath a container's root.
import { lstatSync, statSync } from "node:fs";
import type { Stats } from "node:fs";
import { lookBeneath } from "./beneath.ts";

export interface DeviceFact { readonly isBlock: boolean; readonly major: number; readonly minor: number; readonly device: bigint; readonly mode: number }

/** As glibc's gnu_dev_major and gnu_dev_minor take it apart. */
function factOf(found: Stats): DeviceFact | undefined {
  if (!found.isBlockDevice() && !found.isCharacterDevice()) return undefined;
  const number = BigInt(found.rdev);
  const major = Number(((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xfffff000n));
  const minor = Number((number & 0xffn) | ((number >> 12n) & 0xffffff00n));
  return { isBlock: found.isBlockDevice(), major, minor, device: number, mode: found.mode & 0o777 };
}

/** Links are followed; undefined: no device. */
export function hostDevice(path: string): DeviceFact | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : factOf(found);
}

/** Links count from the container's root. `path`: where it is, without them. */
export function deviceBeneath(root: string, path: string): (DeviceFact & { readonly path: string }) | undefined {
  const { kind, resolved } = lookBeneath(root, path);
  if (kind !== "device") return undefined;
  const found = lstatSync(`${root}/${resolved}`, { throwIfNoEntry: false });
  const fact = found === undefined ? undefined : factOf(found);
  return fact === undefined ? undefined : { ...fact, path: `/${resolved}` };
}
