// Owns get_config_item and get_keys: a key's value as LXC prints it.
import type { Nic } from "../model/nic.ts";
import type { ContainerSpec } from "../model/spec.ts";
import { shown } from "./grammar/grammar.ts";
import type { Row } from "./keys/row.ts";
import { collectSettings } from "./collect.ts";
import type { Setting, Settings } from "./settings.ts";
import type { Syntax } from "./syntax.ts";
import { findKey, rows, type Found } from "./table.ts";

const itemsOf = (row: Row<unknown>, setting: Setting): readonly string[] => (row.items === undefined ? shown(row.grammar, setting.text) : row.items(setting.text));

function joined(row: Row<unknown>, items: readonly string[]): string {
  switch (row.getter) {
    case "lines": return items.map((item) => `${item}\n`).join("");
    case "joined": return items.join("\n");
    case "blanks": return items.join(" ");
    case "commas": return items.join(",");
    case "scalar": case "none": return items.at(-1) ?? row.default;
  }
}

/** `lxc.net`: the types; `lxc.cgroup` and its like: whole lines. */
function familyText(settings: Settings, row: Row<unknown>): string {
  if (row.key === "lxc.net") return (settings.byRow.get("lxc.net.N.type") ?? []).toSorted((a, b) => Number(a.sub) - Number(b.sub)).map((setting) => `${setting.text}\n`).join("");
  const family = rows.find((other) => other.isFamily && other.key === `${row.key}.*`);
  if (family === undefined) return "";
  return (settings.byRow.get(family.key) ?? []).map((setting) => `${setting.key} = ${itemsOf(family, setting).join()}\n`).join("");
}

const nicOf = (spec: ContainerSpec, found: Found): Nic | undefined => spec.nics.find((nic) => String(nic.index) === found.sub);

/** Sub-keys that only one type of interface has. */
function fitsType(spec: ContainerSpec, found: Found): boolean {
  const nic = nicOf(spec, found);
  const [, kind] = /^lxc\.net\.N\.(veth|vlan|macvlan|ipvlan)\./.exec(found.row.key) ?? [];
  return nic !== undefined && (kind === undefined || kind === nic.type);
}


/** undefined: no such key. Unset scalars are the empty string or their default; lists end each item with a newline. */
export function getItem(spec: ContainerSpec, syntax: Syntax, key: string): string | undefined {
  const found = findKey(key);
  if (found === undefined || found.row.getter === "none") return undefined;
  const { row } = found;
  const settings = collectSettings([syntax], []);
  if (row.clears !== undefined) return familyText(settings, row);
  if (row.key.startsWith("lxc.net.N.")) {
    if (!fitsType(spec, found)) return undefined;
    if (row.key === "lxc.net.N.type") return nicOf(spec, found)?.type;
  }
  if (row.key === "lxc.rootfs.mount" && spec.rootfs !== undefined) return spec.rootfs.mount;
  if (row.key === "lxc.namespace.share.*" && !NAMESPACE_NAMES.has(found.sub)) return undefined;
  const items = (settings.byRow.get(row.key) ?? []).filter((setting) => setting.key === found.key).flatMap((setting) => itemsOf(row, setting));
  if (row.key === "lxc.net.N.hwaddr" && items.some((item) => /x/i.test(item))) return nicOf(spec, found)?.hwaddr;
  return joined(row, row.fold === undefined ? items : row.fold(items));
}

const NAMESPACE_NAMES = new Set(["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"]);

/** Keys that get_config_item answers: all of them, or what comes after `prefix` (`lxc.net.0` -> `type`, `link`, …). */
export function getKeys(spec: ContainerSpec, syntax: Syntax, prefix = ""): readonly string[] {
  const [, index] = /^lxc\.net\.(\d+)$/.exec(prefix) ?? [];
  if (index !== undefined) {
    const own = rows.filter((row) => row.key.startsWith("lxc.net.N.") && fitsType(spec, { row, key: "", sub: String(Number(index)) }));
    return own.map((row) => row.key.slice("lxc.net.N.".length));
  }
  if (prefix === "lxc.net") return spec.nics.map((nic) => String(nic.index));
  const present = [...collectSettings([syntax], []).byRow.values()].flat().map((setting) => setting.key);
  const known = rows.filter((row) => !row.isFamily && row.getter !== "none" && !row.key.startsWith("lxc.net.N")).map((row) => row.key);
  const all = [...new Set([...known, ...present])].toSorted();
  return prefix === "" ? all : all.filter((key) => key.startsWith(`${prefix}.`)).map((key) => key.slice(prefix.length + 1));
}
