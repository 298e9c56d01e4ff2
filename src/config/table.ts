// Owns the table of all keys and the look-up: exact first, then the longest prefix; the order of rows means nothing.
import { consoleKeys } from "./keys/console.ts";
import { controlKeys, hookKeys } from "./keys/control.ts";
import { filesystemKeys } from "./keys/filesystem.ts";
import { isolationKeys } from "./keys/isolation.ts";
import { networkKeys } from "./keys/network.ts";
import { processKeys } from "./keys/process.ts";
import type { Row } from "./keys/row.ts";

export const rows: readonly Row<unknown>[] = [processKeys, consoleKeys, filesystemKeys, isolationKeys, controlKeys, hookKeys, networkKeys].flatMap((group): readonly Row<unknown>[] => Object.values(group));

const exact = new Map<string, Row<unknown>>(), families = new Map<string, Row<unknown>>();
/** Where the dot of the longest family stands: a key may be a megabyte. */
let longestFamily = 0;
for (const row of rows) {
  if (!row.isFamily) { exact.set(row.key, row); continue; }
  families.set(row.key.slice(0, -1), row);
  longestFamily = Math.max(longestFamily, row.key.length - 2);
}

export interface Found {
  readonly row: Row<unknown>;
  /** The key in its normal form: `lxc.net.00.type` is `lxc.net.0.type`. */
  readonly key: string;
  /** What stands for `*` or for `N`: `memory.max`, `0`; else empty. */
  readonly sub: string;
}

const NET = "lxc.net.";

function findNet(key: string): Found | undefined {
  const dot = key.indexOf(".", NET.length);
  const digits = key.slice(NET.length, dot < 0 ? undefined : dot);
  const rest = dot < 0 ? "" : key.slice(dot);
  if (!(digits === "0" || /^\d{1,9}$/.test(digits)) || rest === ".") return undefined;
  const row = exact.get(`lxc.net.N${rest}`);
  const sub = String(Number(digits));
  return row === undefined ? undefined : { row, key: `lxc.net.${sub}${rest}`, sub };
}

export function findKey(key: string): Found | undefined {
  const row = key.includes(".N") ? undefined : exact.get(key);
  if (row !== undefined) return { row, key, sub: "" };
  if (key.startsWith(NET)) return findNet(key);
  for (let dot = key.lastIndexOf(".", longestFamily); dot > 0; dot = key.lastIndexOf(".", dot - 1)) {
    const family = families.get(key.slice(0, dot + 1));
    if (family !== undefined) return dot + 1 < key.length ? { row: family, key, sub: key.slice(dot + 1) } : undefined;
  }
  return undefined;
}

/** Whether `key = ` with an empty value of a row that clears (lxc.net, lxc.hook, lxc.cgroup …) also forgets `other`. */
export function isClearedBy({ row, sub }: Found, other: string): boolean {
  const found = row.clears !== undefined && other.startsWith(row.clears.replace(".N.", `.${sub}.`)) ? findKey(other) : undefined;
  // lxc.cgroup.dir and lxc.hook.version are settings of their own, they only share the beginning of the name.
  return found !== undefined && (found.row.isFamily || found.row.isRepeatable || found.row.key.startsWith("lxc.net.N"));
}
