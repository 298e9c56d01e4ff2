// Owns the network in between, for an ordinary user's container with a list of what may leave it: a network namespace of the
// user's own, through which its packets go on the way to pasta or to the host's bridge. It belongs to a user namespace that is
// neither the container's nor below it, so the container's root has no power over the rules there.
//
//   container            in between                 host
//   eth0 ──── veth ──── inside ─ middle ─ outside ──── pasta's tap, or the veth of lxc-user-nic
//                         │ rules of nft, as root has them on the host's end of a veth
//
// Only the user himself has rights over both namespaces, and he stands in neither: so he asks by a socket that was opened in the
// one for a veth that ends in the other.
import type { Op, Slot } from "../../isa/op.ts";
import { CLONE_NEWNET, CLONE_NEWUSER } from "../../linux/clone.ts";
import { O_RDONLY } from "../../linux/fs.ts";
import { bridgeCreate } from "../../linux/netlink-kinds.ts";
import { linkMaster, linkSet, linkUp, vethCreate } from "../../linux/netlink.ts";
import { SIGKILL } from "../../linux/signals.ts";
import { nicOrigin } from "../../model/nic.ts";
import { FENCED, JOINED, MAPPED } from "../barriers.ts";
import type { Scope } from "../scope.ts";
import { egressText } from "./egress.ts";
import type { Granted, UserMode } from "./link.ts";
import { netlink } from "./link.ts";

const BRIDGE = "middle", INSIDE = "inside";
/** The way out of it, made by pasta or lxc-user-nic. */
export const OUTSIDE = "outside";
const SPEECHLESS = "/proc/sys/net/ipv6/conf/default/disable_ipv6";
const END_MILLISECONDS = 10_000;

export interface Middle {
  /** The container's. */
  readonly pid: Slot;
  readonly mtu: number | undefined;
  /** What OUTSIDE is to have for a hardware address, where that matters. */
  readonly mac?: string;
  /** What makes OUTSIDE in the network of that process. */
  readonly outer: (middle: Slot) => readonly Op[];
}

/** The process that sets it up, in it, and then goes: the monitor holds the namespace. */
function body(scope: Scope, link: UserMode | Granted, { mtu, mac }: Middle): readonly Op[] {
  const { slots, facts } = scope;
  const from = nicOrigin(link.nic, "egress");
  const [socket, bridge] = [slots.take(), slots.take()];
  slots.give(bridge, socket);
  const ports = [INSIDE, OUTSIDE].map((port): Op => netlink(from, linkMaster(port, { slot: bridge }), `${port} into the bridge in between`));
  return [
    { op: "joinParent", from, signal: SIGKILL }, { op: "await", from, number: MAPPED },
    { op: "writeFile", from, path: SPEECHLESS, data: "1\n", onError: ["ENOENT"], note: "what is in between says nothing itself" },
    netlink(from, bridgeCreate(BRIDGE), "the bridge in between"),
    { op: "netlinkSocket", from, into: socket }, { op: "sendFd", from, slot: socket }, { op: "close", from, slot: socket },
    { op: "await", from, number: JOINED },
    { op: "spawn", from, argv: [facts.nft ?? "nft", "-f", "-"], input: egressText(scope, link, INSIDE), env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], note: `what may leave ${link.name}` },
    ...(link.kind === "userMode" ? [netlink(from, linkSet(OUTSIDE, { mac, mtu }), "pasta's end lets the container have the address that pasta knows")] : []),
    { op: "ifIndex", from, name: BRIDGE, into: bridge }, ...ports,
    ...[OUTSIDE, INSIDE, BRIDGE].map((one): Op => netlink(from, linkUp(one), `${one} up`)),
    { op: "post", from, number: FENCED }, { op: "exitWith", from, status: 0 },
  ];
}

export function middleOps(scope: Scope, link: UserMode | Granted, middle: Middle): readonly Op[] {
  const { slots } = scope;
  const { nic, name } = link;
  const from = nicOrigin(nic, "egress");
  const [own, pidfd, held, socket] = [slots.take(), slots.take(), slots.take(), slots.take()];
  const inner = body(scope, link, middle);
  slots.give(socket);
  const { caller: { euid, egid } } = scope.facts;
  // his own id alone: that a user may map himself
  const write = (file: string, data: string): Op => ({ op: "writeFile", from, path: ["/proc/", { slot: own }, `/${file}`], data });
  const pair = vethCreate({ name: INSIDE, mtu: middle.mtu }, { name, mac: nic.hwaddr, mtu: middle.mtu }, { slot: middle.pid });
  const undo: readonly Op[] = [{ op: "kill", from, pidfd, signal: SIGKILL, onError: ["ESRCH"] }, { op: "waitExit", from, pidfd, timeout: END_MILLISECONDS }];
  return [
    { op: "clone", from, flags: CLONE_NEWUSER | CLONE_NEWNET, name: "middle", pid: own, pidfd, body: inner, undo, note: "a network between the container and the outside, where its root has no power" },
    write("setgroups", "deny"), write("gid_map", `0 ${egid} 1`), write("uid_map", `0 ${euid} 1`), { op: "post", from, number: MAPPED, to: own },
    { op: "recvFd", from, child: own, into: socket },
    { op: "open", from, path: ["/proc/", { slot: own }, "/ns/net"], flags: O_RDONLY, into: held, undo: [{ op: "close", from, slot: held }], note: "it stays as long as the monitor" },
    { ...netlink(from, pair, `veth ${INSIDE} in between, ${name} in the container`), socket }, { op: "close", from, slot: socket },
    ...middle.outer(own),
    { op: "post", from, number: JOINED, to: own }, { op: "await", from, number: FENCED, child: own }, { op: "waitExit", from, pidfd, timeout: END_MILLISECONDS, reap: 1 },
  ];
}
