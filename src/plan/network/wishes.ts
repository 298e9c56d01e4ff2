// Owns how the interfaces of a config become Links: names, what they hang on, and what is wrong with them.
import type { LinkKind } from "../../linux/netlink-kinds.ts";
import { IPVLAN_ISOLATIONS, IPVLAN_MODES, MACVLAN_MODES } from "../../linux/netlink-kinds.ts";
import type { LinkFact } from "../../model/facts.ts";
import type { Nic } from "../../model/nic.ts";
import { nicOrigin } from "../../model/nic.ts";
import type { Problem } from "../../model/problem.ts";
import type { Scope } from "../scope.ts";
import { isRoot } from "../scope.ts";
import { checkNames, checkNic } from "./checks.ts";
import { checkEgress } from "./egress.ts";
import type { Link, Veth } from "./link.ts";
import { wordOf } from "./link.ts";
import { hostName } from "./random.ts";
import { userModeOf } from "./user-mode.ts";

const isKey = <K extends string>(table: Readonly<Record<K, number>>, word: string): word is K => Object.hasOwn(table, word);
/** What is set, else what the key's row says. */
function chosen<K extends string>(table: Readonly<Record<K, number>>, word: string | undefined, otherwise: K): K {
  return word !== undefined && isKey(table, word) ? word : otherwise;
}

function kindOf(nic: Nic): LinkKind {
  switch (nic.type) {
    case "macvlan": return { kind: "macvlan", mode: chosen(MACVLAN_MODES, wordOf(nic, "macvlan.mode"), "private") };
    case "ipvlan": return { kind: "ipvlan", mode: chosen(IPVLAN_MODES, wordOf(nic, "ipvlan.mode"), "l3"), isolation: chosen(IPVLAN_ISOLATIONS, wordOf(nic, "ipvlan.isolation"), "bridge") };
    default: return { kind: "vlan", id: Number(wordOf(nic, "vlan.id") ?? "0") };
  }
}

/** lxc.net.0.link of Debian's default config, and LXC_BRIDGE unless /etc/default/lxc-net says otherwise. */
const BRIDGE_OF_LXC_NET = "lxcbr0";
const madeBy = (bridge: string): string => (bridge === BRIDGE_OF_LXC_NET ? "as root, lxc-net start makes it, with addresses and a way out" : `make it (as root, berth net create ${bridge}, or a bare one: ip link add ${bridge} type bridge)`);
const missing = (nic: Nic, link: string, what: string): Problem => ({
  code: "network.link", at: nicOrigin(nic, "link"), text: `${what} '${link}' does not exist`,
  remedy: what === "bridge" ? `${madeBy(link)}, or set lxc.net.${nic.index}.link to one that exists` : `ip link shows the links of this host; one that another container has is not among them`,
});

/** The link that a nic names; a problem where there is none. */
function parentOf({ facts, problems }: Scope, nic: Nic): { readonly name: string; readonly fact: LinkFact } | undefined {
  const { link } = nic;
  if (link === undefined) {
    problems.push({ code: "network.link", at: nic.from, text: `an interface of type ${nic.type} hangs on a link of the host, and lxc.net.${nic.index}.link names none`, remedy: `add 'lxc.net.${nic.index}.link = LINK'; ip link shows what there is` });
    return undefined;
  }
  // of phys, `prefix+` takes the first that is free
  const names = link.endsWith("+") && nic.type === "phys" ? Object.keys(facts.links).filter((name) => name.startsWith(link.slice(0, -1)) && facts.links[name]?.master === undefined).toSorted() : [link];
  const name = names[0];
  const fact = name === undefined ? undefined : facts.links[name];
  if (name === undefined || fact === undefined) { problems.push(missing(nic, link, "link")); return undefined; }
  return { name, fact };
}

function physical(scope: Scope, nic: Nic, name: string): Link | undefined {
  const parent = parentOf(scope, nic);
  if (parent === undefined) return undefined;
  const at = nicOrigin(nic, "link");
  const { name: source, fact } = parent;
  const refuse = (text: string, remedy: string): undefined => { scope.problems.push({ code: "network.link", at, text, remedy }); return undefined; };
  if (fact.master !== undefined) return refuse(`'${source}' is busy: it is a port of '${fact.master}'`, `take it out (ip link set ${source} nomaster), or use another`);
  if (fact.isBridge || source === "lo") return refuse(`'${source}' cannot be moved: the kernel keeps ${source === "lo" ? "loopback" : "bridges"} where they are`, fact.isBridge ? `attach to it: lxc.net.${nic.index}.type = veth` : "name a network card");
  if (fact.isWireless === true) return refuse(`'${source}' is wireless: only its whole radio moves, and Berth does not move radios`, `route to it: lxc.net.${nic.index}.type = veth with veth.mode = router`);
  return { kind: "moved", nic, name, source, fact };
}

/** A user's end on the host is made by lxc-user-nic, which knows what he may have. */
function granted(scope: Scope, nic: Nic, name: string): Link | undefined {
  const { facts, problems } = scope;
  const { userNic } = facts;
  if (nic.type !== "veth") { problems.push({ code: "privilege", at: nic.from, text: `only root may make an interface of type ${nic.type}`, remedy: `lxc.net.${nic.index}.type = veth with a bridge that /etc/lxc/lxc-usernet grants you, or user` }); return undefined; }
  if (nic.vethMode === "router") { problems.push({ code: "privilege", at: nicOrigin(nic, "veth.mode"), text: "only root may make a veth in mode router", remedy: "use a bridge that /etc/lxc/lxc-usernet grants you" }); return undefined; }
  if (userNic === undefined) { problems.push({ code: "network.unsupported", at: nic.from, text: `an ordinary user's veth is made by lxc-user-nic, and there is none that is set-user-ID root`, remedy: `as root: berth setup USER installs ours so; or use lxc.net.${nic.index}.type = user` }); return undefined; }
  return { kind: "granted", nic, name, helper: userNic, bridge: nic.link ?? "none" };
}

function veth(scope: Scope, nic: Nic, name: string): Veth | undefined {
  const { facts, problems } = scope;
  const host = nic.vethPair ?? hostName(facts.random, nic.index);
  if (nic.vethPair !== undefined && facts.links[nic.vethPair] !== undefined) {
    problems.push({ code: "network.link", at: nicOrigin(nic, "veth.pair"), text: `the name '${nic.vethPair}' is taken on this host`, remedy: "choose another, or leave the line out: then one is made up" });
    return undefined;
  }
  const plain: Veth = { kind: "veth", nic, host, name };
  if (nic.link === undefined) return plain;
  const link = facts.links[nic.link];
  if (nic.vethMode === "router") {
    if (link === undefined) problems.push(missing(nic, nic.link, "link"));
    return link === undefined ? undefined : { ...plain, upstream: link };
  }
  if (link?.isBridge === true) return { ...plain, bridge: link };
  if (link !== undefined && facts.ovsVsctl !== undefined) return { ...plain, ovs: facts.ovsVsctl };
  problems.push(link === undefined ? missing(nic, nic.link, "bridge") : { code: "network.link", at: nicOrigin(nic, "link"), text: `'${nic.link}' is not a bridge`, remedy: `set lxc.net.${nic.index}.link to a bridge` });
  return undefined;
}

function linkFor(scope: Scope, nic: Nic, name: string): Link | undefined {
  if (nic.type === "user") return userModeOf(scope, nic, name);
  if (!isRoot(scope.facts)) return granted(scope, nic, name);
  if (nic.type === "veth") return veth(scope, nic, name);
  if (nic.type === "phys") return physical(scope, nic, name);
  const parent = parentOf(scope, nic);
  return parent === undefined ? undefined : { kind: "hanging", nic, name, made: hostName(scope.facts.random, nic.index, "new"), of: kindOf(nic), parent: parent.fact };
}

/** Links in the order of the config; what cannot be made becomes a problem. */
export function linksOf(scope: Scope): readonly Link[] {
  const taken = new Set(scope.spec.nics.flatMap((nic) => nic.name ?? []));
  checkNames(scope);
  return scope.spec.nics.flatMap((nic): readonly Link[] => {
    if (nic.type === "none" || nic.type === "empty") return [];
    let number = 0;
    while (nic.name === undefined && taken.has(`eth${number}`)) number++;
    const name = nic.name ?? `eth${number}`;
    taken.add(name);
    const link = linkFor(scope, nic, name);
    if (link === undefined) return [];
    checkNic(scope, link);
    checkEgress(scope, nic, link);
    return [link];
  });
}
