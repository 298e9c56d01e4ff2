// Owns what lxc-net reads: its settings, as the shell reads them, and the host around the bridge.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { maskPrefix } from "../../linux/nft.ts";
import { addressBytes, inSameNetwork } from "../../linux/netlink.ts";
import { linkIpv4 } from "../../linux/proc-net.ts";
import { LXC_NET_FILES } from "../../model/bridge.ts";
import type { BridgeFacts, BridgeFiles, BridgeSettings } from "../../model/bridge.ts";
import { readText } from "../read-text.ts";
import { portOwner } from "./port-owner.ts";
import type { PortOwner, PortUse } from "./port-owner.ts";
import { programPath } from "./program.ts";
import { shellWords } from "./shell-words.ts";

const DEFAULTS = {
  USE_LXC_BRIDGE: "true", LXC_BRIDGE: "lxcbr0", LXC_BRIDGE_MAC: "10:66:6a:00:00:00", LXC_ADDR: "10.0.3.1", LXC_NETMASK: "255.255.255.0", LXC_NETWORK: "10.0.3.0/24", LXC_DHCP_RANGE: "10.0.3.2,10.0.3.254",
  LXC_DHCP_MAX: "253", LXC_DHCP_CONFILE: "", LXC_DHCP_PING: "true", LXC_DOMAIN: "", LXC_IPV6_ADDR: "", LXC_IPV6_MASK: "64", LXC_IPV6_NETWORK: "", LXC_IPV6_NAT: "false", LXC_IPV6_ENABLE: "true", LXC_USE_NFT: "true", BERTH_NET_OPEN: "false",
} as const;

/** Debian's /etc/default/lxc includes lxc-net. */
export function probeBridgeSettings(files: BridgeFiles = LXC_NET_FILES): BridgeSettings {
  const isLxcNet = files === LXC_NET_FILES;
  const word = shellWords(isLxcNet ? ["/etc/default/lxc", files.settings] : [files.settings], DEFAULTS);
  const has6 = word("LXC_IPV6_ADDR") !== "" && word("LXC_IPV6_ENABLE") === "true";
  return {
    files, isOpen: isLxcNet || word("BERTH_NET_OPEN") === "true",
    isWanted: word("USE_LXC_BRIDGE") === "true", isByNft: word("LXC_USE_NFT") === "true", name: word("LXC_BRIDGE"), mac: word("LXC_BRIDGE_MAC"),
    ipv4: { address: word("LXC_ADDR"), prefix: maskPrefix(word("LXC_NETMASK")) ?? -1, network: word("LXC_NETWORK") },
    dhcp: { range: word("LXC_DHCP_RANGE"), max: word("LXC_DHCP_MAX"), confile: word("LXC_DHCP_CONFILE"), hasPing: word("LXC_DHCP_PING") === "true" }, domain: word("LXC_DOMAIN"),
    ...(has6 ? { ipv6: { address: word("LXC_IPV6_ADDR"), prefix: Number(word("LXC_IPV6_MASK") || "64"), network: word("LXC_IPV6_NETWORK"), isNat: word("LXC_IPV6_NAT") === "true" && word("LXC_IPV6_NETWORK") !== "" } } : {}),
  };
}


function names(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Port 67 of all addresses may be shared among dnsmasqs, each on its own link. */
const BRIDGE_PORTS: readonly PortUse[] = [["udp", 53], ["tcp", 53], ["udp", 67]];
const bridgePortOwner = (address: string): PortOwner | undefined => portOwner(address, BRIDGE_PORTS, ([, port]) => port === 53);

function overlapOf({ name, ipv4 }: BridgeSettings): string | undefined {
  const [fibTrie, route] = [readText("/proc/net/fib_trie") ?? "", readText("/proc/net/route") ?? ""];
  const own = addressBytes(ipv4.address) ?? [];
  return names("/sys/class/net").find((link) => link !== name && linkIpv4({ fibTrie, route }, link).some((address) => inSameNetwork(addressBytes(address) ?? [], own, ipv4.prefix)));
}

function runningDnsmasq(path: string): number | undefined {
  const pid = Number(readText(path) ?? "0");
  return pid > 1 && readText(`/proc/${pid}/comm`)?.trim() === "dnsmasq" ? pid : undefined;
}

/** Where there is no choice nobody asks whether this kernel knows its rules. */
function workingNft(iptables: string | undefined): string | undefined {
  const nft = programPath("nft");
  return nft === undefined || iptables === undefined || spawnSync(nft, ["list", "tables"], { stdio: "ignore" }).status === 0 ? nft : undefined;
}

const commandsIn = (mark: string): readonly (readonly string[])[] => mark.split("\n").filter((line) => line !== "").map((line) => line.split(" "));

export function probeBridge(settings: BridgeSettings): BridgeFacts {
  const { files } = settings;
  const folder = `/sys/class/net/${settings.name}`;
  const users = readText("/etc/passwd") ?? "";
  const [iptables, iptablesUndo] = [programPath("iptables"), commandsIn(readText(files.mark) ?? "")];
  const optional = { nft: workingNft(iptables), dnsmasq: programPath("dnsmasq"), dnsmasqPid: runningDnsmasq(files.dnsmasqPid), overlap: overlapOf(settings) };
  const owner = optional.dnsmasqPid === undefined ? bridgePortOwner(settings.ipv4.address) : undefined;
  return {
    isUp: existsSync(files.mark), dnsmasqUser: ["lxc-dnsmasq", "dnsmasq"].find((user) => new RegExp(`^${user}:`, "m").test(users)) ?? "nobody",
    ...(existsSync(folder) ? { link: { isBridge: existsSync(`${folder}/bridge`), hasPorts: names(`${folder}/brif`).length > 0 } } : {}),
    ...(optional.nft === undefined ? {} : { nft: optional.nft }), ...(iptables === undefined ? {} : { iptables }), ...(iptablesUndo.length === 0 ? {} : { iptablesUndo }), ...(optional.dnsmasq === undefined ? {} : { dnsmasq: optional.dnsmasq }),
    ...(optional.dnsmasqPid === undefined ? {} : { dnsmasqPid: optional.dnsmasqPid }), ...(optional.overlap === undefined ? {} : { overlap: optional.overlap }), ...(owner === undefined ? {} : { portOwner: owner }),
  };
}
