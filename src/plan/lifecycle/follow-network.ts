// Owns the plan of who listens to a container's network: into its namespaces, then all that the kernel tells, on standard output.
import type { Op, Plan } from "../../isa/op.ts";
import { NETWORK_DUMPS, NETWORK_GROUPS } from "../../linux/netlink-read.ts";
import { SIGKILL } from "../../linux/signals.ts";
import type { InitFacts } from "../../model/init.ts";
import { byOption } from "../../model/origin.ts";
import { joinedBits, joinNamespaces } from "../attach/namespaces.ts";

const PR_SET_DUMPABLE = 4;

/** The first ops of a process that only listens in one of a container's namespaces, and dies with who reads it. Root's own rights
 * are enough; everybody else has them in the container's user namespace only. */
export function listenInside(init: InitFacts, namespace: "net" | "mnt", isRoot: boolean): readonly Op[] {
  const from = byOption("--wait");
  return [
    { op: "pidfdOpen", from, pid: init.pid, startTime: init.startTime, into: 0 },
    { op: "prctl", from, option: PR_SET_DUMPABLE, arg2: 0, note: "the container must not look into this process" },
    ...joinNamespaces(0, joinedBits(init, isRoot ? [namespace] : ["user", namespace]), false),
    { op: "joinParent", from, signal: SIGKILL },
  ];
}

export const planFollowNetwork = (target: { readonly name: string; readonly lxcpath: string }, init: InitFacts, isRoot: boolean): Plan =>
  ({ verb: "wait", ...target, ops: [...listenInside(init, "net", isRoot), { op: "netlinkFollow", from: byOption("--wait"), messages: [{ hex: NETWORK_DUMPS }], groups: NETWORK_GROUPS }] });
