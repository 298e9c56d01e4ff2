// Owns the rules of published ports, as nft(8) reads and tells them: one table for each run of a container. Packets are
// sent on to the container with the address that they came from; only those from its own network are masked, whose answers
// would else go past this host.
import type { PortWish } from "./port-words.ts";
import type { Reached } from "./proc-route.ts";

/** A port of this host that leads to one of a container. */
export interface Published extends PortWish { /** The container's address. */ readonly to: string }
/** A run of a container, by its monitor, who is there as long as it runs. */
export interface RunId { readonly pid: number; readonly start: number }

const PREFIX = "berth_";
export const tableName = ({ pid, start }: RunId): string => `${PREFIX}${pid}_${start}`;
/** The run that a table belongs to; undefined for others' tables. */
export function runOfTable(name: string): RunId | undefined {
  const [, pid, start] = /^berth_(\d+)_(\d+)$/.exec(name) ?? [];
  return pid === undefined || start === undefined ? undefined : { pid: Number(pid), start: Number(start) };
}

/** A table that is there or not, and then is not. */
export const withoutTable = (run: RunId): string => `table inet ${tableName(run)} {\n}\ndelete table inet ${tableName(run)}\n`;

const isIpv6 = (address: string): boolean => address.includes(":");
const family = (address: string): "ip" | "ip6" => (isIpv6(address) ? "ip6" : "ip");
const WORDS = "berth publish";
const comment = ({ address, port, toPort, protocol, to }: Published): string => `${WORDS} ${address ?? "*"} ${port} ${to} ${toPort} ${protocol}`;

/** What a rule says of itself. */
export function parseComment(text: string): Published | undefined {
  const words = text.startsWith(`${WORDS} `) ? text.slice(WORDS.length + 1).split(" ") : [];
  const [address, port = "", to, toPort = "", protocol] = words;
  if (address === undefined || to === undefined || (protocol !== "tcp" && protocol !== "udp") || !/^\d+$/.test(port) || !/^\d+$/.test(toPort)) return undefined;
  return { ...(address === "*" ? {} : { address }), port: Number(port), to, toPort: Number(toPort), protocol };
}

function forwards(published: Published, isFromHost: boolean): string {
  const { address, port, toPort, protocol, to } = published;
  const kind = family(to);
  const where = address === undefined ? `meta nfproto ${kind === "ip" ? "ipv4" : "ipv6"} fib daddr type local` : `${kind} daddr ${address}`;
  // a packet from this host's loopback could not come back
  const loopback = isFromHost ? `${kind} daddr != ${kind === "ip" ? "127.0.0.0/8" : "::1"} ` : "";
  return `  ${loopback}${where} ${protocol} dport ${port} dnat ${kind} to ${isIpv6(to) ? `[${to}]` : to}:${toPort} comment "${comment(published)}"\n`;
}

const comesBack = ({ to, toPort, protocol }: Published, reached: readonly Reached[]): string =>
  reached.filter(({ address }) => address === to).map(({ network, link }) => `  ct status dnat oifname "${link}" ${family(to)} saddr ${network} ${family(to)} daddr ${to} ${protocol} dport ${toPort} masquerade\n`).join("");

const passes = ({ to }: Published): string => `  ct status dnat ${family(to)} daddr ${to} accept\n`;

/** All of a run's ports, in place of what was there before, at once. */
export function publishRules(run: RunId, all: readonly Published[], reached: readonly Reached[]): string {
  if (all.length === 0) return withoutTable(run);
  const chain = (name: string, hook: string, rules: readonly string[]): string => ` chain ${name} {\n  ${hook}\n${[...new Set(rules)].join("")} }\n`;
  return `${withoutTable(run)}table inet ${tableName(run)} {\n${
    chain("prerouting", "type nat hook prerouting priority -100", all.map((one) => forwards(one, false)))
  }${chain("output", "type nat hook output priority -100", all.map((one) => forwards(one, true)))
  }${chain("postrouting", "type nat hook postrouting priority 100", all.map((one) => comesBack(one, reached)))
  }${chain("forward", "type filter hook forward priority 0", all.map(passes))}}\n`;
}
