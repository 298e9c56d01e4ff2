// Owns the network interfaces: one Nic for each number that has a type.
import { byDefault } from "../../model/origin.ts";
import type { Nic, NicAddress } from "../../model/nic.ts";
import { fillHwaddr, type Address } from "../grammar/address.ts";
import type { Row } from "../keys/row.ts";
import { networkKeys } from "../keys/network.ts";
import { many, settingsOf, type Item, type Settings } from "../settings.ts";

type NicRow = Exclude<keyof typeof networkKeys, "one" | "all">;
const OTHER: readonly NicRow[] = ["vethRx", "vethTx", "vethRoute4", "vethRoute6", "vethVlan", "vethTagged", "macvlanMode", "ipvlanMode", "ipvlanIsolation", "vlanId", "l2proxy"];

const ofNic = <T>(settings: Settings, row: Row<T>, index: number): readonly Item<T>[] => many(settings, row).filter((item) => item.sub === String(index));

/** `{ [name]: value }`, or nothing where the key is not set. */
function ofOne<K extends string, T>(name: K, settings: Settings, row: Row<T>, index: number): { readonly [P in K]?: T } {
  const found = ofNic(settings, row, index).at(-1);
  const result: { [P in K]?: T } = {};
  if (found !== undefined) result[name] = found.value;
  return result;
}

const addresses = (settings: Settings, row: Row<Address>, index: number): readonly NicAddress[] => ofNic(settings, row, index).map((item) => ({ ...item.value, from: item.from }));

function otherKeys(settings: Settings, index: number): Readonly<Record<string, string>> {
  const other: Record<string, string> = {};
  for (const name of OTHER) {
    for (const setting of settingsOf(settings, networkKeys[name])) {
      if (setting.sub !== String(index)) continue;
      const sub = networkKeys[name].key.slice("lxc.net.N.".length);
      other[sub] = other[sub] === undefined ? setting.text : `${other[sub]}\n${setting.text}`;
    }
  }
  return other;
}

function resolveNic(settings: Settings, index: number, hwaddr: string | undefined): Nic {
  const type = ofNic(settings, networkKeys.type, index).at(-1);
  const link = ofNic(settings, networkKeys.link, index).at(-1);
  return {
    index,
    type: type?.value ?? "empty",
    isUp: ofNic(settings, networkKeys.flags, index).length > 0,
    ...(link === undefined ? {} : { link: link.value, linkFrom: link.from }),
    ...ofOne("name", settings, networkKeys.name, index),
    ...(hwaddr === undefined ? {} : { hwaddr }),
    ...ofOne("mtu", settings, networkKeys.mtu, index),
    ipv4: addresses(settings, networkKeys.ipv4, index),
    ipv6: addresses(settings, networkKeys.ipv6, index),
    ...ofOne("ipv4Gateway", settings, networkKeys.ipv4Gateway, index),
    ...ofOne("ipv6Gateway", settings, networkKeys.ipv6Gateway, index),
    ...ofOne("vethPair", settings, networkKeys.vethPair, index),
    ...ofOne("vethMode", settings, networkKeys.vethMode, index),
    ...ofOne("scriptUp", settings, networkKeys.scriptUp, index),
    ...ofOne("scriptDown", settings, networkKeys.scriptDown, index),
    other: otherKeys(settings, index),
    from: type?.from ?? byDefault(`lxc.net.${index}.type`),
  };
}

/** Numbers of all interfaces that something is said about, ascending. */
export function nicNumbers(settings: Settings): readonly number[] {
  const found = new Set<number>();
  for (const row of Object.values(networkKeys)) for (const setting of settingsOf(settings, row)) found.add(Number(setting.sub));
  return [...found].toSorted((a, b) => a - b);
}

export function resolveNics(settings: Settings, random: string): readonly Nic[] {
  let used = 0;
  return nicNumbers(settings).map((index) => {
    const template = ofNic(settings, networkKeys.hwaddr, index).at(-1)?.value;
    const hwaddr = template === undefined ? undefined : fillHwaddr(template, random, used);
    used += template === undefined ? 0 : template.toLowerCase().split("x").length - 1;
    return resolveNic(settings, index, hwaddr);
  });
}
