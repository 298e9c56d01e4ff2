// Owns what the monitor makes on the host for each link: the link itself, its port of a bridge, routes and answers for it.
import type { Op, Slot } from "../../isa/op.ts";
import { CLONE_NEWNET } from "../../linux/clone.ts";
import { O_CREAT, O_NOFOLLOW, O_RDONLY, O_TRUNC, O_WRONLY } from "../../linux/fs.ts";
import { linkHandBack, linkHandOver, linkOn, portVlanAdd, portVlanDelete, proxyAdd, proxyDelete } from "../../linux/netlink-kinds.ts";
import type { Late, NetlinkMessage } from "../../linux/netlink.ts";
import { addressBytes, linkDelete, linkMaster, linkUp, networkOf, routeGone, routeHost, routeNetwork, vethCreate } from "../../linux/netlink.ts";
import { nicOrigin } from "../../model/nic.ts";
import type { Scope } from "../scope.ts";
import { stateDirectory } from "../scope.ts";
import type { Granted, Hanging, Link, Moved, Veth } from "./link.ts";
import { linesOf, netlink, wordOf } from "./link.ts";
import { egressOps } from "./egress.ts";
import { middleOps, OUTSIDE } from "./middle.ts";
import { hostMac } from "./random.ts";
import { userModeOps } from "./user-mode.ts";

/** lo is the first of every network namespace. */
const LOOPBACK_INDEX = 1;

const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

/** What outlives a container's network namespace, and how it is taken away: by the undo, or by who cleans up after a kill. */
export interface Answer { readonly op: Op; readonly gone: NetlinkMessage }

function proxies(link: Veth | Hanging): readonly Answer[] {
  const { nic } = link;
  const on = link.kind === "veth" ? link.upstream : link.parent;
  if (wordOf(nic, "l2proxy") !== "1" || on === undefined) return [];
  const from = nicOrigin(nic, "l2proxy");
  const made = (make: NetlinkMessage, gone: NetlinkMessage, note: string): Answer =>
    ({ gone, op: { ...netlink(from, make, note), undo: [{ ...netlink(from, gone, "no longer"), onError: ["ENOENT", "ESRCH", "ENODEV", "EADDRNOTAVAIL"] }] } });
  return [...nic.ipv4, ...nic.ipv6].flatMap(({ address }): readonly Answer[] => {
    const bytes = addressBytes(address);
    if (bytes === undefined) return [];
    // an ipvlan is reached through its parent; a local route makes the host see that the address is not out there
    const local = link.kind === "hanging" ? [made(routeHost(LOOPBACK_INDEX, bytes), routeGone(LOOPBACK_INDEX, bytes, 8 * bytes.length), `${address} is here`)] : [];
    return [...local, made(proxyAdd(on.index, bytes), proxyDelete(on.index, bytes), `the host answers for ${address} on ${nic.link ?? ""}`)];
  });
}

/** Messages that take away what would be left after a kill. */
export const leftovers = (links: readonly Link[]): readonly NetlinkMessage[] =>
  links.flatMap((link) => (link.kind === "veth" || link.kind === "hanging" ? proxies(link).map(({ gone }) => gone) : []));

function vlanOps({ nic, bridge }: Veth, port: Slot): readonly Op[] {
  if (bridge === undefined) return [];
  const [untagged, tagged] = [wordOf(nic, "veth.vlan.id"), linesOf(nic, "veth.vlan.tagged.id")];
  const from = nicOrigin(nic, "veth.vlan.id");
  const pvid = bridge.defaultPvid ?? 1;
  return [
    ...(untagged === undefined || pvid === 0 || untagged === String(pvid) ? [] : [netlink(from, portVlanDelete({ slot: port }, pvid), `no longer in the bridge's own VLAN ${pvid}`)]),
    ...(untagged === undefined || untagged === "none" ? [] : [netlink(from, portVlanAdd({ slot: port }, { id: Number(untagged), isUntagged: true }), `untagged packets are of VLAN ${untagged}`)]),
    ...tagged.map((id) => netlink(nicOrigin(nic, "veth.vlan.tagged.id"), portVlanAdd({ slot: port }, { id: Number(id), isUntagged: false }), `carries VLAN ${id}, tagged`)),
  ];
}

/** ovs-vsctl(8) add-port, with the VLANs as columns of the port. */
function ovsPort({ nic, host, ovs }: Veth): readonly Op[] {
  if (ovs === undefined || nic.link === undefined) return [];
  const [untagged, tagged] = [wordOf(nic, "veth.vlan.id"), linesOf(nic, "veth.vlan.tagged.id")];
  const hasTag = untagged !== undefined && untagged !== "none";
  const mode = !hasTag && tagged.length === 0 ? [] : [`vlan_mode=${!hasTag ? "trunk" : tagged.length > 0 ? "native-untagged" : "access"}`];
  const columns = [...mode, ...(hasTag ? [`tag=${untagged}`] : []), ...(tagged.length > 0 ? [`trunks=[${tagged.join(",")}]`] : [])];
  const from = nicOrigin(nic, "link");
  return [{
    op: "spawn", from, argv: [ovs, "add-port", nic.link, host, ...columns], note: `${host} into the bridge ${nic.link} of Open vSwitch`,
    undo: [{ op: "spawn", from, argv: [ovs, "--if-exists", "del-port", nic.link, host], onError: "ignore" }],
  }];
}

/** The host's side of a veth in mode router: it forwards, and answers for the container's gateways. */
function routerOps({ nic, host }: Veth, port: Slot): readonly Op[] {
  if (nic.vethMode !== "router") return [];
  const from = nicOrigin(nic, "veth.mode");
  const set = (family: string, name: string): Op => ({ op: "writeFile", from, path: `/proc/sys/net/${family}/conf/${host}/${name}`, data: "1\n" });
  const answered = [nic.ipv4Gateway, nic.ipv6Gateway].flatMap((gateway): readonly Op[] => {
    const bytes = gateway === undefined ? undefined : addressBytes(gateway);
    return bytes === undefined ? [] : [netlink(from, proxyAdd({ slot: port }, bytes), `the host answers for the gateway ${gateway ?? ""}`)];
  });
  const routes = [...nic.ipv4, ...nic.ipv6].flatMap(({ address, from: at }): readonly Op[] => {
    const bytes = addressBytes(address);
    return bytes === undefined ? [] : [netlink(at, routeHost({ slot: port }, bytes), `${address} is reached through ${host}`)];
  });
  return [
    ...(nic.ipv4.length > 0 ? [set("ipv4", "forwarding")] : []), ...(nic.ipv6.length > 0 ? [set("ipv6", "forwarding"), set("ipv6", "proxy_ndp")] : []),
    ...answered, ...routes,
  ];
}

/** veth.ipv4.route and veth.ipv6.route: further networks behind the container. */
function extraRoutes({ nic, host }: Veth, port: Slot): readonly Op[] {
  return ["veth.ipv4.route", "veth.ipv6.route"].flatMap((sub) => linesOf(nic, sub).flatMap((text): readonly Op[] => {
    const [address = "", prefix = ""] = text.trim().split("/");
    const bytes = addressBytes(address);
    return bytes === undefined ? [] : [netlink(nicOrigin(nic, sub), routeNetwork({ slot: port }, networkOf(bytes, Number(prefix)), Number(prefix)), `${text} is reached through ${host}`)];
  }));
}

function vethOps(scope: Scope, link: Veth, pid: Late): readonly Op[] {
  const { nic, host, name, bridge } = link;
  const mtu = nic.mtu ?? bridge?.mtu;
  const queues = { rxQueues: number(wordOf(nic, "veth.n_rxqueues")), txQueues: number(wordOf(nic, "veth.n_txqueues")) };
  const pair = vethCreate({ name: host, mac: hostMac(scope.facts.random, nic.index), mtu, ...queues }, { name, mac: nic.hwaddr, mtu, ...queues }, pid);
  return [{ ...netlink(nic.from, pair, `veth ${host} here, ${name} in the container`), undo: [goes(link)] }, ...hostSide(scope, link)];
}

const goes = ({ nic, host }: Veth): Op => ({ ...netlink(nic.from, linkDelete(host), `removes ${host}`), onError: ["ENODEV"] });

/** Once both ends are there. */
function hostSide(scope: Scope, link: Veth): readonly Op[] {
  const { nic, host, bridge } = link;
  const { from } = nic;
  const port = scope.slots.take();
  scope.slots.give(port);
  const [vlans, later] = [vlanOps(link, port), [...routerOps(link, port), ...extraRoutes(link, port)]];
  const quiet: Op = { op: "writeFile", from, path: `/proc/sys/net/ipv6/conf/${host}/disable_ipv6`, data: "1\n", onError: ["ENOENT", "EROFS"], note: "the bridge speaks for the host, its ports do not" };
  return [
    ...egressOps(scope, link),
    ...(vlans.length + later.length > 0 ? [{ op: "ifIndex", from, name: host, into: port } as const] : []),
    ...(bridge === undefined ? [] : [quiet, netlink(nicOrigin(nic, "link"), linkMaster(host, bridge.index), `${host} into the bridge ${nic.link ?? ""}`)]),
    ...ovsPort(link), ...vlans, netlink(from, linkUp(host), `${host} up`), ...later, ...proxies(link).map(({ op }) => op),
  ];
}

function hangingOps(link: Hanging, pid: Late): readonly Op[] {
  const { nic, name, made: first, of, parent } = link;
  const made = linkOn({ name: first, mac: nic.hwaddr, mtu: nic.mtu, parent: parent.index }, of, pid);
  return [netlink(nic.from, made, `${of.kind} ${name} in the container, on ${nic.link ?? ""}`), ...proxies(link).map(({ op }) => op)];
}

/** A link of the host goes in, and comes back as it was: the monitor holds both network namespaces. */
function movedOps({ nic, name, source, fact }: Moved, { pid, holds }: { readonly pid: Slot; readonly holds: Holds }): readonly Op[] {
  const from = nicOrigin(nic, "link");
  const back = linkHandBack(fact.index, { name: source, mtu: nic.mtu === undefined ? undefined : fact.mtu, mac: nic.hwaddr === undefined ? undefined : fact.mac, netnsFd: { slot: holds.host } });
  const undo: readonly Op[] = [
    { op: "setns", from, slot: holds.container, flags: CLONE_NEWNET, note: "where the link is" },
    { ...netlink(from, back.flat(), `${source} comes back`), onError: ["ENODEV"] },
    { op: "setns", from, slot: holds.host, flags: CLONE_NEWNET },
  ];
  // undo runs its list first to last
  return [{ ...netlink(from, linkHandOver(fact.index, name, { slot: pid }), `${source} becomes ${name} in the container`), undo }];
}

/** What CRIU makes of the links that it has written: the host's end gets its name from us, and all that hangs on it. */
export function restoredLinks(scope: Scope, links: readonly Link[]): { readonly external: readonly string[]; readonly host: readonly Op[] } {
  const seen = scope.slots.take();
  scope.slots.give(seen);
  const external = links.flatMap((link) => (link.kind === "veth" ? [`veth[${link.name}]:${link.host}`] : []));
  const host = links.flatMap((link): readonly Op[] => (link.kind === "veth" ? [{ op: "ifIndex", from: link.nic.from, name: link.host, into: seen, undo: [goes(link)], note: "made by CRIU" }, ...hostSide(scope, link)] : []));
  return { external, host };
}

interface Holds { readonly host: Slot; readonly container: Slot }

/** What the helper answers, `NAME:INDEX:HOSTNAME:HOSTINDEX`, is kept beside the state: only it knows the name on the host. */
function askHelper({ nic, helper, bridge }: Granted, scope: Scope, { pid, name }: { readonly pid: Slot; readonly name: string }): readonly Op[] {
  const { spec, slots } = scope;
  const from = nicOrigin(nic, "link");
  const [said, path] = [slots.take(), `${stateDirectory(spec)}/nic.${nic.index}`];
  slots.give(said);
  return [
    { op: "open", from, path, flags: O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o644, into: said, undo: [{ op: "unlink", from, path, onError: ["ENOENT"] }] },
    { op: "spawn", from, argv: [helper, "create", spec.lxcpath, spec.name, [{ slot: pid }], "veth", bridge, name], env: [], stdout: said, note: `lxc-user-nic makes ${name} ${nic.egress === undefined ? "in the container" : "in between"}, with its other end in ${bridge}` },
    { op: "close", from, slot: said },
  ];
}

function grantedOps(link: Granted, scope: Scope, pid: Slot): readonly Op[] {
  const { nic, name, bridge } = link;
  if (nic.egress === undefined) return askHelper(link, scope, { pid, name });
  return middleOps(scope, link, { pid, mtu: nic.mtu ?? scope.facts.links[bridge]?.mtu, outer: (middle) => askHelper(link, scope, { pid: middle, name: OUTSIDE }) });
}

/** Moved links first: they keep their numbers only where no other link has them yet. */
export function planHostLinks(scope: Scope, links: readonly Link[], pid: Slot): readonly Op[] {
  const moved = links.filter((link) => link.kind === "moved");
  const holds = { host: moved.length > 0 ? scope.slots.take() : 0, container: moved.length > 0 ? scope.slots.take() : 0 };
  const [first] = moved;
  const held: readonly Op[] = first === undefined ? [] : [
    { op: "open", from: first.nic.from, path: "/proc/self/ns/net", flags: O_RDONLY, into: holds.host, note: "where links come back to" },
    { op: "open", from: first.nic.from, path: ["/proc/", { slot: pid }, "/ns/net"], flags: O_RDONLY, into: holds.container },
  ];
  return [...held, ...moved.flatMap((link) => movedOps(link, { pid, holds })), ...links.flatMap((link): readonly Op[] => {
    switch (link.kind) {
      case "veth": return vethOps(scope, link, { slot: pid });
      case "hanging": return hangingOps(link, { slot: pid });
      case "granted": return grantedOps(link, scope, pid);
      case "userMode": return userModeOps(link, scope, pid);
      case "moved": return [];
    }
  })];
}
