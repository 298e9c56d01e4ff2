// Owns the network interfaces: one Nic for each number that has a type.
import type { Origin } from "../../model/origin.ts";
import { byDefault } from "../../model/origin.ts";
import type { Nic, NicAddress } from "../../model/nic.ts";
import { fillHwaddr, type Address } from "../grammar/address.ts";
import type { Row } from "../keys/row.ts";
import { networkKeys } from "../keys/network.ts";
import { many, one, settingsOf, type Setting, type Settings } from "../settings.ts";

type NicRow = Exclude<keyof typeof networkKeys, "one" | "all">;
const OTHER: readonly NicRow[] = ["vethRx", "vethTx", "vethRoute4", "vethRoute6", "vethVlan", "vethTagged", "macvlanMode", "ipvlanMode", "ipvlanIsolation", "vlanId", "l2proxy"];

/** Settings of one interface only. */
type OfNic = Pick<Settings, "byRow">;

/** `{ [name]: value }`, or nothing where the key is not set. */
function ofOne<K extends string, T>(name: K, nic: OfNic, row: Row<T>): { readonly [P in K]?: T } {
  const found = one(nic, row);
  const result: { [P in K]?: T } = {};
  if (found !== undefined) result[name] = found.value;
  return result;
}

const addresses = (nic: OfNic, row: Row<Address>): readonly NicAddress[] => many(nic, row).map((item) => ({ ...item.value, from: item.from }));

/** One line makes it a list; `none` adds nothing to it. */
function egressOf(nic: OfNic): Pick<Nic, "egress"> {
  const lines = many(nic, networkKeys.egress);
  return lines.length === 0 ? {} : { egress: lines.flatMap(({ value, from }) => (value === "none" ? [] : [{ wish: value, from }])) };
}

function otherKeys(nic: OfNic): Readonly<Record<string, string>> {
  const other: Record<string, string> = {};
  for (const name of OTHER) {
    const texts = settingsOf(nic, networkKeys[name]).map(({ text }) => text);
    if (texts.length > 0) other[networkKeys[name].key.slice("lxc.net.N.".length)] = texts.join("\n");
  }
  return other;
}

function originsOf(nic: OfNic): Readonly<Record<string, Origin>> {
  const origins: Record<string, Origin> = {};
  for (const [key, settings] of nic.byRow) {
    const last = settings.at(-1);
    if (last !== undefined) origins[key.slice("lxc.net.N.".length)] = last.from;
  }
  return origins;
}

function resolveNic(nic: OfNic, index: number, hwaddr: string | undefined): Nic {
  const [type, link] = [one(nic, networkKeys.type), one(nic, networkKeys.link)];
  return {
    index,
    type: type?.value ?? "empty",
    isUp: settingsOf(nic, networkKeys.flags).length > 0,
    ...(link === undefined ? {} : { link: link.value, linkFrom: link.from }),
    ...ofOne("name", nic, networkKeys.name),
    ...(hwaddr === undefined ? {} : { hwaddr }),
    ...ofOne("mtu", nic, networkKeys.mtu),
    ipv4: addresses(nic, networkKeys.ipv4),
    ipv6: addresses(nic, networkKeys.ipv6),
    ...ofOne("ipv4Gateway", nic, networkKeys.ipv4Gateway),
    ...ofOne("ipv6Gateway", nic, networkKeys.ipv6Gateway),
    ...ofOne("vethPair", nic, networkKeys.vethPair),
    ...ofOne("vethMode", nic, networkKeys.vethMode),
    ...egressOf(nic),
    ...ofOne("scriptUp", nic, networkKeys.scriptUp),
    ...ofOne("scriptDown", nic, networkKeys.scriptDown),
    other: otherKeys(nic),
    origins: originsOf(nic),
    from: type?.from ?? byDefault(`lxc.net.${index}.type`),
  };
}

/** What is said of each interface, in the order of their numbers. */
function nicsOf(settings: Settings): readonly (OfNic & { readonly index: number })[] {
  const found = new Map<number, Map<string, Setting[]>>();
  for (const row of Object.values(networkKeys)) {
    for (const setting of settingsOf(settings, row)) {
      const index = Number(setting.sub);
      const byRow = found.get(index) ?? new Map<string, Setting[]>();
      const list = byRow.get(row.key);
      if (list === undefined) byRow.set(row.key, [setting]);
      else list.push(setting);
      found.set(index, byRow);
    }
  }
  const indices: number[] = [];
  for (const index of found.keys()) indices.push(index);
  return indices.sort((a, b) => a - b).map((index) => ({ index, byRow: found.get(index) ?? new Map() }));
}

export function resolveNics(settings: Settings, random: string): readonly Nic[] {
  let used = 0;
  return nicsOf(settings).map((nic) => {
    const template = one(nic, networkKeys.hwaddr)?.value;
    const hwaddr = template === undefined ? undefined : fillHwaddr(template, random, used);
    used += template === undefined ? 0 : template.toLowerCase().split("x").length - 1;
    return resolveNic(nic, nic.index, hwaddr);
  });
}
