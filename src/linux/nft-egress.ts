// Owns the rules of what may leave a container, as nft(8) reads them: on the host's end of its veth, before any bridge or route,
// so that nothing inside can lift them. Packet by packet, without a memory of connections: answers to who calls in have to be
// allowed as well. What a link cannot live without passes: ARP, neighbours and groups of IPv6, DHCP; none of it goes past the first link.
import { egressWord, type EgressWish } from "./egress-words.ts";
import { addressBytes, networkOf } from "./netlink.ts";
import { fnv64a } from "./socket-name.ts";

/** A table is told by whose it is, not by what a record says. */
export const egressTable = ({ lxcpath, name }: { readonly lxcpath: string; readonly name: string }, nic: number): string => `berth_egress_${fnv64a(`${lxcpath}/${name}`)}_${nic}`;

/** A table that is there or not, and then is not. */
export const withoutEgress = (table: string): string => `table netdev ${table} {\n}\ndelete table netdev ${table}\n`;

export interface Neighbours {
  /** The bridge's own addresses: its DHCP server is asked again by them. */
  readonly bridge4: readonly string[];
  /** Networks and gateways of IPv6 that lie on the link: neighbours are asked for. */
  readonly link6: readonly string[];
}

export interface EgressRules { readonly table: string; readonly device: string; readonly allowed: readonly { readonly wish: EgressWish; /** Of a name: all of its own. */ readonly addresses: readonly string[] }[]; readonly neighbours: Neighbours }

const DISCOVERY = "{ nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert }";
const LINK_LOCAL = ["fe80::/10", "ff02::/16"];

function alwaysAllowed({ bridge4, link6 }: Neighbours): readonly string[] {
  return [
    "arp operation { request, reply }",
    ...["255.255.255.255", ...bridge4].map((address) => `ip daddr ${address} udp sport 68 udp dport 67`),
    ...[...LINK_LOCAL, ...link6].map((network) => `ip6 daddr ${network} ip6 hoplimit 255 icmpv6 type ${DISCOVERY}`),
    "ip6 daddr ff02::16 ip6 hoplimit 1 icmpv6 type mld2-listener-report",
    "ip6 daddr ff02::/16 udp sport 546 udp dport 547",
  ];
}

/** nft takes no bits behind the prefix. */
function networkText(address: string, prefix: number | undefined): string {
  const bytes = addressBytes(address) ?? [];
  if (prefix === undefined) return address;
  const network = networkOf(bytes, prefix);
  if (network.length === 4) return `${network.join(".")}/${prefix}`;
  const groups = Array.from({ length: 8 }, (_, i) => (((network[2 * i] ?? 0) << 8) | (network[2 * i + 1] ?? 0)).toString(16));
  return `${groups.join(":")}/${prefix}`;
}

function portWords({ ports }: EgressWish): string {
  if (ports === undefined) return "";
  const range = ports.first === ports.last ? String(ports.first) : `${ports.first}-${ports.last}`;
  return ports.protocol === undefined ? ` meta l4proto { tcp, udp } th dport ${range}` : ` ${ports.protocol} dport ${range}`;
}

const allow = (wish: EgressWish, address: string): string => {
  const bytes = addressBytes(address);
  const all = wish.prefix === 0 ? `meta protocol ${bytes?.length === 4 ? "ip" : "ip6"}` : `${bytes?.length === 4 ? "ip" : "ip6"} daddr ${networkText(address, wish.prefix)}`;
  return `${all}${portWords(wish)}`;
};

/** What nft takes. */
const LONGEST_COMMENT = 127;

/** In place of what was there, at once. Each permission says which line it is of. */
export function egressRules({ table, device, allowed, neighbours }: EgressRules): string {
  const lines = allowed.flatMap(({ wish, addresses }) => addresses.map((address) => `${allow(wish, address)} accept comment "${egressWord(wish).slice(0, LONGEST_COMMENT)}"`));
  const rules = new Set([...alwaysAllowed(neighbours).map((rule) => `${rule} accept`), ...lines]);
  return `${withoutEgress(table)}table netdev ${table} {\n chain out {\n  type filter hook ingress device "${device}" priority -500; policy drop;\n${[...rules].map((rule) => `  ${rule}\n`).join("")} }\n}\n`;
}
