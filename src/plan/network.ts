// Owns a container's network: links made by the monitor, addresses and routes set by the child.
import type { Op, Slot } from "../isa/op.ts";
import type { NetlinkMessage } from "../linux/netlink.ts";
import { addressAdd, addressBytes, inSameNetwork, linkDelete, linkMaster, linkUp, LOOPBACK_UP, routeDefault, routeDevice, routeHost, vethCreate } from "../linux/netlink.ts";
import type { Nic } from "../model/nic.ts";
import type { Origin } from "../model/origin.ts";
import { byDefault } from "../model/origin.ts";
import type { Problem } from "../model/problem.ts";
import type { Scope } from "./scope.ts";
import { isRoot } from "./scope.ts";

const NAME_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const IFNAMSIZ = 15;

interface Veth { readonly nic: Nic; readonly host: string; readonly name: string; readonly bridge?: { readonly index: number; readonly mtu: number } }
export interface NetworkPlan {
  /** Host side, by the monitor, once the child has its network namespace; `pid` is the child. */
  readonly host: (pid: Slot) => readonly Op[];
  readonly child: readonly Op[];
  /** The child has to wait for links. */
  readonly hasLinks: boolean;
  /** Names of links on the host, and by the number of their lxc.net.N. */
  readonly links: readonly string[];
  readonly hostNames: ReadonlyMap<number, string>;
}

/** One of the facts' random bytes; where those are used up, one that is mixed from all of them (FNV-1a): no two links may get one name. */
function byte(random: string, index: number): number {
  if (2 * index < random.length) return Number.parseInt(random.slice(2 * index, 2 * index + 2), 16) || 0;
  const mixed = [...`${random}:${index}`].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), 0x811c9dc5);
  return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 24;
}

/** `veth` and six characters out of the facts' random bytes. */
const hostName = (random: string, nic: number): string =>
  `veth${Array.from({ length: 6 }, (_, i) => NAME_ALPHABET.charAt(byte(random, 16 + nic * 6 + i) % NAME_ALPHABET.length)).join("")}`;

/** A bridge takes the lowest MAC of its ports: fe keeps it from changing its own. */
const hostMac = (random: string, nic: number): string => ["fe", ...Array.from({ length: 5 }, (_, i) => byte(random, 17 + nic * 6 + i).toString(16).padStart(2, "0"))].join(":");

function unsupported(nic: Nic, text: string, cause?: string): Problem {
  return { code: "network.unsupported", at: nic.from, text, ...(cause === undefined ? {} : { cause }), remedy: `lxc.net.${nic.index}.type = empty (loopback only), or none (the host's network)` };
}

function vethOf(scope: Scope, nic: Nic, name: string): Veth | undefined {
  const { facts, problems } = scope;
  if (!isRoot(facts)) { problems.push(unsupported(nic, `an ordinary user cannot make the veth of lxc.net.${nic.index} yet`, "lxc-user-nic is not part of this version")); return undefined; }
  if (nic.vethMode === "router") { problems.push(unsupported(nic, "lxc.net.N.veth.mode = router is not supported yet")); return undefined; }
  const host = nic.vethPair ?? hostName(facts.random, nic.index);
  if (nic.link === undefined) return { nic, host, name };
  const link = facts.links[nic.link];
  if (link === undefined || !link.isBridge) {
    problems.push({
      code: "network.link", at: nic.linkFrom ?? nic.from, text: link === undefined ? `bridge '${nic.link}' does not exist` : `'${nic.link}' is not a bridge`,
      remedy: link === undefined ? `make it (ip link add ${nic.link} type bridge), or set lxc.net.${nic.index}.link to one that exists` : `set lxc.net.${nic.index}.link to a bridge`,
    });
    return undefined;
  }
  return { nic, host, name, bridge: link };
}

/** Links in the order of the config; what cannot be made becomes a problem. */
function vethsOf(scope: Scope): readonly Veth[] {
  const taken = new Set(scope.spec.nics.flatMap((nic) => nic.name ?? []));
  return scope.spec.nics.flatMap((nic): readonly Veth[] => {
    if (nic.type === "none" || nic.type === "empty") return [];
    if (nic.type !== "veth") { scope.problems.push(unsupported(nic, `network type '${nic.type}' is not supported yet`)); return []; }
    let number = 0;
    while (nic.name === undefined && taken.has(`eth${number}`)) number++;
    const name = nic.name ?? `eth${number}`;
    taken.add(name);
    if (name.length > IFNAMSIZ || (nic.vethPair ?? "").length > IFNAMSIZ) { scope.problems.push({ code: "config.value", at: nic.from, text: `'${nic.vethPair ?? name}' is too long for the name of a link`, remedy: `at most ${IFNAMSIZ} characters` }); return []; }
    const veth = vethOf(scope, nic, name);
    return veth === undefined ? [] : [veth];
  });
}

const netlink = (from: Origin, message: NetlinkMessage, note: string): Op => ({ op: "netlink", from, messages: message.map((part) => ("hex" in part ? part : { raw32: part.raw32 })), note });

function hostSide(scope: Scope, veths: readonly Veth[], pid: Slot): readonly Op[] {
  return veths.flatMap(({ nic, host, name, bridge }): readonly Op[] => {
    const { from } = nic;
    const mtu = nic.mtu ?? bridge?.mtu;
    const pair = vethCreate({ name: host, mac: hostMac(scope.facts.random, nic.index), mtu }, { name, mac: nic.hwaddr, mtu }, { slot: pid });
    const gone: Op = { ...netlink(from, linkDelete(host), `removes ${host}`), onError: ["ENODEV"] };
    return [
      { ...netlink(from, pair, `veth ${host} here, ${name} in the container`), undo: [gone] },
      ...(bridge === undefined ? [] : [netlink(from, linkMaster(host, bridge.index), `${host} into the bridge ${nic.link ?? ""}`)]),
      netlink(from, linkUp(host), `${host} up`),
    ];
  });
}

function gatewayRoutes(scope: Scope, { nic, slot, gateway, family }: { readonly nic: Nic; readonly slot: Slot; readonly gateway: string; readonly family: "ipv4" | "ipv6" }): readonly Op[] {
  const late = { slot };
  if (gateway === "dev") return [netlink(nic.from, routeDevice(late, family), "default route onto the link")];
  const bytes = addressBytes(gateway);
  if (gateway === "auto" || bytes === undefined) { scope.problems.push(unsupported(nic, `lxc.net.${nic.index}.${family}.gateway = ${gateway} is not supported yet`, "the bridge's own address is not looked up")); return []; }
  const isNear = [...nic.ipv4, ...nic.ipv6].some(({ address, prefix }) => inSameNetwork(addressBytes(address) ?? [], bytes, prefix));
  return [...(isNear ? [] : [netlink(nic.from, routeHost(late, bytes), `${gateway} lies outside the link's own networks`)]), netlink(nic.from, routeDefault(late, bytes), `default route via ${gateway}`)];
}

function childSide(scope: Scope, { nic, name }: Veth): readonly Op[] {
  const slot = scope.slots.take();
  scope.slots.give(slot);
  const addresses = [...nic.ipv4, ...nic.ipv6].flatMap(({ address, prefix, broadcast, from }): readonly Op[] => {
    const bytes = addressBytes(address);
    if (bytes === undefined) { scope.problems.push({ code: "config.value", at: from, text: `'${address}' is not an address` }); return []; }
    return [netlink(from, addressAdd({ slot }, { address: bytes, prefix, broadcast: broadcast === undefined ? undefined : addressBytes(broadcast) }), `${address}/${prefix} on ${name}`)];
  });
  const gateway = (family: "ipv4" | "ipv6", value: string | undefined): readonly Op[] => (value === undefined ? [] : gatewayRoutes(scope, { nic, slot, gateway: value, family }));
  return [
    { op: "ifIndex", from: nic.from, name, into: slot }, ...addresses,
    ...(nic.isUp ? [netlink(nic.from, linkUp(name), `${name} up`), ...gateway("ipv4", nic.ipv4Gateway), ...gateway("ipv6", nic.ipv6Gateway)] : []),
  ];
}

export function planNetwork(scope: Scope, hasOwnNetwork: boolean): NetworkPlan {
  if (!hasOwnNetwork) return { host: () => [], child: [], hasLinks: false, links: [], hostNames: new Map() };
  const veths = vethsOf(scope);
  const from = scope.spec.nics[0]?.from ?? byDefault("lxc.net");
  return {
    host: (pid) => hostSide(scope, veths, pid),
    child: [netlink(from, LOOPBACK_UP, "loopback up"), ...veths.flatMap((veth) => childSide(scope, veth))],
    hasLinks: veths.length > 0,
    links: veths.map(({ host }) => host),
    hostNames: new Map(veths.map(({ nic, host }) => [nic.index, host])),
  };
}
