// Owns what is known to go wrong with an interface before anything is made: names, sizes, addresses, switches of the host.
import type { LinkFact } from "../../model/facts.ts";
import type { Nic } from "../../model/nic.ts";
import { nicOrigin } from "../../model/nic.ts";
import type { Problem } from "../../model/problem.ts";
import type { Scope } from "../scope.ts";
import type { Link } from "./link.ts";
import { linesOf, wordOf } from "./link.ts";

const IFNAMSIZ = 15;
const SMALLEST_MTU = 68, LARGEST_VETH_MTU = 65535;

const wrong = (nic: Nic, sub: string, problem: Omit<Problem, "code" | "at">): Problem => ({ code: "network.link", at: nicOrigin(nic, sub), ...problem });

/** Names inside are given once, fit, and are not loopback's. */
export function checkNames({ spec, problems }: Scope): void {
  const seen = new Map<string, Nic>();
  for (const nic of spec.nics) {
    const { name } = nic;
    for (const [sub, word] of [["name", name], ["veth.pair", nic.vethPair]] as const) {
      if (word !== undefined && word.length > IFNAMSIZ) problems.push({ code: "config.value", at: nicOrigin(nic, sub), text: `'${word}' is too long for the name of a link`, remedy: `at most ${IFNAMSIZ} characters` });
    }
    if (name === undefined || nic.type === "empty" || nic.type === "none") continue;
    const other = seen.get(name);
    if (other !== undefined) problems.push(wrong(nic, "name", { text: `'${name}' is the name of lxc.net.${other.index}, too`, remedy: "give each interface a name of its own" }));
    if (name === "lo") problems.push(wrong(nic, "name", { text: "'lo' is the name of the loopback, which every network has", remedy: "choose another name" }));
    seen.set(name, nic);
  }
}

function mtuProblem({ nic, ...link }: Link): Problem | undefined {
  const { mtu } = nic;
  if (mtu === undefined || link.kind === "granted") return undefined;
  if (mtu < SMALLEST_MTU) return wrong(nic, "mtu", { text: `an MTU of ${mtu} is too small`, remedy: `at least ${SMALLEST_MTU}; IPv6 needs 1280` });
  if (link.kind === "hanging" && mtu > link.parent.mtu) return wrong(nic, "mtu", { text: `an MTU of ${mtu} is too large: that of '${nic.link ?? ""}', on which the interface hangs, is ${link.parent.mtu}`, remedy: `at most ${link.parent.mtu}, or a larger one for '${nic.link ?? ""}'` });
  if (link.kind !== "veth") return undefined;
  if (mtu > LARGEST_VETH_MTU) return wrong(nic, "mtu", { text: `an MTU of ${mtu} is too large for a veth`, remedy: `at most ${LARGEST_VETH_MTU}` });
  // an empty bridge takes the MTU of its first port
  if (link.bridge?.hasPorts === true && mtu > link.bridge.mtu) return wrong(nic, "mtu", { text: `an MTU of ${mtu} is too large for the bridge '${nic.link ?? ""}', which passes packets of ${link.bridge.mtu} bytes to its other ports`, remedy: `at most ${link.bridge.mtu}, or leave the line out: then it is the bridge's` });
  return undefined;
}

function hostFact(link: Link): LinkFact | undefined {
  switch (link.kind) {
    case "veth": return link.bridge ?? link.upstream;
    case "hanging": return link.parent;
    default: return undefined;
  }
}

/** An address that the host has on the link already. */
function* addressProblems(link: Link): Generator<Problem> {
  const { nic } = link;
  const fact = hostFact(link);
  for (const { address, from } of [...nic.ipv4, ...nic.ipv6]) {
    if ([...(fact?.ipv4 ?? []), ...(fact?.ipv6 ?? [])].includes(address)) yield { code: "network.link", at: from, text: `the address ${address} is in use: '${nic.link ?? ""}' of this host has it`, remedy: "give the container another one of that network" };
  }
}

function* gatewayProblems(link: Link): Generator<Problem> {
  const { nic } = link;
  const fact = hostFact(link);
  for (const [sub, gateway, found, family] of [["ipv4.gateway", nic.ipv4Gateway, fact?.ipv4, "IPv4"], ["ipv6.gateway", nic.ipv6Gateway, fact?.ipv6, "IPv6"]] as const) {
    if (gateway === "auto" && link.kind !== "granted" && link.kind !== "userMode" && (found ?? []).length === 0) yield wrong(nic, sub, { text: nic.link === undefined ? `${sub} = auto is the address of a link, and lxc.net.${nic.index}.link names none` : `${sub} = auto: '${nic.link}' has no ${family} address`, remedy: `give the link one, or write the gateway's address` });
  }
}

const sysctl = (nic: Nic, name: string): Problem => wrong(nic, "l2proxy", { text: `Requires sysctl "${name}" to be set to 1`, cause: "without it the host does not answer for the container on the link", remedy: `sysctl -w ${name.replaceAll(".", "/")}=1` });

/** Answering for others needs switches that are the administrator's. */
function* proxyProblems(link: Link): Generator<Problem> {
  const { nic } = link;
  const fact = hostFact(link);
  if (wordOf(nic, "l2proxy") !== "1") return;
  if (nic.link === undefined || fact === undefined) { yield wrong(nic, "l2proxy", { text: `l2proxy answers on a link, and lxc.net.${nic.index}.link names none`, remedy: `add 'lxc.net.${nic.index}.link = LINK'` }); return; }
  if (link.kind === "veth" && nic.vethMode !== "router") { yield wrong(nic, "l2proxy", { text: "l2proxy is for a veth in mode router", remedy: `add 'lxc.net.${nic.index}.veth.mode = router', or take the line out` }); return; }
  if (link.kind === "hanging" && link.of.kind === "ipvlan" && link.of.mode === "l2") { yield wrong(nic, "l2proxy", { text: "l2proxy is for an ipvlan of mode l3 or l3s", remedy: "in mode l2 the container answers for itself" }); return; }
  if (nic.ipv4.length > 0 && fact.forwarding4 !== true) yield sysctl(nic, `net.ipv4.conf.${nic.link}.forwarding`);
  if (nic.ipv6.length > 0 && fact.forwarding6 !== true) yield sysctl(nic, `net.ipv6.conf.${nic.link}.forwarding`);
  if (nic.ipv6.length > 0 && fact.proxyNdp !== true) yield sysctl(nic, `net.ipv6.conf.${nic.link}.proxy_ndp`);
}

function vlanProblem(link: Link): Problem | undefined {
  const { nic } = link;
  const [sub] = ["veth.vlan.id", "veth.vlan.tagged.id"].filter((key) => linesOf(nic, key).length > 0);
  if (link.kind !== "veth" || sub === undefined || link.ovs !== undefined) return undefined;
  if (link.bridge === undefined) return wrong(nic, sub, { text: `${sub} is about the port of a bridge, and there is none`, remedy: `set lxc.net.${nic.index}.link to a bridge, or take the line out` });
  if (link.bridge.vlanFiltering === undefined) return { code: "host.feature", at: nicOrigin(nic, sub), text: "this kernel's bridges know no VLANs", cause: "it has been built without CONFIG_BRIDGE_VLAN_FILTERING", remedy: "take the line out, or use another kernel" };
  if (!link.bridge.vlanFiltering) return wrong(nic, sub, { text: `the bridge '${nic.link ?? ""}' does not filter VLANs`, remedy: `ip link set ${nic.link ?? ""} type bridge vlan_filtering 1` });
  return undefined;
}

export function checkNic({ problems }: Scope, link: Link): void {
  const single = [mtuProblem(link), vlanProblem(link)].flatMap((problem) => problem ?? []);
  problems.push(...single, ...addressProblems(link), ...gatewayProblems(link), ...proxyProblems(link));
}
