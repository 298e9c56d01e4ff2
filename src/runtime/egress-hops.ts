// Owns what a list of lxc.net.N.egress does with a packet: the rules that are in force are asked, not the config, which may have changed since the start.
import { readdirSync, readlinkSync } from "node:fs";
import { lookup } from "node:dns/promises";
import { nftList } from "../host/probe/published.ts";
import { egressWord, parseEgress } from "../linux/egress-words.ts";
import { addressBytes } from "../linux/netlink.ts";
import { egressTable } from "../linux/nft-egress.ts";
import { followPacket } from "../linux/nft-walk.ts";
import type { Packet } from "../linux/nft-walk.ts";
import { ipv6Text } from "../linux/proc-net.ts";
import { byOption } from "../model/origin.ts";
import type { Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Hop } from "./net-explain.ts";
import type { LiveContainer } from "./running-container.ts";
import type { Target } from "./verbs.ts";

/** Where a packet is to go. */
export interface Destination { readonly host: string; readonly address: string; readonly port: number; readonly protocol: "tcp" | "udp" }

const USUAL = { port: 443, protocol: "tcp" } as const;
const canonical = (address: string): string => {
  const bytes = addressBytes(address) ?? [];
  return bytes.length === 16 ? ipv6Text(bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")) : address;
};

/** HOST[:PORT[/udp]]; of a name each address that the host's resolver knows now. */
export async function readDestination(text: string): Promise<Result<readonly Destination[]>> {
  const wrong = (why: string, remedy = "HOST[:PORT[/udp]], as in example.org:443, [2001:db8::9]:53/udp"): Result<never> => fail({ code: "option.value", at: byOption("DESTINATION"), text: why, remedy });
  const wish = parseEgress(text);
  if (wish === "none") return wrong("'none' is no destination");
  if ("wrong" in wish) return wrong(wish.wrong);
  if (wish.prefix !== undefined || (wish.ports !== undefined && wish.ports.first !== wish.ports.last)) return wrong(`'${text}' is more than one destination`);
  const found = wish.isName ? (await lookup(wish.host, { all: true }).catch(() => [])).map(({ address }) => address) : [canonical(wish.host)];
  if (found.length === 0) return wrong(`'${wish.host}' cannot be resolved`, "name one that getent ahosts finds, or an address");
  return ok([...new Set(found)].map((address) => ({ host: wish.host, address, port: wish.ports?.first ?? USUAL.port, protocol: wish.ports?.protocol ?? USUAL.protocol })));
}

/** The network namespaces that a monitor holds: those in between, of a user's list. */
function heldNetworks({ record: { monitorPid } }: LiveContainer): readonly string[] {
  const folder = `/proc/${monitorPid ?? 0}/fd`;
  try {
    return readdirSync(folder).map((fd) => `${folder}/${fd}`).filter((path) => { try { return readlinkSync(path).startsWith("net:["); } catch { return false; } });
  } catch {
    return [];
  }
}

interface List { readonly nic: number; readonly ruleset: readonly unknown[]; readonly permitted: readonly string[]; readonly shown: string }
const isFields = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

function listOf(nic: number, table: string, network?: string): readonly List[] {
  const ruleset = nftList(["table", "netdev", table], network);
  if (ruleset.length === 0) return [];
  const comments = ruleset.flatMap((entry) => { const rule = isFields(entry) ? entry["rule"] : undefined; return isFields(rule) && typeof rule["comment"] === "string" ? [rule["comment"]] : []; });
  return [{ nic, ruleset, permitted: [...new Set(comments)], shown: `${network === undefined ? "" : `nsenter --net=${network} `}nft list table netdev ${table}` }];
}

function listsOf(target: Target, live: LiveContainer): readonly List[] {
  const own = (live.record.egress ?? []).flatMap((nic) => listOf(nic, egressTable(target, nic)));
  const prefix = egressTable(target, 0).replace(/0$/, "");
  const between = heldNetworks(live).flatMap((network) => nftList(["tables", "netdev"], network).flatMap((entry): readonly List[] => {
    const table = isFields(entry) && isFields(entry["table"]) ? entry["table"]["name"] : undefined;
    return typeof table === "string" && table.startsWith(prefix) ? listOf(Number(table.slice(prefix.length)), table, network) : [];
  }));
  return [...own, ...between];
}

const packetTo = ({ address, port, protocol }: Destination): Packet => ({ iif: "", family: address.includes(":") ? "ip6" : "ip", daddr: address, protocol, port, state: "new" });
const destinationText = ({ host, address, port, protocol }: Destination): string => `${host === address ? address : `${host} (${address})`} ${protocol} port ${port}`;

/** Which line lets it pass, or that none does. */
function verdictHop({ nic, ruleset, permitted, shown }: List, to: Destination): Hop {
  const dropped = followPacket(ruleset, "ingress", packetTo(to)).find(({ isDropped }) => isDropped);
  const passed = followPacket(ruleset, "ingress", packetTo(to)).at(-1);
  if (dropped === undefined) return { at: "rules", text: `lxc.net.${nic}.egress = ${passed?.comment ?? "(what a link cannot live without)"}: ${destinationText(to)} passes`, isStop: false };
  const isNamed = permitted.some((word) => { const wish = parseEgress(word); return typeof wish === "object" && !("wrong" in wish) && wish.isName && wish.host === to.host; });
  const line = egressWord({ host: to.address, isName: false, ports: { first: to.port, last: to.port, protocol: to.protocol } });
  const remedy = isNamed ? "start it again: names are looked up at the start, and that address or port was not among what they gave" : `lxc.net.${nic}.egress = ${line}, and start it again`;
  return { at: "rules", text: `lxc.net.${nic}.egress: ${destinationText(to)} is dropped: no line permits it (${permitted.join(", ") || "none"}; ${shown})`, isStop: true, remedy };
}

function summaryHop({ nic, permitted, shown }: List): Hop {
  if (permitted.length === 0) return { at: "rules", text: `lxc.net.${nic}.egress = none: nothing leaves (${shown})`, isStop: true, remedy: `permit something: lxc.net.${nic}.egress = HOST:PORT, and start it again` };
  return { at: "rules", text: `lxc.net.${nic}.egress: only what it names leaves, all else is dropped here: ${permitted.join(", ")} (${shown})`, isStop: false };
}

/** What a list says; with a destination, of that one. */
export interface Judged { readonly hop: Hop; readonly to?: Destination }

/** One for each list and destination; without a destination what each list permits. */
export const judgedByLists = (target: Target, live: LiveContainer, to: readonly Destination[]): readonly Judged[] =>
  listsOf(target, live).flatMap((list): readonly Judged[] => (to.length === 0 ? [{ hop: summaryHop(list) }] : to.map((one) => ({ hop: verdictHop(list, one), to: one }))));
