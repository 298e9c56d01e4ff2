// Owns the rules of a bridge as iptables(8) takes them, for hosts where nft(8) cannot make them: the same that nft.ts writes.
import { BRIDGE_GROUP } from "./nft.ts";
import type { BridgeRules } from "./nft.ts";

export interface IptablesRule { readonly family: "ip" | "ip6"; /** With -t and the chain: `["nat", "POSTROUTING", "-s", …]`. */ readonly words: readonly string[] }

/** What keeps networks apart lies in another table: an ACCEPT of one bridge's rules would else come before a DROP of another's. */
function familyRules(family: "ip" | "ip6", { bridge, network, isIsolated = false }: { readonly bridge: string; readonly network: string | undefined; readonly isIsolated?: boolean | undefined }): readonly IptablesRule[] {
  const group = String(BRIDGE_GROUP);
  const all: readonly (readonly string[])[] = [
    ...["udp", "tcp"].map((protocol) => ["filter", "INPUT", "-i", bridge, "-p", protocol, "-m", "multiport", "--dports", "53,67", "-j", "ACCEPT"]),
    ["filter", "FORWARD", "-i", bridge, "-j", "ACCEPT"], ["filter", "FORWARD", "-o", bridge, "-j", "ACCEPT"],
    ...(isIsolated ? [["mangle", "FORWARD", "-i", bridge, "!", "-o", bridge, "-m", "devgroup", "--dst-group", group, "-j", "DROP"], ["mangle", "FORWARD", "-o", bridge, "!", "-i", bridge, "-m", "devgroup", "--src-group", group, "-j", "DROP"]] : []),
    ...(network === undefined ? [] : [["nat", "POSTROUTING", "-s", network, "!", "-d", network, "-j", "MASQUERADE"]]),
  ];
  return all.map((words) => ({ family, words }));
}

export const iptablesRules = ({ bridge, network, network6, isIsolated }: Omit<BridgeRules, "table">, hasIpv6: boolean): readonly IptablesRule[] =>
  [...familyRules("ip", { bridge, network, isIsolated }), ...(hasIpv6 ? familyRules("ip6", { bridge, network: network6, isIsolated }) : [])];

/** `program` is iptables; ip6tables lies beside it. -w: waits for others that change rules. */
export function iptablesArgv(program: string, does: "-I" | "-D", { family, words: [table = "", ...rest] }: IptablesRule): readonly string[] {
  return [family === "ip" ? program : program.replace(/iptables$/, "ip6tables"), "-w", "-t", table, does, ...rest];
}
