// Owns what the monitor does for lxc.net.N.egress: rules on the host's end of a veth, there before that is up, gone with the run.
import type { Op } from "../../isa/op.ts";
import { egressRules, egressTable, withoutEgress } from "../../linux/nft-egress.ts";
import type { Nic } from "../../model/nic.ts";
import { nicOrigin } from "../../model/nic.ts";
import type { Origin } from "../../model/origin.ts";
import type { Scope } from "../scope.ts";
import type { Link, Veth } from "./link.ts";

const dropEgress = (from: Origin, table: string, nft: string): Op => ({ op: "spawn", from, argv: [nft, "-f", "-"], input: withoutEgress(table), onError: "ignore", note: "its rules go" });

export function egressOps({ spec, facts }: Scope, { nic, host, bridge }: Veth): readonly Op[] {
  const { egress } = nic;
  if (egress === undefined) return [];
  const [from, nft, table] = [nicOrigin(nic, "egress"), facts.nft ?? "nft", egressTable(spec, nic.index)];
  const gateway = nic.ipv6Gateway?.includes(":") === true ? [nic.ipv6Gateway] : [];
  const rules = egressRules({
    table, device: host,
    allowed: egress.map(({ wish }) => ({ wish, addresses: wish.isName ? facts.resolved?.[wish.host] ?? [] : [wish.host] })),
    neighbours: { bridge4: bridge?.ipv4 ?? [], link6: [...(bridge?.ipv6 ?? []), ...gateway, ...nic.ipv6.map(({ address }) => address)] },
  });
  return [{ op: "spawn", from, argv: [nft, "-f", "-"], input: rules, note: `what may leave ${host}`, undo: [dropEgress(from, table, nft)] }];
}

const WHY: Readonly<Record<Exclude<Link["kind"], "veth">, string>> = {
  hanging: "packets of such an interface leave by a link that other programs of this host use, too",
  moved: "the whole link is inside, and nothing of it is left on this host to filter",
  granted: "the host's end is made by lxc-user-nic, and only root may filter it",
  userMode: "pasta sends what leaves as this user's own packets, which only root may filter; inside, the container's own root could lift the rules",
};

/** For a container without a network of its own. */
export function refuseEgress({ spec, problems }: Scope): void {
  for (const nic of spec.nics) if (nic.egress !== undefined) problems.push({ code: "network.unsupported", at: nicOrigin(nic, "egress"), text: "egress cannot be kept: the container has no network of its own", remedy: `lxc.net.${nic.index}.type = veth on a bridge` });
}

/** A list that could not be kept is no list: the start is refused. */
export function checkEgress({ facts, problems }: Scope, nic: Nic, link: Link): void {
  if (nic.egress === undefined) return;
  const at = nicOrigin(nic, "egress");
  if (link.kind !== "veth") { problems.push({ code: "network.unsupported", at, text: `egress cannot be kept for an interface of type ${nic.type}`, cause: WHY[link.kind], remedy: "a container that root starts, with lxc.net.N.type = veth on a bridge; or no network at all: lxc.net.N.type = empty" }); return; }
  if (facts.nft === undefined) problems.push({ code: "host.feature", at, text: "egress cannot be kept: nft is missing, which makes the rules", remedy: "apt install nftables" });
  for (const { wish, from } of nic.egress) {
    if (wish.isName && facts.resolved !== undefined && (facts.resolved[wish.host] ?? []).length === 0) problems.push({ code: "network.link", at: from, text: `'${wish.host}' cannot be resolved`, cause: "the host's own resolver knows no address of it", remedy: "names are looked up on the host, once, when the container starts: name one that getent ahosts finds, or an address" });
  }
}
