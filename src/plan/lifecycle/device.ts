// Owns the plans of lxc-device: a device node or a network interface into a running container, and out again.
import { CLONE_NEWNET } from "../../linux/clone.ts";
import { O_DIRECTORY, O_PATH, O_RDONLY, S_IFBLK, S_IFCHR } from "../../linux/fs.ts";
import { linkHandBack } from "../../linux/netlink-kinds.ts";
import { SIGKILL } from "../../linux/signals.ts";
import type { Op, Plan, Slot } from "../../isa/op.ts";
import type { InitFacts } from "../../model/init.ts";
import { byDefault, byHost, byOption } from "../../model/origin.ts";
import { directory } from "../beneath.ts";
import { netlink } from "../network/link.ts";

export interface DeviceTarget { readonly name: string; readonly lxcpath: string; readonly init: InitFacts }
export interface DeviceNode {
  /** Beneath the container's root, absolute. */
  readonly path: string;
  readonly isBlock: boolean;
  readonly device: bigint;
  readonly mode: number;
}
export interface NamedLink { readonly name: string; readonly as: string }

/** Slot 0 is left to the ops that change the container's device rules. */
const SLOT = { init: 1, root: 2, host: 3, container: 4, child: 5, childPidfd: 6, index: 7 } as const;
const DONE = 1;
const DEVICE = byOption("DEVICE");
const INIT = byHost("init of the container");

/** What is known to be init's: its pid is checked once they are open. */
const checked = ({ init }: DeviceTarget, opened: readonly Op[]): readonly Op[] =>
  [...opened, { op: "pidfdOpen", from: INIT, pid: init.pid, startTime: init.startTime, into: SLOT.init }];

const openRoot = ({ init }: DeviceTarget): Op => ({ op: "open", from: INIT, path: `/proc/${init.pid}/root`, flags: O_PATH | O_DIRECTORY, into: SLOT.root });

const openNetwork = ({ init }: DeviceTarget): Op => ({ op: "open", from: INIT, path: `/proc/${init.pid}/ns/net`, flags: O_RDONLY, into: SLOT.container });
const move = (into: Slot, { name, as }: NamedLink, where: string): Op =>
  netlink(DEVICE, linkHandBack({ slot: SLOT.index }, { name: as, netnsFd: { slot: into } }).flat(), `${name} becomes ${as} ${where}`);

/** `rules`: how it is allowed, before it is there. */
export function planAddNode(target: DeviceTarget, { path, isBlock, device, mode }: DeviceNode, rules: readonly Op[]): Plan {
  const above = path.slice(0, path.lastIndexOf("/"));
  return {
    verb: "device", name: target.name, lxcpath: target.lxcpath,
    ops: [
      ...checked(target, [openRoot(target)]), ...rules,
      ...(above === "" ? [] : [directory(SLOT.root, above, DEVICE)]),
      { op: "mknod", from: DEVICE, at: SLOT.root, path, mode: (isBlock ? S_IFBLK : S_IFCHR) | mode, device },
    ],
  };
}

export function planRemoveNode(target: DeviceTarget, path: string, rules: readonly Op[]): Plan {
  return { verb: "device", name: target.name, lxcpath: target.lxcpath, ops: [...checked(target, [openRoot(target)]), { op: "unlink", from: DEVICE, at: SLOT.root, path }, ...rules] };
}

/** The host's link goes in; the kernel brings a physical one back when the container stops. */
export function planAddLink(target: DeviceTarget, { name, as }: NamedLink): Plan {
  return {
    verb: "device", name: target.name, lxcpath: target.lxcpath,
    ops: [...checked(target, [openNetwork(target)]), { op: "ifIndex", from: DEVICE, name, into: SLOT.index }, move(SLOT.container, { name, as }, "in the container")],
  };
}

/** Its number counts in the container's network only: a child goes there, the launcher stays. */
export function planRemoveLink(target: DeviceTarget, { name, as }: NamedLink): Plan {
  const from = byDefault("the launcher stays outside");
  const body: readonly Op[] = [
    { op: "setns", from: INIT, slot: SLOT.container, flags: CLONE_NEWNET },
    { op: "ifIndex", from: DEVICE, name, into: SLOT.index },
    move(SLOT.host, { name, as }, "on the host"),
    { op: "post", from, number: DONE },
  ];
  return {
    verb: "device", name: target.name, lxcpath: target.lxcpath,
    ops: [
      { op: "open", from, path: "/proc/self/ns/net", flags: O_RDONLY, into: SLOT.host },
      ...checked(target, [openNetwork(target)]),
      { op: "clone", from, flags: 0, name: "network", pid: SLOT.child, pidfd: SLOT.childPidfd, body, undo: [{ op: "kill", from, pidfd: SLOT.childPidfd, signal: SIGKILL, onError: ["ESRCH"] }] },
      { op: "await", from, child: SLOT.child, number: DONE },
    ],
  };
}
