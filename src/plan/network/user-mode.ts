// Owns an interface of type user: which way it is made, and pasta(1) beside the container. It ends with the monitor.
import type { Op, Slot, Text } from "../../isa/op.ts";
import { O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } from "../../linux/fs.ts";
import { parsePortWish } from "../../linux/port-words.ts";
import { SIGKILL } from "../../linux/signals.ts";
import { addressBytes } from "../../linux/netlink.ts";
import type { HostFacts } from "../../model/facts.ts";
import type { Nic } from "../../model/nic.ts";
import { nicOrigin } from "../../model/nic.ts";
import type { Scope } from "../scope.ts";
import { isRoot, stateDirectory } from "../scope.ts";
import type { Link, UserMode } from "./link.ts";
import { middleOps, OUTSIDE } from "./middle.ts";
import { hostMac } from "./random.ts";

/** lxc-user-nic where a bridge is named and granted, else pasta, else nothing but a loopback; what is not as wished is said. */
export function userModeOf({ facts, problems }: Scope, nic: Nic, name: string): Link | undefined {
  const { pasta, pastaObstacle, userNic, grantedBridges = [] } = facts;
  const at = nic.from;
  if (isRoot(facts)) { problems.push({ code: "network.unsupported", at, text: "an interface of type user is for ordinary users: pasta does not work as root", remedy: `lxc.net.${nic.index}.type = veth on a bridge, and berth publish for its ports` }); return undefined; }
  const isPublishing = (nic.published ?? []).length > 0;
  const isThere = nic.link !== undefined && facts.links[nic.link] !== undefined;
  if (nic.link !== undefined && isThere && userNic !== undefined && grantedBridges.includes(nic.link) && !isPublishing) return { kind: "granted", nic, name, helper: userNic, bridge: nic.link };
  const why = nic.link === undefined ? "" : userNic === undefined ? "no lxc-user-nic is set-user-ID root" : isPublishing ? "pasta publishes its ports" : !isThere ? `this host has no link '${nic.link}'` : `no line of /etc/lxc/lxc-usernet grants a veth on '${nic.link}'`;
  if (pasta !== undefined && pastaObstacle === undefined) {
    if (nic.link !== undefined) problems.push({ code: "network.link", severity: "warning", at: nicOrigin(nic, "link"), text: `the container is connected by pasta, not by the bridge '${nic.link}'`, cause: why });
    return { kind: "userMode", nic: nic.egress === undefined ? nic : asPastaWould(nic, facts), name, pasta };
  }
  const missing = { code: "network.unsupported", at, cause: `${why === "" ? "" : `${why}, and `}${pastaObstacle?.cause ?? "pasta is not installed"}`, remedy: pastaObstacle?.remedy ?? "apt install passt" } as const;
  problems.push(isPublishing ? { ...missing, text: "ports cannot be published" } : { ...missing, severity: "warning", text: `${name} is not made: the container has only a loopback` });
  return undefined;
}

/** Where pasta reaches into the container it sets all of this by itself, from what the host has; with a network in between it is set here. */
function asPastaWould(nic: Nic, { uplink, random }: HostFacts): Nic {
  const { from } = nic;
  const own = (gateway: string | undefined, otherwise: string | undefined): string | undefined => (gateway === undefined || addressBytes(gateway) === undefined ? otherwise : gateway);
  const ipv4 = nic.ipv4.length > 0 || uplink?.ipv4 === undefined ? nic.ipv4 : [{ ...uplink.ipv4, from }];
  const ipv6 = nic.ipv6.length > 0 || uplink?.ipv6 === undefined ? nic.ipv6 : [{ ...uplink.ipv6, from }];
  const [four, six] = [own(nic.ipv4Gateway, uplink?.ipv4?.gateway), own(nic.ipv6Gateway, uplink?.ipv6?.gateway)];
  const { ipv4Gateway: _four, ipv6Gateway: _six, ...rest } = nic;
  return { ...rest, isUp: true, ipv4, ipv6, hwaddr: nic.hwaddr ?? hostMac(random, nic.index).replace(/^fe/, "02"), ...(ipv4.length > 0 && four !== undefined ? { ipv4Gateway: four } : {}), ...(ipv6.length > 0 && six !== undefined ? { ipv6Gateway: six } : {}) };
}

const spec = (ports: readonly string[], protocol: "tcp" | "udp"): readonly string[] => {
  const flag = protocol === "tcp" ? "-t" : "-u";
  const wishes = ports.flatMap((text) => parsePortWish(text) ?? []).filter((wish) => wish.protocol === protocol);
  return wishes.length === 0 ? [flag, "none"] : wishes.flatMap(({ address, port, toPort }) => [flag, `${address === undefined ? "" : `${address}/`}${port}:${toPort}`]);
};

/** What pasta takes for the MTU of a link that it sets up. */
const PASTA_MTU = 65_520;
/** Whose network it makes its interface in, and under which name: the container's, or that in between, where others set it up. */
interface Where { readonly pid: Slot; readonly name: string; readonly isMiddle: boolean }

/** Nothing but what is asked for is forwarded, and the host's own loopback is not the container's gateway. */
function argvOf({ nic, pasta }: UserMode, { pid, name, isMiddle }: Where, pidfile: string): readonly Text[] {
  const [four, six] = [nic.ipv4[0], nic.ipv6[0]];
  const gateways = [nic.ipv4Gateway, nic.ipv6Gateway].filter((gateway) => gateway !== undefined && gateway !== "auto" && gateway !== "dev");
  return [
    pasta, "-f", "-q", ...(isMiddle ? [] : ["--config-net"]), "-I", name, "--netns", ["/proc/", { slot: pid }, "/ns/net"], "--userns", ["/proc/", { slot: pid }, "/ns/user"], "-P", pidfile,
    ...spec(nic.published ?? [], "tcp"), ...spec(nic.published ?? [], "udp"), "-T", "none", "-U", "none", "--no-map-gw",
    ...(four === undefined ? [] : ["-a", four.address, "-n", String(four.prefix)]), ...(six === undefined ? [] : ["-a", six.address]), ...gateways.flatMap((gateway) => ["-g", gateway ?? ""]),
    ...(nic.hwaddr === undefined ? [] : ["--ns-mac-addr", nic.hwaddr]), ...(nic.mtu === undefined && !isMiddle ? [] : ["-m", String(nic.mtu ?? PASTA_MTU)]),
  ];
}

/** It writes its pid when all is set up; what it says until then is the reason that it did not. */
const UNTIL_READY = 'while [ ! -s "$0" ]; do case "$(cat "/proc/$1/stat" 2>/dev/null)" in ""|*") Z "*) cat "$2" >&2; exit 1;; esac; sleep 0.01; done';
const READY_MILLISECONDS = 20_000;

/** With a list of what may leave, pasta's end is that of the network in between. */
export function userModeOps(link: UserMode, scope: Scope, pid: Slot): readonly Op[] {
  const { nic, name } = link;
  if (nic.egress === undefined) return pastaOps(link, scope, { pid, name, isMiddle: false });
  return middleOps(scope, link, { pid, mtu: nic.mtu ?? PASTA_MTU, mac: hostMac(scope.facts.random, nic.index), outer: (middle) => pastaOps(link, scope, { pid: middle, name: OUTSIDE, isMiddle: true }) });
}

function pastaOps(link: UserMode, scope: Scope, where: Where): readonly Op[] {
  const { spec: container, slots } = scope;
  const from = link.nic.from;
  const file = `${stateDirectory(container)}/pasta.${link.nic.index}`;
  const [own, pidfd, log, nothing] = [slots.take(), slots.take(), slots.take(), slots.take()];
  for (const slot of [nothing, log]) slots.give(slot);
  const body: readonly Op[] = [
    { op: "joinParent", from, signal: SIGKILL }, { op: "setsid", from }, { op: "closeInherited", from },
    { op: "open", from, path: "/dev/null", flags: O_RDWR, into: nothing }, { op: "dup", from, slot: nothing, fd: 0 },
    { op: "open", from, path: `${file}.log`, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600, into: log }, ...[1, 2].map((fd): Op => ({ op: "dup", from, slot: log, fd })),
    { op: "exec", from, path: link.pasta, argv: argvOf(link, where, `${file}.pid`), env: ["PATH=/usr/bin:/bin"] },
  ];
  const undo: readonly Op[] = [{ op: "kill", from, pidfd, signal: SIGKILL, onError: ["ESRCH"] }, { op: "waitExit", from, pidfd, timeout: 10_000 }];
  return [
    { op: "unlink", from, path: `${file}.pid`, onError: ["ENOENT"] },
    { op: "clone", from, flags: 0, name: "pasta", pid: own, pidfd, body, undo, note: `connects ${link.name} of the container` },
    { op: "spawn", from, argv: ["/bin/sh", "-c", UNTIL_READY, `${file}.pid`, [{ slot: own }], `${file}.log`], env: ["PATH=/usr/bin:/bin"], timeout: READY_MILLISECONDS, note: `pasta makes ${link.name} in the container` },
  ];
}
