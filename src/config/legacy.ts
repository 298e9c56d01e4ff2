// Owns the names keys had from LXC 0.7 to 2.x and what they are called now.
import { findKey, rows } from "./table.ts";

/** Keys without a successor, and why nothing is lost. */
export const GONE: Readonly<Record<string, string>> = {
  "lxc.kmsg": "with 1, /dev/kmsg became a link to the console; no such link is made any more, as 0 wanted it",
  "lxc.pivotdir": "the old root is not mounted inside any more while the container starts",
  "lxc.rootfs.backend": "the kind of storage is written in front of lxc.rootfs.path",
};

interface Names { readonly plain: ReadonlyMap<string, string>; readonly network: ReadonlyMap<string, string> }
let names: Names | undefined;

/** Made when the first old name is met: most configs have none. */
function oldNames(): Names {
  if (names !== undefined) return names;
  const all = rows.flatMap((row) => row.legacy.filter((name) => !name.endsWith(".*")).map((name): [string, string] => [name, row.key]));
  const ofNet = all.filter(([name]) => name.startsWith("lxc.network."));
  names = {
    plain: new Map(all.filter(([name]) => !name.startsWith("lxc.network."))),
    network: new Map(ofNet.map(([name, key]) => [name.slice("lxc.network.".length), key.slice("lxc.net.N.".length)])),
  };
  return names;
}

/** Spellings of the very first releases. */
const OLD_NET: Readonly<Record<string, string>> = { "lxcscript.up": "script.up", "lxcscript.down": "script.down" };

export type Legacy =
  | { readonly kind: "renamed"; readonly key: string }
  /** lxc.network.SUB: belongs to the interface that the last lxc.network.type began. */
  | { readonly kind: "network"; readonly sub: string }
  | { readonly kind: "gone"; readonly why: string };

/** undefined: the key was never LXC's, or it still is. */
export function legacyKey(key: string): Legacy | undefined {
  if (GONE[key] !== undefined) return { kind: "gone", why: GONE[key] };
  const direct = oldNames().plain.get(key);
  if (direct !== undefined) return { kind: "renamed", key: direct };
  if (key.startsWith("lxc.limit.")) return { kind: "renamed", key: `lxc.prlimit.${key.slice("lxc.limit.".length)}` };
  if (!key.startsWith("lxc.network.")) return undefined;
  const [, index, rest = ""] = /^(\d{1,9})(?:\.(.+))?$/.exec(key.slice("lxc.network.".length)) ?? [];
  const given = index === undefined ? key.slice("lxc.network.".length) : rest;
  const old = OLD_NET[given] ?? given;
  if (given.startsWith("lxcscript.") && OLD_NET[given] === undefined) return { kind: "gone", why: "LXC does not know this script" };
  const sub = oldNames().network.get(old) ?? (findKey(`lxc.net.0.${old}`) === undefined ? undefined : old);
  if (index !== undefined) return rest !== "" && sub === undefined ? undefined : { kind: "renamed", key: `lxc.net.${Number(index)}${sub === undefined ? "" : `.${sub}`}` };
  return sub === undefined ? undefined : { kind: "network", sub };
}
