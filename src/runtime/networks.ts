// Owns the verbs of berth net about bridges: listed, made, shown, deleted, up and down.
import { readFileSync, readdirSync } from "node:fs";
import { probeBridge, probeBridgeSettings } from "../host/probe/bridge.ts";
import { hostIpv4 } from "../host/probe/addresses.ts";
import { randomHex } from "../host/probe/kernel.ts";
import { pastaPorts } from "../host/probe/pasta-ports.ts";
import { publishedRuns } from "../host/probe/published.ts";
import type { Plan } from "../isa/op.ts";
import { addressBytes, inSameNetwork, networkOf } from "../linux/netlink.ts";
import type { PortWish } from "../linux/port-words.ts";
import { prefixMask } from "../linux/nft.ts";
import type { BridgeFacts, BridgeSettings } from "../model/bridge.ts";
import { LXC_NET_FILES, networkFiles, NETWORKS } from "../model/bridge.ts";
import { byOption } from "../model/origin.ts";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { planBridgeDown, planBridgeUp } from "../plan/lifecycle/bridge.ts";
import { planNetworkCreate, planNetworkDelete } from "../plan/lifecycle/networks.ts";

export interface Network {
  readonly name: string;
  readonly isUp: boolean;
  readonly address: string;
  readonly ipv6?: string;
  readonly domain?: string;
  readonly isOpen: boolean;
  /** Where it is set up: /etc/default/lxc-net is lxc-net's. */
  readonly file: string;
  readonly dnsmasqPid?: number;
  /** Links that are ports of it. */
  readonly ports: readonly string[];
}
/** `to` is the address of a container on a bridge; what pasta publishes has none. */
export interface PublishedFor extends PortWish { readonly to?: string; readonly container: string; readonly lxcpath: string }
export interface NetworkListing { readonly networks: readonly Network[]; readonly published: readonly PublishedFor[] }
export interface NetworkWish { readonly address?: string; readonly ipv6?: string; readonly domain?: string; readonly isOpen: boolean }

export interface Found { readonly settings: BridgeSettings; readonly facts: BridgeFacts }
const look = (settings: BridgeSettings): Found => ({ settings, facts: probeBridge(settings) });

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}
const isName = (name: string): boolean => /^[A-Za-z][\w.-]{0,14}$/.test(name);

/** lxc-net's first, where it is wanted or there. */
export function allNetworks(): readonly Found[] {
  const own = look(probeBridgeSettings(LXC_NET_FILES));
  const isThere = own.settings.isWanted || own.facts.isUp;
  return [...(isThere ? [own] : []), ...furtherNetworks()];
}
export const furtherNetworks = (): readonly Found[] => namesIn(NETWORKS).filter(isName).map((name) => look(probeBridgeSettings(networkFiles(name))));

const asNetwork = ({ settings, facts }: Found): Network => {
  const { name, ipv4, ipv6, domain, isOpen, files } = settings;
  return {
    name, isUp: facts.isUp, address: `${ipv4.address}/${ipv4.prefix}`, ...(ipv6 === undefined ? {} : { ipv6: `${ipv6.address}/${ipv6.prefix}` }), ...(domain === "" ? {} : { domain }), isOpen, file: files.settings,
    ...(facts.dnsmasqPid === undefined ? {} : { dnsmasqPid: facts.dnsmasqPid }), ports: namesIn(`/sys/class/net/${name}/brif`),
  };
};

/** The monitor's title: `[lxc monitor] LXCPATH NAME`. */
function containerOf(pid: number): Pick<PublishedFor, "container" | "lxcpath"> | undefined {
  try {
    const [, lxcpath, container] = /^\[lxc monitor\] (\S+) (\S+?)\0*$/.exec(readFileSync(`/proc/${pid}/cmdline`, "utf8")) ?? [];
    return lxcpath === undefined || container === undefined ? undefined : { lxcpath, container };
  } catch {
    return undefined;
  }
}

const notRoot = (request: Request, what: string): Result<never> | undefined => (request.euid === 0 ? undefined : fail({ code: "privilege", text: `only root may ${what}`, remedy: "run it as root" }));

export function listNetworks(request: Request): Result<NetworkListing> {
  const runs = request.euid === 0 ? publishedRuns() : [];
  return ok({
    networks: allNetworks().map(asNetwork),
    published: [
      ...runs.flatMap(({ run, ports }) => { const container = containerOf(run.pid); return container === undefined ? [] : ports.map((port) => ({ ...container, ...port })); }),
      ...pastaPorts().flatMap(({ ports, ...container }) => ports.map((port) => ({ ...container, ...port }))),
    ],
  });
}

const unknown = (name: string): Problem => ({ code: "option.value", at: byOption("NAME"), text: `there is no network '${name}'`, remedy: "berth net list shows them, berth net create makes one" });
const findNetwork = (name: string): Found | undefined => allNetworks().find(({ settings }) => settings.name === name);

export function showNetwork(name: string): Result<Network> {
  const found = findNetwork(name);
  return found === undefined ? fail(unknown(name)) : ok(asNetwork(found));
}

/** The first 10.0.N.1/24 that neither a link nor another network has. */
function freeAddress(): string {
  const taken = [...hostIpv4(), ...allNetworks().map(({ settings }) => settings.ipv4.address)].map((address) => addressBytes(address) ?? []);
  const third = Array.from({ length: 250 }, (_, i) => i + 4).find((number) => !taken.some((one) => inSameNetwork(one, [10, 0, number, 0], 24)));
  return `10.0.${third ?? 4}.1/24`;
}

const SMALLEST = 8, LARGEST = 29;
function ipv4Of(text: string): BridgeSettings["ipv4"] & { readonly range: string; readonly max: string } | undefined {
  const [, address = "", prefix = ""] = /^([\d.]+)\/(\d+)$/.exec(text) ?? [];
  const bytes = addressBytes(address);
  const bits = Number(prefix);
  if (bytes?.length !== 4 || prefix === "" || bits < SMALLEST || bits > LARGEST) return undefined;
  const network = networkOf(bytes, bits);
  const size = 2 ** (32 - bits);
  const at = (offset: number): string => { const number = network.reduce((sum, byte) => sum * 256 + byte, 0) + offset; return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join("."); };
  return { address, prefix: bits, network: `${network.join(".")}/${bits}`, range: `${at(2)},${at(size - 2)}`, max: String(size - 3) };
}

function ipv6Of(text: string): BridgeSettings["ipv6"] | undefined {
  const [, address = "", prefix = ""] = /^([0-9a-fA-F:.]+)\/(\d+)$/.exec(text) ?? [];
  return addressBytes(address)?.length === 16 && Number(prefix) === 64 ? { address, prefix: 64, network: `${address}/64`, isNat: true } : undefined;
}

function settingsFor(name: string, wish: NetworkWish): Result<BridgeSettings> {
  if (!isName(name)) return fail({ code: "option.value", at: byOption("NAME"), text: `'${name}' cannot be the name of a bridge`, remedy: "a letter, then at most 14 letters, digits, dots or dashes" });
  if (findNetwork(name) !== undefined) return fail({ code: "option.value", at: byOption("NAME"), text: `there is a network '${name}' already`, remedy: `berth net show ${name}; berth net delete ${name}` });
  const ipv4 = ipv4Of(wish.address ?? freeAddress());
  const ipv6 = wish.ipv6 === undefined ? undefined : ipv6Of(wish.ipv6);
  if (ipv4 === undefined) return fail({ code: "option.value", at: byOption("--address"), text: `'${wish.address ?? ""}' is no address of a bridge with its prefix`, remedy: "as in 10.0.4.1/24; the prefix from 8 to 29" });
  if (wish.ipv6 !== undefined && ipv6 === undefined) return fail({ code: "option.value", at: byOption("--ipv6"), text: `'${wish.ipv6}' is no IPv6 address with the prefix 64`, remedy: "as in fd00:4::1/64" });
  if (wish.domain !== undefined && !/^[\w.-]+$/.test(wish.domain)) return fail({ code: "option.value", at: byOption("--domain"), text: `'${wish.domain}' is no domain` });
  const { range, max, ...own } = ipv4;
  return ok({
    files: networkFiles(name), isOpen: wish.isOpen, isWanted: true, isByNft: true, name, mac: `10:66:6a:${(randomHex().match(/../g) ?? []).slice(0, 3).join(":")}`, ipv4: own,
    dhcp: { range, max, confile: "", hasPing: true }, domain: wish.domain ?? "", ...(ipv6 === undefined ? {} : { ipv6 }),
  });
}

/** The words of /etc/default/lxc-net. */
function settingsText({ name, mac, ipv4, ipv6, dhcp, domain, isOpen }: BridgeSettings): string {
  const words: readonly (readonly [string, string])[] = [
    ["LXC_BRIDGE", name], ["LXC_BRIDGE_MAC", mac], ["LXC_ADDR", ipv4.address], ["LXC_NETMASK", prefixMask(ipv4.prefix)], ["LXC_NETWORK", ipv4.network], ["LXC_DHCP_RANGE", dhcp.range], ["LXC_DHCP_MAX", dhcp.max], ["LXC_DOMAIN", domain],
    ...(ipv6 === undefined ? [] : [["LXC_IPV6_ADDR", ipv6.address], ["LXC_IPV6_MASK", String(ipv6.prefix)], ["LXC_IPV6_NETWORK", ipv6.network], ["LXC_IPV6_NAT", "true"]] as const),
    ["BERTH_NET_OPEN", String(isOpen)],
  ];
  return `# Made by berth net create. The words are those of /etc/default/lxc-net; after a change: berth net down ${name}; berth net up ${name}\n${words.map(([word, value]) => `${word}="${value}"\n`).join("")}`;
}

export function createNetwork(request: Request, name: string, wish: NetworkWish): Result<Plan> {
  const settings = settingsFor(name, wish);
  if (!settings.ok) return settings;
  const refused = notRoot(request, "make networks");
  if (refused !== undefined) return refused;
  const facts = probeBridge(settings.value);
  if (facts.link !== undefined) return fail({ code: "network.link", at: byOption("NAME"), text: `a link '${name}' is there already`, remedy: "choose another name" });
  const up = planBridgeUp(settings.value, facts);
  return up.ok ? ok(planNetworkCreate(up.value, { file: settings.value.files.settings, text: settingsText(settings.value) })) : up;
}

export function deleteNetwork(request: Request, name: string): Result<Plan> {
  const found = findNetwork(name);
  if (found === undefined) return fail(unknown(name));
  if (found.settings.files === LXC_NET_FILES) return fail({ code: "option.value", at: byOption("NAME"), text: `'${name}' is lxc-net's own`, remedy: "lxc-net stop; USE_LXC_BRIDGE=false in /etc/default/lxc-net keeps it away" });
  const refused = notRoot(request, "delete networks");
  if (refused !== undefined) return refused;
  const ports = namesIn(`/sys/class/net/${name}/brif`);
  if (ports.length > 0) return fail({ code: "container.busy", at: byOption("NAME"), text: `containers are on '${name}': ${ports.join(", ")}`, remedy: "stop them first; lxc-ls -f --running shows who runs" });
  return ok(planNetworkDelete(planBridgeDown(found.settings, found.facts), found.settings.files.settings, `/var/lib/misc/dnsmasq.${name}.leases`));
}

export function switchNetwork(request: Request, name: string, isUp: boolean): Result<Plan> {
  const found = findNetwork(name);
  if (found === undefined) return fail(unknown(name));
  const refused = notRoot(request, "set up networks");
  if (refused !== undefined) return refused;
  if (found.facts.isUp === isUp) return fail({ code: isUp ? "container.running" : "container.stopped", text: `${name} is ${isUp ? "up already" : "not up"}` });
  return isUp ? planBridgeUp(found.settings, found.facts) : ok(planBridgeDown(found.settings, found.facts));
}
