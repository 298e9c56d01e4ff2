// Owns /proc/net/route and /proc/net/ipv6_route: over which link an address is reached directly.
import { addressBytes, networkOf } from "./netlink.ts";
import { ipv6Text } from "./proc-net.ts";

/** How an address is reached from this host: over which link, and in which network of it. */
export interface Reached { readonly address: string; readonly link: string; readonly network: string }

interface Route { readonly link: string; readonly network: readonly number[]; readonly prefix: number }

const hexBytes = (hex: string): readonly number[] => (hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
const bitsOf = (mask: readonly number[]): number => mask.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);

/** Routes without a gateway; the default is none of them. */
function ipv4Routes(text: string): readonly Route[] {
  return text.split("\n").slice(1).flatMap((line) => {
    const [link = "", destination = "", gateway, , , , , mask = ""] = line.trim().split(/\s+/);
    return gateway === "00000000" && mask !== "00000000" && mask !== "" ? [{ link, network: hexBytes(destination).toReversed(), prefix: bitsOf(hexBytes(mask)) }] : [];
  });
}

const RTF_UP = 1, RTF_GATEWAY = 2, RTF_LOCAL = 0x80000000;
function ipv6Routes(text: string): readonly Route[] {
  return text.split("\n").flatMap((line) => {
    const [destination = "", prefix = "", , , , , , , flags = "", link = ""] = line.trim().split(/\s+/);
    const set = Number.parseInt(flags, 16);
    const isDirect = (set & RTF_UP) !== 0 && (set & RTF_GATEWAY) === 0 && (set & RTF_LOCAL) === 0;
    return isDirect && prefix !== "00" && destination.length === 32 && link !== "lo" ? [{ link, network: hexBytes(destination), prefix: Number.parseInt(prefix, 16) }] : [];
  });
}

const textOf = (bytes: readonly number[]): string => (bytes.length === 4 ? bytes.join(".") : ipv6Text(bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")));

/** The narrowest route to the address; undefined where none is direct. */
export function reachedOver(address: string, { route, ipv6Route }: { readonly route: string; readonly ipv6Route: string }): Reached | undefined {
  const bytes = addressBytes(address);
  if (bytes === undefined) return undefined;
  const fitting = (bytes.length === 4 ? ipv4Routes(route) : ipv6Routes(ipv6Route)).filter(({ network, prefix }) => networkOf(bytes, prefix).every((byte, i) => byte === network[i]));
  const [best] = fitting.toSorted((one, two) => two.prefix - one.prefix);
  return best === undefined ? undefined : { address, link: best.link, network: `${textOf(best.network)}/${best.prefix}` };
}
