// Owns an interface of type user: which way it is made, and pasta(1) beside the container. It ends with the monitor.
import type { Op, Slot, Text } from "../../isa/op.ts";
import { O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } from "../../linux/fs.ts";
import { parsePortWish } from "../../linux/port-words.ts";
import { SIGKILL } from "../../linux/signals.ts";
import type { Nic } from "../../model/nic.ts";
import { nicOrigin } from "../../model/nic.ts";
import type { Scope } from "../scope.ts";
import { isRoot, stateDirectory } from "../scope.ts";
import type { Link, UserMode } from "./link.ts";

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
    return { kind: "userMode", nic, name, pasta };
  }
  const missing = { code: "network.unsupported", at, cause: `${why === "" ? "" : `${why}, and `}${pastaObstacle?.cause ?? "pasta is not installed"}`, remedy: pastaObstacle?.remedy ?? "apt install passt" } as const;
  problems.push(isPublishing ? { ...missing, text: "ports cannot be published" } : { ...missing, severity: "warning", text: `${name} is not made: the container has only a loopback` });
  return undefined;
}

const spec = (ports: readonly string[], protocol: "tcp" | "udp"): readonly string[] => {
  const flag = protocol === "tcp" ? "-t" : "-u";
  const wishes = ports.flatMap((text) => parsePortWish(text) ?? []).filter((wish) => wish.protocol === protocol);
  return wishes.length === 0 ? [flag, "none"] : wishes.flatMap(({ address, port, toPort }) => [flag, `${address === undefined ? "" : `${address}/`}${port}:${toPort}`]);
};

/** Nothing but what is asked for is forwarded, and the host's own loopback is not the container's gateway. */
function argvOf({ nic, name, pasta }: UserMode, pid: Slot, pidfile: string): readonly Text[] {
  const [four, six] = [nic.ipv4[0], nic.ipv6[0]];
  const gateways = [nic.ipv4Gateway, nic.ipv6Gateway].filter((gateway) => gateway !== undefined && gateway !== "auto" && gateway !== "dev");
  return [
    pasta, "-f", "-q", "--config-net", "-I", name, "--netns", ["/proc/", { slot: pid }, "/ns/net"], "--userns", ["/proc/", { slot: pid }, "/ns/user"], "-P", pidfile,
    ...spec(nic.published ?? [], "tcp"), ...spec(nic.published ?? [], "udp"), "-T", "none", "-U", "none", "--no-map-gw",
    ...(four === undefined ? [] : ["-a", four.address, "-n", String(four.prefix)]), ...(six === undefined ? [] : ["-a", six.address]), ...gateways.flatMap((gateway) => ["-g", gateway ?? ""]),
    ...(nic.hwaddr === undefined ? [] : ["--ns-mac-addr", nic.hwaddr]), ...(nic.mtu === undefined ? [] : ["-m", String(nic.mtu)]),
  ];
}

/** It writes its pid when all is set up; what it says until then is the reason that it did not. */
const UNTIL_READY = 'while [ ! -s "$0" ]; do case "$(cat "/proc/$1/stat" 2>/dev/null)" in ""|*") Z "*) cat "$2" >&2; exit 1;; esac; sleep 0.01; done';
const READY_MILLISECONDS = 20_000;

export function userModeOps(link: UserMode, scope: Scope, pid: Slot): readonly Op[] {
  const { spec: container, slots } = scope;
  const from = link.nic.from;
  const file = `${stateDirectory(container)}/pasta.${link.nic.index}`;
  const [own, pidfd, log, nothing] = [slots.take(), slots.take(), slots.take(), slots.take()];
  for (const slot of [nothing, log]) slots.give(slot);
  const body: readonly Op[] = [
    { op: "joinParent", from, signal: SIGKILL }, { op: "setsid", from }, { op: "closeInherited", from },
    { op: "open", from, path: "/dev/null", flags: O_RDWR, into: nothing }, { op: "dup", from, slot: nothing, fd: 0 },
    { op: "open", from, path: `${file}.log`, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600, into: log }, ...[1, 2].map((fd): Op => ({ op: "dup", from, slot: log, fd })),
    { op: "exec", from, path: link.pasta, argv: argvOf(link, pid, `${file}.pid`), env: ["PATH=/usr/bin:/bin"] },
  ];
  const undo: readonly Op[] = [{ op: "kill", from, pidfd, signal: SIGKILL, onError: ["ESRCH"] }, { op: "waitExit", from, pidfd, timeout: 10_000 }];
  return [
    { op: "unlink", from, path: `${file}.pid`, onError: ["ENOENT"] },
    { op: "clone", from, flags: 0, name: "pasta", pid: own, pidfd, body, undo, note: `connects ${link.name} of the container` },
    { op: "spawn", from, argv: ["/bin/sh", "-c", UNTIL_READY, `${file}.pid`, [{ slot: own }], `${file}.log`], env: ["PATH=/usr/bin:/bin"], timeout: READY_MILLISECONDS, note: `pasta makes ${link.name} in the container` },
  ];
}
