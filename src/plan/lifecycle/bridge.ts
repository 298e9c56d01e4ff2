// Owns the plans of lxc-net: a bridge with its addresses, rules and dnsmasq, and all of it away again.
import type { Op, Plan } from "../../isa/op.ts";
import { O_CREAT } from "../../linux/fs.ts";
import { bridgeCreate } from "../../linux/netlink-kinds.ts";
import { addressAdd, addressBytes, linkDelete, linkGroup, linkUp } from "../../linux/netlink.ts";
import { iptablesArgv, iptablesRules } from "../../linux/iptables.ts";
import { BRIDGE_GROUP, bridgeRules, noBridgeRules } from "../../linux/nft.ts";
import { SIGTERM } from "../../linux/signals.ts";
import type { BridgeFacts, BridgeSettings } from "../../model/bridge.ts";
import { byHost } from "../../model/origin.ts";
import type { Origin } from "../../model/origin.ts";
import type { Problem, Result } from "../../model/problem.ts";
import { fail, ok } from "../../model/problem.ts";
import { netlink } from "../network/link.ts";

const SLOT = { index: 0, dnsmasq: 1 } as const;
const fromOf = ({ files }: BridgeSettings): Origin => byHost(files.settings);

function problemsOf(settings: BridgeSettings, { link, overlap, nft, iptables, dnsmasq, portOwner }: BridgeFacts): readonly Problem[] {
  const { name, ipv4, ipv6, isByNft } = settings;
  const from = fromOf(settings);
  const refuse = (text: string, remedy: string, cause?: string): Problem => ({ code: "network.link", at: from, text, remedy, ...(cause === undefined ? {} : { cause }) });
  return [
    ...(name.length > 15 || !/^[\w.-]+$/.test(name) ? [refuse(`LXC_BRIDGE = '${name}' is no name of a link`, "at most 15 letters and digits")] : []),
    ...(addressBytes(ipv4.address)?.length === 4 && ipv4.prefix >= 0 ? [] : [refuse(`LXC_ADDR = '${ipv4.address}' and LXC_NETMASK are no address with its mask`, "for example: LXC_ADDR=10.0.3.1 LXC_NETMASK=255.255.255.0")]),
    ...(ipv6 === undefined || addressBytes(ipv6.address)?.length === 16 ? [] : [refuse(`LXC_IPV6_ADDR = '${ipv6.address}' is no IPv6 address`, "for example: fd00:3::1")]),
    ...(link?.isBridge === false ? [refuse(`'${name}' is there and is not a bridge`, "set LXC_BRIDGE to another name")] : []),
    ...(overlap === undefined ? [] : [refuse(`the network ${ipv4.network} is in use: '${overlap}' has addresses of it`, "choose another with LXC_ADDR, LXC_NETWORK and LXC_DHCP_RANGE")]),
    ...(iptables !== undefined || (nft !== undefined && isByNft) ? [] : [{ code: "host.feature", at: from, text: isByNft ? "nft is missing: it makes the rules of the bridge" : "iptables is missing, and LXC_USE_NFT = false asks for it", remedy: isByNft ? "apt install nftables (or iptables)" : "apt install iptables, or LXC_USE_NFT = true" } as const]),
    ...(dnsmasq === undefined ? [{ code: "host.feature", text: "dnsmasq is missing: it gives containers their addresses and names", remedy: "apt install dnsmasq-base" } as const] : []),
    ...(portOwner === undefined ? [] : [refuse(`port ${portOwner.port} of ${ipv4.address} is taken by ${portOwner.who}`, "let it listen on addresses of its own only (dnsmasq: bind-interfaces, named: listen-on), or stop it", "it listens on all addresses; dnsmasq of the bridge needs the port on the bridge's")]),
  ];
}

function dnsmasqArgv({ files, name, ipv4, ipv6, dhcp, domain }: BridgeSettings, { dnsmasq = "dnsmasq", dnsmasqUser }: BridgeFacts): readonly string[] {
  return [
    dnsmasq, `--conf-file=${dhcp.confile === "" ? "/dev/null" : dhcp.confile}`, "-u", dnsmasqUser, "--strict-order", "--bind-interfaces", `--pid-file=${files.dnsmasqPid}`,
    "--listen-address", ipv4.address, "--dhcp-range", dhcp.range, `--dhcp-lease-max=${dhcp.max}`, "--dhcp-no-override", "--except-interface=lo", `--interface=${name}`,
    `--dhcp-leasefile=/var/lib/misc/dnsmasq.${name}.leases`, "--dhcp-authoritative", "--dhcp-ignore-clid",
    ...(domain === "" ? [] : ["-s", domain, "-S", `/${domain}/`]), ...(dhcp.hasPing ? [] : ["--no-ping"]),
    ...(ipv6 === undefined ? [] : [`--dhcp-range=${ipv6.address},ra-only`, "--listen-address", ipv6.address]),
  ];
}

function addressOps(settings: BridgeSettings): readonly Op[] {
  const { name, ipv4, ipv6 } = settings;
  const from = fromOf(settings);
  const set = (path: string, value: string): Op => ({ op: "writeFile", from, path: `/proc/sys/net/${path}`, data: `${value}\n` });
  const add = (address: string, prefix: number): readonly Op[] => {
    const bytes = addressBytes(address);
    return bytes === undefined ? [] : [{ ...netlink(from, addressAdd({ slot: SLOT.index }, { address: bytes, prefix }), `${address}/${prefix} on ${name}`), onError: ["EEXIST"] }];
  };
  return [
    { op: "ifIndex", from, name, into: SLOT.index }, set("ipv4/ip_forward", "1"), ...add(ipv4.address, ipv4.prefix),
    ...(ipv6 === undefined ? [] : [set(`ipv6/conf/${name}/accept_dad`, "0"), set(`ipv6/conf/${name}/autoconf`, "0"), set("ipv6/conf/all/forwarding", "1"), ...add(ipv6.address, ipv6.prefix)]),
    netlink(from, linkGroup(name, BRIDGE_GROUP), `${name} is a bridge of containers`), netlink(from, linkUp(name), `${name} up`),
  ];
}

interface Rules { readonly ops: readonly Op[]; /** What the mark keeps. */ readonly mark: string }

function nftRules(settings: BridgeSettings, nft: string): Rules {
  const { files, name, ipv4, ipv6, isOpen } = settings;
  const isMasked6 = ipv6?.isNat === true;
  const load = (input: string): Op => ({ op: "spawn", from: fromOf(settings), argv: [nft, "-f", "-"], input, note: `rules of ${name}` });
  const text = bridgeRules({ table: files.table, isIsolated: !isOpen, bridge: name, network: ipv4.network, network6: isMasked6 ? ipv6.network : undefined });
  return { ops: [{ ...load(text), undo: [load(noBridgeRules(files.table, isMasked6))] }], mark: "" };
}

const withdrawn = (settings: BridgeSettings, argv: readonly string[]): Op => ({ op: "spawn", from: fromOf(settings), argv, onError: "ignore", note: `a rule of ${settings.name} away` });

/** iptables has no tables of one's own: each rule is taken away before it is made, so that it is there once. */
function ownIptables(settings: BridgeSettings, program: string): Rules {
  const { name, ipv4, ipv6, isOpen } = settings;
  const rules = iptablesRules({ bridge: name, network: ipv4.network, network6: ipv6?.isNat === true ? ipv6.network : undefined, isIsolated: !isOpen }, ipv6 !== undefined);
  const gone = rules.map((rule) => iptablesArgv(program, "-D", rule));
  const ops = rules.flatMap((rule, i): readonly Op[] => [
    withdrawn(settings, gone[i] ?? []), { op: "spawn", from: fromOf(settings), argv: iptablesArgv(program, "-I", rule), note: `a rule of ${name}`, undo: [withdrawn(settings, gone[i] ?? [])] },
  ]);
  return { ops, mark: gone.map((argv) => `${argv.join(" ")}\n`).join("") };
}

const rulesOf = (settings: BridgeSettings, { nft, iptables = "iptables" }: BridgeFacts): Rules => (nft !== undefined && settings.isByNft ? nftRules(settings, nft) : ownIptables(settings, iptables));

export function planBridgeUp(settings: BridgeSettings, facts: BridgeFacts): Result<Plan> {
  const problems = problemsOf(settings, facts);
  if (problems.length > 0) return fail(...problems);
  const { files, name, mac } = settings;
  const from = fromOf(settings);
  const rules = rulesOf(settings, facts);
  const ops: readonly Op[] = [
    { op: "mkdir", from, path: "/run/lxc", mode: 0o755, parents: 1 },
    ...(facts.link === undefined ? [{ ...netlink(from, bridgeCreate(name, mac), `the bridge ${name}`), undo: [netlink(from, linkDelete(name), `removes ${name}`)] }] : []),
    ...addressOps(settings),
    ...rules.ops,
    { op: "spawn", from, argv: dnsmasqArgv(settings, facts), note: `addresses and names for ${name}` },
    { op: "writeFile", from, path: files.mark, data: rules.mark, flags: O_CREAT, mode: 0o644 },
  ];
  return ok({ verb: "net", name, lxcpath: "", ops });
}

/** Leases stay; so does a bridge with containers in it, without its address no longer: they come back. */
export function planBridgeDown(settings: BridgeSettings, { link, nft, dnsmasqPid, iptablesUndo }: BridgeFacts): Plan {
  const { files, name, ipv6 } = settings;
  const from = fromOf(settings);
  const ended: readonly Op[] = dnsmasqPid === undefined ? [] : [
    { op: "pidfdOpen", from, pid: dnsmasqPid, into: SLOT.dnsmasq, onError: ["ESRCH"] },
    { op: "kill", from, pidfd: SLOT.dnsmasq, signal: SIGTERM, onError: ["ESRCH", "EBADF"], note: "dnsmasq" },
    { op: "waitExit", from, pidfd: SLOT.dnsmasq, timeout: 10_000, onError: ["EBADF"] },
  ];
  const rules: readonly Op[] = iptablesUndo !== undefined ? iptablesUndo.map((argv) => withdrawn(settings, argv)) : nft === undefined ? [] : [{ op: "spawn", from, argv: [nft, "-f", "-"], input: noBridgeRules(files.table, ipv6?.isNat === true), onError: "ignore", note: `rules of ${name}` }];
  return {
    verb: "net", name, lxcpath: "", ops: [
      ...ended, ...rules, ...(link?.isBridge === true && !link.hasPorts ? [{ ...netlink(from, linkDelete(name), `removes ${name}`), onError: ["ENODEV"] as const }] : []),
      { op: "unlink", from, path: files.dnsmasqPid, onError: ["ENOENT"] }, { op: "unlink", from, path: files.mark, onError: ["ENOENT"] },
    ],
  };
}
