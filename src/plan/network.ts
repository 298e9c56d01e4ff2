// Owns a container's network: links made by the monitor, addresses and routes set by the child.
import type { Op, Slot } from "../isa/op.ts";
import type { NetlinkMessage } from "../linux/netlink.ts";
import { LOOPBACK_UP } from "../linux/netlink.ts";
import { byDefault } from "../model/origin.ts";
import { refuseEgress } from "./network/egress.ts";
import { leftovers, planHostLinks, restoredLinks } from "./network/host.ts";
import { planInside } from "./network/inside.ts";
import { netlink } from "./network/link.ts";
import { linksOf } from "./network/wishes.ts";
import type { Scope } from "./scope.ts";

export interface NetworkPlan {
  /** Host side, by the monitor, once the child has its network namespace; `pid` is the child. */
  readonly host: (pid: Slot) => readonly Op[];
  readonly child: readonly Op[];
  /** Of lxc-checkpoint -r: what criu(8) makes, in its words; and what is left to do on the host. */
  readonly restored: { readonly external: readonly string[]; readonly host: readonly Op[] };
  /** The child has to wait for links. */
  readonly hasLinks: boolean;
  /** Names of links on the host, and by the number of their lxc.net.N. */
  readonly links: readonly string[];
  readonly hostNames: ReadonlyMap<number, string>;
  /** What takes away, after a kill, what does not vanish with the container's network. */
  readonly leftovers: readonly NetlinkMessage[];
  /** `BRIDGE PORT` of Open vSwitch, which remembers ports that are gone. */
  readonly ovsPorts: readonly string[];
  /** Numbers of interfaces with rules of nft about what may leave them. */
  readonly egress: readonly number[];
}

export function planNetwork(scope: Scope, hasOwnNetwork: boolean): NetworkPlan {
  if (!hasOwnNetwork) refuseEgress(scope);
  if (!hasOwnNetwork) return { host: () => [], child: [], restored: { external: [], host: [] }, hasLinks: false, links: [], hostNames: new Map(), leftovers: [], ovsPorts: [], egress: [] };
  const links = linksOf(scope);
  const veths = links.filter((link) => link.kind === "veth");
  const from = scope.spec.nics[0]?.from ?? byDefault("lxc.net");
  return {
    host: (pid) => planHostLinks(scope, links, pid),
    child: [netlink(from, LOOPBACK_UP, "loopback up"), ...links.flatMap((link) => planInside(scope, link))],
    restored: restoredLinks(scope, links),
    hasLinks: links.length > 0,
    links: veths.map(({ host }) => host),
    hostNames: new Map(veths.map(({ nic, host }) => [nic.index, host])),
    leftovers: leftovers(links),
    ovsPorts: veths.flatMap(({ ovs, host, nic }) => (ovs === undefined ? [] : [`${nic.link ?? ""} ${host}`])),
    egress: veths.flatMap(({ nic }) => (nic.egress === undefined ? [] : [nic.index])),
  };
}
