// Owns the verb of berth net explain: each hop and rule from a container's interface to the outside, and where it would stop.
import { readlinkSync } from "node:fs";
import { hostIpv4, ipv4Addresses, linkNames } from "../host/probe/addresses.ts";
import { defaultRoute } from "../host/probe/default-route.ts";
import { probeFirewall } from "../host/probe/firewall.ts";
import { isByPasta, readGrantedLinks } from "../host/store/records.ts";
import { readText } from "../host/read-text.ts";
import { followPacket, isMasked } from "../linux/nft-walk.ts";
import type { Packet } from "../linux/nft-walk.ts";
import { reachedOver } from "../linux/proc-route.ts";
import type { Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { remedyFor, verdictText } from "../plan/network/firewall.ts";
import type { Firewall } from "../plan/network/firewall.ts";
import { judgedByLists, readDestination, type Destination } from "./egress-hops.ts";
import { decidedState, requireRunning } from "./running-container.ts";
import type { LiveContainer } from "./running-container.ts";
import type { Target } from "./verbs.ts";

export interface Hop {
  /** `container`, `host`, `rules`. */
  readonly at: "container" | "host" | "rules";
  readonly text: string;
  /** Packets get no further. */
  readonly isStop: boolean;
  readonly remedy?: string;
}

const pass = (at: Hop["at"], text: string): Hop => ({ at, text, isStop: false });
const stop = (at: Hop["at"], text: string, remedy: string): Hop => ({ at, text, isStop: true, remedy });

interface Inside { readonly link: string; readonly gateway: string; readonly address: string }

/** Inside: an interface, an address, a default route. */
function insideHops({ initPid }: LiveContainer): { readonly hops: readonly Hop[]; readonly inside?: Inside } {
  const links = linkNames(initPid).filter((link) => link !== "lo");
  const [address] = ipv4Addresses(initPid);
  const route = defaultRoute(initPid);
  if (links.length === 0) return { hops: [stop("container", "it has only a loopback", "lxc.net.0.type = veth on a bridge, or user")] };
  if (address === undefined) return { hops: [stop("container", `${links.join(", ")} has no IPv4 address`, "lxc.net.N.ipv4.address; or a DHCP client inside, and berth net doctor for its server")] };
  if (route === undefined) return { hops: [pass("container", `${links.join(", ")} has the address ${address}`), stop("container", "there is no default route inside", "lxc.net.N.ipv4.gateway = auto, or a DHCP client inside")] };
  return { hops: [pass("container", `${route.link} has the address ${address}, and the default route goes via ${route.gateway}`)], inside: { link: route.link, gateway: route.gateway, address } };
}

function bridgeOf(link: string): string | undefined {
  try {
    return readlinkSync(`/sys/class/net/${link}/master`).split("/").at(-1);
  } catch {
    return undefined;
  }
}

/** The host's ends, and what they are ports of. */
function portHops(ends: readonly string[]): { readonly hops: readonly Hop[]; readonly bridge?: string } {
  for (const end of ends) {
    const bridge = bridgeOf(end);
    if (bridge === undefined) continue;
    const isUp = readText(`/sys/class/net/${end}/operstate`)?.trim() === "up";
    if (!isUp) return { hops: [stop("host", `${end}, its other end, is a port of ${bridge} and is not up`, `ip link set ${end} up, and the interface inside`)], bridge };
    return { hops: [pass("host", `${end}, its other end, is a port of ${bridge}`)], bridge };
  }
  return { hops: [] };
}

function ruleHops(packets: readonly (readonly [string, Packet, boolean])[], bridge: string, firewall: Firewall): readonly Hop[] {
  const hops: Hop[] = [];
  for (const [what, packet, isInward] of packets) {
    for (const verdict of followPacket(firewall.ruleset, "forward", packet)) {
      const text = `${what}: ${verdictText(verdict, firewall)}`;
      if (!verdict.isDropped) { hops.push(pass("rules", text)); continue; }
      const remedy = remedyFor(verdict, { bridge, isInward, packet }, firewall).map((argv) => argv.join(" ")).join("; ");
      return [...hops, stop("rules", text, remedy)];
    }
  }
  return hops;
}

/** From the bridge on: forwarding, rules, the address that the world sees. */
function hostHops({ address, gateway }: Inside, bridge: string, to: Pick<Destination, "address" | "protocol" | "port">): readonly Hop[] {
  if (!hostIpv4().includes(gateway)) return [pass("host", `${gateway} is not this host: ${bridge} hands its packets on, and what follows is ${gateway}'s`)];
  const out = defaultRoute();
  if (readText("/proc/sys/net/ipv4/ip_forward")?.trim() === "0") return [stop("host", "this host does not forward: net.ipv4.ip_forward is 0", "sysctl -w net.ipv4.ip_forward=1")];
  if (out === undefined) return [pass("host", "this host forwards"), stop("host", "this host has no default route", "ip route add default via GATEWAY")];
  const firewall = probeFirewall();
  const packet: Packet = { iif: bridge, oif: out.link, family: "ip", saddr: address, daddr: to.address, protocol: to.protocol, port: to.port, state: "new" };
  const rules = ruleHops([["out", packet, false], ["back", { iif: out.link, oif: bridge, family: "ip", saddr: to.address, daddr: address, protocol: to.protocol, state: "established" }, true]], bridge, firewall);
  const last = rules.at(-1)?.isStop === true ? [] : [pass("rules", isMasked(firewall.ruleset, packet) ? `${address} becomes an address of ${out.link} (masquerade)` : `${address} stays as it is: the world has to know the way back to it`), pass("host", `out over ${out.link}, via ${out.gateway}`)];
  return [pass("host", `this host forwards from ${bridge} to ${out.link}`), ...rules, ...last];
}

/** Where none is named: the world. */
const ANYWHERE = { address: "198.51.100.1", protocol: "tcp", port: 443 } as const;

/** Problems: `privilege`, `container.stopped`, `option.value`. */
export async function netExplain(request: Request, target: Target, destination?: string): Promise<Result<readonly Hop[]>> {
  if (request.euid !== 0) return fail({ code: "privilege", text: "only root may see the rules of this host", remedy: "run it as root" });
  const named = destination === undefined ? ok([]) : await readDestination(destination);
  if (!named.ok) return named;
  const live = requireRunning(target, await decidedState(request, target));
  if (!live.ok) return live;
  if (!live.value.record.namespaces.includes("net")) return ok([pass("host", "it has the host's network")]);
  const { hops, inside } = insideHops(live.value);
  if (inside === undefined) return ok(hops);
  const ends = [...live.value.record.links, ...readGrantedLinks(target)];
  const port = portHops(ends);
  const judged = judgedByLists(target, live.value, named.value);
  // of a name that has several addresses a program tries one after the other
  const isStopped = judged.length > 0 && (named.value.length > 0 ? judged.every(({ hop }) => hop.isStop) : judged.some(({ hop }) => hop.isStop));
  const all = [...hops, ...port.hops, ...judged.map(({ hop }) => (isStopped ? hop : pass(hop.at, hop.text)))];
  if (isStopped || port.hops.some(({ isStop }) => isStop)) return ok(all);
  if (isByPasta(target)) return ok([...all, pass("host", "pasta sends what leaves as this user's own packets")]);
  const over = port.bridge ?? reachedOver(inside.address, { route: readText("/proc/net/route") ?? "", ipv6Route: "" })?.link;
  if (over === undefined) return ok([...all, pass("host", "it is not on a bridge of this host: what follows is that of its link")]);
  const to = named.value.find((one) => !one.address.includes(":") && !judged.some((other) => other.to === one && other.hop.isStop));
  if (named.value.length > 0 && to === undefined) return ok([...all, pass("host", "it goes by IPv6, which is not followed further")]);
  return ok([...all, ...hostHops(inside, over, to ?? ANYWHERE)]);
}
