// Owns the verb of berth net doctor: for each bridge of containers, what would drop their packets, and the least that helps.
import { probeFirewall } from "../host/probe/firewall.ts";
import { defaultRoute } from "../host/probe/default-route.ts";
import { publishedRuns } from "../host/probe/published.ts";
import { readText } from "../host/read-text.ts";
import type { Plan } from "../isa/op.ts";
import { addressBytes, inSameNetwork } from "../linux/netlink.ts";
import { followPacket } from "../linux/nft-walk.ts";
import type { Packet } from "../linux/nft-walk.ts";
import type { BridgeSettings } from "../model/bridge.ts";
import { byOption } from "../model/origin.ts";
import type { Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { remedyFor, verdictText } from "../plan/network/firewall.ts";
import type { Firewall, Way } from "../plan/network/firewall.ts";
import { allNetworks } from "./networks.ts";
import type { Found } from "./networks.ts";

export interface NetFinding {
  readonly bridge: string;
  /** `containers reach the world`. */
  readonly what: string;
  readonly isGood: boolean;
  readonly cause?: string;
  /** Commands, in order. */
  readonly remedy: readonly (readonly string[])[];
}

interface Probe { readonly what: string; readonly hook: "forward" | "input"; readonly way: Way }

/** An address of the bridge's network that is not its own. */
const someAddress = ({ ipv4 }: BridgeSettings): string => ipv4.address.replace(/\d+$/, (last) => (last === "2" ? "3" : "2"));
const SOMEWHERE = "198.51.100.1";

function probesOf({ settings }: Found, out: string): readonly Probe[] {
  const { name } = settings;
  const inside = someAddress(settings);
  const way = (isInward: boolean, packet: Omit<Packet, "family" | "protocol" | "state"> & Partial<Packet>): Way => ({ bridge: name, isInward, packet: { family: "ip", protocol: "tcp", state: "new", ...packet } });
  const published = publishedRuns().flatMap(({ ports }) => ports).filter(({ to }) => !to.includes(":") && inSameNetwork(addressBytes(to) ?? [], addressBytes(settings.ipv4.address) ?? [], settings.ipv4.prefix));
  return [
    { what: "containers ask for an address (DHCP)", hook: "input", way: way(false, { iif: name, protocol: "udp", port: 67, saddr: "0.0.0.0", daddr: "255.255.255.255" }) },
    { what: "containers ask for names (DNS)", hook: "input", way: way(false, { iif: name, protocol: "udp", port: 53, saddr: inside, daddr: settings.ipv4.address }) },
    { what: "containers reach the world", hook: "forward", way: way(false, { iif: name, oif: out, port: 443, saddr: inside, daddr: SOMEWHERE }) },
    { what: "the world's answers come back", hook: "forward", way: way(true, { iif: out, oif: name, saddr: SOMEWHERE, daddr: inside, state: "established" }) },
    ...published.map(({ to, toPort, protocol, port }): Probe => ({ what: `the world reaches port ${port}, which is published`, hook: "forward", way: way(true, { iif: out, oif: name, saddr: SOMEWHERE, daddr: to, port: toPort, protocol, isForwarded: true }) })),
  ];
}

function judge({ what, hook, way }: Probe, firewall: Firewall): NetFinding {
  const dropped = followPacket(firewall.ruleset, hook, way.packet).find(({ isDropped }) => isDropped);
  const finding = { bridge: way.bridge, what };
  return dropped === undefined ? { ...finding, isGood: true, remedy: [] } : { ...finding, isGood: false, cause: `${verdictText(dropped, firewall)}`, remedy: remedyFor(dropped, way, firewall) };
}

function switches({ settings, facts }: Found): readonly NetFinding[] {
  const { name } = settings;
  const own = (what: string, isGood: boolean, cause: string, remedy: NetFinding["remedy"]): NetFinding => ({ bridge: name, what, isGood, ...(isGood ? { remedy: [] } : { cause, remedy }) });
  return [
    own("this host forwards", readText("/proc/sys/net/ipv4/ip_forward")?.trim() !== "0", "net.ipv4.ip_forward is 0", [["sysctl", "-w", "net.ipv4.ip_forward=1"]]),
    own("dnsmasq answers", facts.dnsmasqPid !== undefined, "it does not run", [name === "lxcbr0" ? ["lxc-net", "restart"] : ["berth", "net", "up", name]]),
  ];
}

/** Of the networks that are up, or of one. */
export function netDoctor(request: Request, name: string | undefined): Result<readonly NetFinding[]> {
  if (request.euid !== 0) return fail({ code: "privilege", text: "only root may see the rules of this host", remedy: "run it as root" });
  const networks = allNetworks().filter(({ settings, facts }) => (name === undefined ? facts.isUp : settings.name === name));
  if (networks.length === 0) return fail({ code: "option.value", at: byOption("NAME"), text: name === undefined ? "no network is up" : `there is no network '${name}'`, remedy: "berth net list shows them; lxc-net start sets the first one up" });
  const firewall = probeFirewall();
  const out = defaultRoute()?.link ?? "lo";
  return ok(networks.flatMap((found) => [...switches(found), ...probesOf(found, out).map((probe) => judge(probe, firewall))]));
}

/** Runs what helps, each once. */
export function netMend(findings: readonly NetFinding[]): Plan {
  const seen = new Set<string>();
  const commands = findings.flatMap(({ remedy }) => remedy).filter((argv) => { const text = argv.join(" "); const isNew = !seen.has(text); seen.add(text); return isNew; });
  return { verb: "net", name: "doctor", lxcpath: "", ops: commands.map((argv) => ({ op: "spawn", from: byOption("--fix"), argv, note: argv.join(" ") })) };
}
