// Owns what is said of a packet that the host's rules drop: which of its firewalls does, and the least that lets it through.
import { LEGACY } from "../../linux/iptables-save.ts";
import type { Packet, Verdict } from "../../linux/nft-walk.ts";
import { chainsOf } from "../../linux/nft-walk.ts";

export interface Firewall { readonly ruleset: readonly unknown[]; /** Programs that are there: iptables, ufw, firewall-cmd. */ readonly programs: readonly string[] }
export interface Way { readonly bridge: string; /** Into the containers' network, not out of it. */ readonly isInward: boolean; readonly packet: Packet }

/** Whose chain it is: their own words are what their files keep. */
export function ownerOf({ family, table, chain }: Pick<Verdict, "family" | "table" | "chain">, { ruleset }: Firewall): "Docker" | "ufw" | "firewalld" | undefined {
  if (table === "firewalld") return "firewalld";
  const names = chainsOf(ruleset).filter((one) => one.family === family && one.table === table).map(({ name }) => name);
  if (chain.startsWith("ufw") || names.some((name) => name.startsWith("ufw"))) return "ufw";
  return names.includes("DOCKER-USER") || names.includes("DOCKER") ? "Docker" : undefined;
}

function nftRules({ bridge, isInward, packet }: Way, { family, table, chain }: { readonly family: string; readonly table: string; readonly chain: string }): readonly string[] {
  const what = packet.oif === undefined ? ["iifname", bridge, packet.protocol, "dport", String(packet.port ?? 0)] : isInward ? ["oifname", bridge, ...(packet.state === "new" ? [] : ["ct", "state", "established,related"])] : ["iifname", bridge];
  return ["nft", "insert", "rule", family, table, chain, ...what, "accept"];
}

/** The least that lets it through, as commands. */
export function remedyFor(verdict: Verdict, way: Way, firewall: Firewall): readonly (readonly string[])[] {
  const { bridge, isInward, packet } = way;
  const owner = ownerOf(verdict, firewall);
  const has = (name: string): boolean => firewall.programs.includes(name);
  if (owner === "firewalld") return [["firewall-cmd", "--permanent", "--zone=trusted", `--add-interface=${bridge}`], ["firewall-cmd", "--reload"]];
  if (owner === "ufw" && has("ufw")) {
    if (packet.oif === undefined) return [["ufw", "allow", "in", "on", bridge, "to", "any", "port", String(packet.port ?? 0), "proto", packet.protocol]];
    return [["ufw", "route", "allow", isInward ? "out" : "in", "on", bridge]];
  }
  const isUserChain = chainsOf(firewall.ruleset).some(({ family, table, name }) => family === verdict.family && table === verdict.table && name === "DOCKER-USER");
  const chain = owner === "Docker" && isUserChain && packet.oif !== undefined ? "DOCKER-USER" : verdict.chain;
  const isLegacy = verdict.table.endsWith(LEGACY);
  if (isLegacy || (has("iptables") && (owner === "Docker" || !has("nft")))) {
    const what = packet.oif === undefined ? ["-i", bridge, "-p", packet.protocol, "--dport", String(packet.port ?? 0)] : isInward ? ["-o", bridge, ...(packet.state === "new" ? [] : ["-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED"])] : ["-i", bridge];
    const table = verdict.table.replace(LEGACY, "");
    return [[`${verdict.family === "ip6" ? "ip6tables" : "iptables"}${isLegacy ? "-legacy" : ""}`, ...(table === "filter" ? [] : ["-t", table]), "-I", chain, ...what, "-j", "ACCEPT"]];
  }
  return [nftRules(way, { family: verdict.family, table: verdict.table, chain })];
}

/** `table ip filter, chain FORWARD (Docker): policy drop`. */
export const verdictText = (verdict: Verdict, firewall: Firewall): string => {
  const owner = ownerOf(verdict, firewall);
  return `table ${verdict.family} ${verdict.table}, chain ${verdict.chain}${owner === undefined ? "" : ` (${owner})`}: ${verdict.by}${verdict.isUnsure ? ", as far as its rules can be judged" : ""}`;
};
