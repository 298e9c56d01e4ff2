// Owns what the monitor does for lxc.net.N.egress: rules on the host's end of a veth, or on that of a user's network in between (middle.ts); there before it is up, gone with the run.
import type { Op } from "../../isa/op.ts";
import { addressBytes } from "../../linux/netlink.ts";
import { egressRules, egressTable, withoutEgress } from "../../linux/nft-egress.ts";
import type { Neighbours } from "../../linux/nft-egress.ts";
import type { Nic } from "../../model/nic.ts";
import { nicOrigin } from "../../model/nic.ts";
import type { Origin } from "../../model/origin.ts";
import type { Scope } from "../scope.ts";
import type { Granted, Link, UserMode, Veth } from "./link.ts";

/** What has an end where the container's root has no power: on the host, or in between. */
type Filtered = Veth | Granted | UserMode;

const dropEgress = (from: Origin, table: string, nft: string): Op => ({ op: "spawn", from, argv: [nft, "-f", "-"], input: withoutEgress(table), onError: "ignore", note: "its rules go" });

/** Who gives addresses out on the link that its packets go to, and who its neighbours are. */
function neighboursOf({ facts }: Scope, link: Filtered): Neighbours {
  const { nic } = link;
  const bridge = link.kind === "veth" ? link.bridge : link.kind === "granted" ? facts.links[link.bridge] : undefined;
  const given = (gateway: string | undefined): readonly string[] => (gateway === undefined || addressBytes(gateway) === undefined ? [] : [gateway]);
  return { bridge4: [...(bridge?.ipv4 ?? []), ...(link.kind === "userMode" ? given(nic.ipv4Gateway) : [])], link6: [...(bridge?.ipv6 ?? []), ...given(nic.ipv6Gateway), ...nic.ipv6.map(({ address }) => address)] };
}

/** The rules, as nft reads them, for what comes in by that device. */
export function egressText(scope: Scope, link: Filtered, device: string): string {
  const { spec, facts } = scope;
  const { egress = [], index } = link.nic;
  return egressRules({
    table: egressTable(spec, index), device, neighbours: neighboursOf(scope, link),
    allowed: egress.map(({ wish }) => ({ wish, addresses: wish.isName ? facts.resolved?.[wish.host] ?? [] : [wish.host] })),
  });
}

export function egressOps(scope: Scope, link: Veth): readonly Op[] {
  const { nic, host } = link;
  if (nic.egress === undefined) return [];
  const [from, nft, table] = [nicOrigin(nic, "egress"), scope.facts.nft ?? "nft", egressTable(scope.spec, nic.index)];
  return [{ op: "spawn", from, argv: [nft, "-f", "-"], input: egressText(scope, link, host), note: `what may leave ${host}`, undo: [dropEgress(from, table, nft)] }];
}

const WHY: Readonly<Record<Exclude<Link["kind"], Filtered["kind"]>, string>> = {
  hanging: "packets of such an interface leave by a link that other programs of this host use, too",
  moved: "the whole link is inside, and nothing of it is left on this host to filter",
};

/** For a container without a network of its own. */
export function refuseEgress({ spec, problems }: Scope): void {
  for (const nic of spec.nics) if (nic.egress !== undefined) problems.push({ code: "network.unsupported", at: nicOrigin(nic, "egress"), text: "egress cannot be kept: the container has no network of its own", remedy: `lxc.net.${nic.index}.type = veth on a bridge` });
}

/** A list that could not be kept is no list: the start is refused. */
export function checkEgress({ facts, problems }: Scope, nic: Nic, link: Link): void {
  if (nic.egress === undefined) return;
  const at = nicOrigin(nic, "egress");
  if (link.kind === "hanging" || link.kind === "moved") { problems.push({ code: "network.unsupported", at, text: `egress cannot be kept for an interface of type ${nic.type}`, cause: WHY[link.kind], remedy: "lxc.net.N.type = veth on a bridge; or no network at all: lxc.net.N.type = empty" }); return; }
  if (facts.nft === undefined) problems.push({ code: "host.feature", at, text: "egress cannot be kept: nft is missing, which makes the rules", remedy: "apt install nftables" });
  for (const { wish, from } of nic.egress) {
    if (wish.isName && facts.resolved !== undefined && (facts.resolved[wish.host] ?? []).length === 0) problems.push({ code: "network.link", at: from, text: `'${wish.host}' cannot be resolved`, cause: "the host's own resolver knows no address of it", remedy: "names are looked up on the host, once, when the container starts: name one that getent ahosts finds, or an address" });
  }
}
