// Owns the plan of who listens to a container's network: into its namespaces, then all that the kernel tells, on standard output.
import type { Plan } from "../../isa/op.ts";
import { NETWORK_DUMPS, NETWORK_GROUPS } from "../../linux/netlink-read.ts";
import { SIGKILL } from "../../linux/signals.ts";
import type { InitFacts } from "../../model/init.ts";
import { byOption } from "../../model/origin.ts";
import { joinedBits, joinNamespaces } from "../attach/namespaces.ts";

const PR_SET_DUMPABLE = 4;

/** Root's own rights are enough for a network; everybody else has them in the container's user namespace only. */
const asked = (isRoot: boolean): readonly string[] => (isRoot ? ["net"] : ["user", "net"]);

export function planFollowNetwork(target: { readonly name: string; readonly lxcpath: string }, init: InitFacts, isRoot: boolean): Plan {
  const from = byOption("--wait");
  return {
    verb: "wait", ...target, ops: [
      { op: "pidfdOpen", from, pid: init.pid, startTime: init.startTime, into: 0 },
      { op: "prctl", from, option: PR_SET_DUMPABLE, arg2: 0, note: "the container must not look into this process" },
      ...joinNamespaces(0, joinedBits(init, asked(isRoot)), false),
      { op: "joinParent", from, signal: SIGKILL },
      { op: "netlinkFollow", from, messages: [{ hex: NETWORK_DUMPS }], groups: NETWORK_GROUPS },
    ],
  };
}
