// Owns the rules about interfaces: addresses, names, what belongs together.
import { addressBytes, inSameNetwork } from "../../../linux/netlink.ts";
import type { Nic } from "../../../model/nic.ts";
import type { Origin } from "../../../model/origin.ts";
import type { Rule, Sighting } from "../rule.ts";
import { sighted, sightedAt } from "../sight.ts";
import type { Entry, View } from "../view.ts";

/** The last line of a key of this interface. */
const lineOf = (view: View, nic: Nic, sub: string): Entry | undefined => view.entries.findLast(({ key, value }) => key === `lxc.net.${nic.index}.${sub}` && value !== "");
const placeOfKey = (view: View, nic: Nic, sub: string): Origin => {
  const entry = lineOf(view, nic, sub);
  return entry === undefined ? nic.from : { kind: "config", file: entry.line.file, line: entry.line.line, column: entry.line.column, key: entry.line.key };
};
const FAMILIES = ["ipv4", "ipv6"] as const;
const gatewayOf = (nic: Nic, family: "ipv4" | "ipv6"): string | undefined => (family === "ipv4" ? nic.ipv4Gateway : nic.ipv6Gateway);

function* gateways(view: View, test: (nic: Nic, family: "ipv4" | "ipv6", gateway: string) => string | undefined): Generator<Sighting> {
  for (const nic of view.spec.nics) {
    for (const family of FAMILIES) {
      const gateway = gatewayOf(nic, family);
      const text = gateway === undefined ? undefined : test(nic, family, gateway);
      if (text !== undefined) yield sightedAt(placeOfKey(view, nic, `${family}.gateway`), text, { token: gateway ?? "" });
    }
  }
}

interface Named { readonly value: string; readonly at: Origin }

/** Each value that was there before. */
function* again(all: readonly Named[], what: string): Generator<Sighting> {
  const first = new Map<string, Named>();
  for (const named of all) {
    const before = first.get(named.value.toLowerCase());
    if (before === undefined) first.set(named.value.toLowerCase(), named);
    else yield sightedAt(named.at, `${what} '${named.value}' is given twice, also in line ${before.at.line ?? 0}`, { token: named.value });
  }
}
const ofNics = (view: View, sub: string, value: (nic: Nic) => string | undefined): readonly Named[] => view.spec.nics.flatMap((nic) => {
  const found = value(nic);
  return found === undefined ? [] : [{ value: found, at: placeOfKey(view, nic, sub) }];
});

function isNetworkItself(address: string, prefix: number): "network" | "broadcast" | undefined {
  const bytes = addressBytes(address);
  if (bytes === undefined || bytes.length !== 4 || prefix > 30 || prefix === 0) return undefined;
  const host = bytes.reduce((sum, byte) => sum * 256 + byte, 0) % 2 ** (32 - prefix);
  return host === 0 ? "network" : host === 2 ** (32 - prefix) - 1 ? "broadcast" : undefined;
}

/** What an interface that is not made cannot have. */
const ONLY_REAL = /^lxc\.net\.\d+\.(link|name|hwaddr|mtu|ipv[46]\.(address|gateway))$/;

function* useless(view: View): Generator<Sighting> {
  for (const nic of view.spec.nics) {
    if (nic.type !== "none" && nic.type !== "empty") continue;
    for (const { line, key, value } of view.entries) if (value !== "" && key.startsWith(`lxc.net.${nic.index}.`) && ONLY_REAL.test(key)) yield sighted(line, `${line.key} does nothing: the interface is of type '${nic.type}'`);
  }
}

export const networkRules: readonly Rule[] = [
  {
    id: "nic-key-useless", severity: "warning", sees: "An address, link, name or MTU for an interface of type none or empty.", why: "There is no interface that could have it.", remedy: "choose another type, or take the line out",
    trips: "lxc.net.0.type = empty\nlxc.net.0.ipv4.address = 10.0.3.5/24", passes: "lxc.net.0.type = empty\nlxc.net.0.flags = up", look: useless,
  },
  {
    id: "nic-none-with-others", severity: "warning", sees: "An interface of type none beside others.", why: "The others need a network of the container's own: as in LXC it gets one, and the line with none does nothing.", remedy: "take the one of type none out, or all others",
    trips: "lxc.net.0.type = none\nlxc.net.1.type = veth\nlxc.net.1.link = br0", passes: "lxc.net.0.type = veth\nlxc.net.0.link = br0",
    look: function* (view) { const { nics } = view.spec; const none = nics.find(({ type }) => type === "none"); if (none !== undefined && nics.length > 1) yield sightedAt(none.from, "type none has no effect beside another interface", { token: "none" }); },
  },
  {
    id: "veth-without-link", severity: "warning", sees: "A veth without a link, and without a script that would connect it.", why: "The host's end hangs in the air: the container reaches nobody.", remedy: "add lxc.net.N.link = BRIDGE",
    trips: "lxc.net.0.type = veth\nlxc.net.0.flags = up", passes: "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0",
    look: function* (view) { for (const nic of view.spec.nics) if (nic.type === "veth" && nic.link === undefined && nic.scriptUp === undefined && nic.vethMode !== "router") yield sightedAt(nic.from, `lxc.net.${nic.index} is a veth whose end on the host is connected to nothing`, { token: "veth", remedy: `add 'lxc.net.${nic.index}.link = BRIDGE'` }); },
  },
  {
    id: "gateway-without-address", severity: "error", sees: "A gateway on an interface without an address of that family.", why: "The kernel takes no route through an interface that has no address: the start fails.", remedy: "add the address, or leave both to DHCP",
    trips: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.flags = up\nlxc.net.0.ipv4.gateway = 10.0.3.1", passes: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.flags = up\nlxc.net.0.ipv4.address = 10.0.3.5/24\nlxc.net.0.ipv4.gateway = 10.0.3.1",
    look: (view) => gateways(view, (nic, family, gateway) => (nic[family].length === 0 && nic.isUp && gateway !== "dev" ? `the gateway ${gateway} needs an address, lxc.net.${nic.index}.${family}.address is not set` : undefined)),
  },
  {
    id: "gateway-outside", severity: "warning", sees: "A gateway that lies in none of the interface's networks.", why: "It is reached only if it answers on the link all the same; most often a digit is wrong.", remedy: "correct the gateway or the address; with a prefix of /32 or /128 it is taken as meant",
    trips: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.flags = up\nlxc.net.0.ipv4.address = 10.0.3.5/24\nlxc.net.0.ipv4.gateway = 10.0.4.1", passes: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.flags = up\nlxc.net.0.ipv4.address = 10.0.3.5/24\nlxc.net.0.ipv4.gateway = 10.0.3.1",
    look: (view) => gateways(view, (nic, family, gateway) => {
      const bytes = addressBytes(gateway);
      const all = nic[family];
      if (bytes === undefined || all.length === 0 || gateway.toLowerCase().startsWith("fe80:") || all.some(({ address, prefix }) => prefix >= (family === "ipv4" ? 32 : 128) || inSameNetwork(addressBytes(address) ?? [], bytes, prefix))) return undefined;
      return `the gateway ${gateway} is not in ${all.map(({ address, prefix }) => `${address}/${prefix}`).join(" or ")}`;
    }),
  },
  {
    id: "gateway-down", severity: "warning", sees: "A gateway on an interface that is not brought up.", why: "A route needs an interface that is up: it is not set.", remedy: "add lxc.net.N.flags = up",
    trips: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.ipv4.address = 10.0.3.5/24\nlxc.net.0.ipv4.gateway = 10.0.3.1", passes: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.flags = up\nlxc.net.0.ipv4.address = 10.0.3.5/24\nlxc.net.0.ipv4.gateway = 10.0.3.1",
    look: (view) => gateways(view, (nic, _, gateway) => (nic.isUp || nic.type === "none" || nic.type === "empty" ? undefined : `the gateway ${gateway} is not set: lxc.net.${nic.index}.flags does not say up`)),
  },
  {
    id: "address-twice", severity: "error", sees: "The same address twice.", why: "Two interfaces answer for one address, or the start fails.", remedy: "change one of them",
    trips: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.ipv4.address = 10.0.3.5/24\nlxc.net.1.type = veth\nlxc.net.1.link = br1\nlxc.net.1.ipv4.address = 10.0.3.5/24", passes: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.ipv4.address = 10.0.3.5/24\nlxc.net.0.ipv4.address = 10.0.3.6/24",
    look: (view) => again(view.spec.nics.flatMap(({ ipv4, ipv6 }) => [...ipv4, ...ipv6]).map(({ address, from }) => ({ value: address, at: from })), "the address"),
  },
  {
    id: "hwaddr-twice", severity: "error", sees: "The same hardware address for two interfaces.", why: "On one bridge neither of them works.", remedy: "change one; 00:16:3e:xx:xx:xx lets LXC choose",
    trips: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.hwaddr = 00:16:3e:11:22:33\nlxc.net.1.type = veth\nlxc.net.1.link = br0\nlxc.net.1.hwaddr = 00:16:3e:11:22:33", passes: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.hwaddr = 00:16:3e:11:22:33",
    look: (view) => again(ofNics(view, "hwaddr", (nic) => (/x/i.test(lineOf(view, nic, "hwaddr")?.value ?? "") ? undefined : nic.hwaddr)), "the hardware address"),
  },
  {
    id: "hwaddr-zero", severity: "error", sees: "The hardware address 00:00:00:00:00:00.", why: "The kernel refuses it.", remedy: "write 00:16:3e: and three more pairs",
    trips: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.hwaddr = 00:00:00:00:00:00", passes: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.hwaddr = 00:16:3e:00:00:01",
    look: function* (view) { for (const { value, at } of ofNics(view, "hwaddr", (nic) => nic.hwaddr)) if (/^[0:]+$/.test(value)) yield sightedAt(at, `'${value}' is no address that an interface can have`, { token: value }); },
  },
  {
    id: "hwaddr-template", severity: "warning", sees: "A hardware address with x left in a container's config.", why: "Each start draws another address, so DHCP gives another lease; lxc-create fills such digits in once.", remedy: "write digits in the place of the x",
    trips: "lxc.rootfs.path = /srv/web\nlxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.hwaddr = 00:16:3e:xx:xx:xx", passes: "# a default.conf, from which containers are made\nlxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.hwaddr = 00:16:3e:xx:xx:xx",
    look: function* (view) { for (const nic of view.isWhole ? view.spec.nics : []) { const entry = lineOf(view, nic, "hwaddr"); if (entry !== undefined && /x/i.test(entry.value)) yield sighted(entry.line, `'${entry.value}' becomes another address at each start`, { token: entry.value }); } },
  },
  {
    id: "nic-name-twice", severity: "error", sees: "The same name for two interfaces, inside or on the host.", why: "The second one cannot be made: the start fails.", remedy: "change one of them",
    trips: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.name = eth0\nlxc.net.1.type = veth\nlxc.net.1.link = br1\nlxc.net.1.name = eth0", passes: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.name = eth0\nlxc.net.1.type = veth\nlxc.net.1.link = br1\nlxc.net.1.name = eth1",
    look: function* (view) { yield* again(ofNics(view, "name", ({ name }) => name), "the name"); yield* again(ofNics(view, "veth.pair", ({ vethPair }) => vethPair), "the host's name"); },
  },
  {
    id: "mtu-range", severity: "warning", sees: "An MTU below 68 or above 65535, or below 1280 with an IPv6 address.", why: "The kernel refuses the first two; below 1280 there is no IPv6 on the interface.", remedy: "leave the line out: the MTU is the bridge's then",
    trips: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.mtu = 15", passes: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.mtu = 1500",
    look: function* (view) {
      for (const nic of view.spec.nics) {
        if (nic.mtu === undefined || nic.type === "none" || nic.type === "empty") continue;
        const why = nic.mtu < 68 ? "is below 68, the least that IPv4 needs" : nic.mtu > 65535 ? "is above 65535" : nic.mtu < 1280 && nic.ipv6.length > 0 ? "is below 1280, the least that IPv6 needs" : undefined;
        if (why !== undefined) yield sightedAt(placeOfKey(view, nic, "mtu"), `an MTU of ${nic.mtu} ${why}`, { token: lineOf(view, nic, "mtu")?.value ?? "" });
      }
    },
  },
  {
    id: "address-of-network", severity: "warning", sees: "An IPv4 address that is its network's own or its broadcast address.", why: "It belongs to all or to nobody; no neighbour answers it.", remedy: "choose an address between the two",
    trips: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.ipv4.address = 10.0.3.0/24", passes: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.ipv4.address = 10.0.3.5/24",
    look: function* (view) { for (const { address, prefix, from } of view.spec.nics.flatMap(({ ipv4 }) => ipv4)) { const kind = isNetworkItself(address, prefix); if (kind !== undefined) yield sightedAt(from, `${address}/${prefix} is the ${kind} address of its network`, { token: address }); } },
  },
  {
    id: "address-without-prefix", severity: "warning", sees: "An IPv4 address without a prefix length.", why: "It gets the one of its class: 10.0.3.5 becomes 10.0.3.5/8, and half the world seems to be on the link.", remedy: "write the prefix, as in 10.0.3.5/24",
    trips: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.ipv4.address = 10.0.3.5", passes: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.ipv4.address = 10.0.3.5/24",
    look: function* (view) { for (const { line, key, value } of view.entries) if (/^lxc\.net\.\d+\.ipv4\.address$/.test(key) && value !== "" && !value.includes("/")) { const found = view.spec.nics.flatMap(({ ipv4 }) => ipv4).find(({ from }) => from.line === line.line && from.file === line.file); if (found !== undefined) yield sighted(line, `'${value}' has no prefix length: /${found.prefix} is taken, by its class`, { token: value }); } },
  },
];
