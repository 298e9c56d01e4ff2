// Owns the plans of berth mount and berth umount: something of the host on a path of a running container, and away again.
// A child does it, so that the launcher stays where it is:
//   launcher (opens the source with the caller's rights) ── mount (goes in, attaches beneath init's root)
import { CLONE_NEWNS, CLONE_NEWUSER } from "../../linux/clone.ts";
import { AT_RECURSIVE, MNT_DETACH, O_DIRECTORY, O_PATH, O_RDONLY, OPEN_TREE_CLONE } from "../../linux/fs.ts";
import { MOUNT_ATTR_RDONLY, MS_SLAVE } from "../../linux/mount-flags.ts";
import { SIGKILL } from "../../linux/signals.ts";
import type { Op, Plan } from "../../isa/op.ts";
import type { InitFacts } from "../../model/init.ts";
import { byDefault, byHost, byOption } from "../../model/origin.ts";
import { becomeUser } from "../attach/identity.ts";
import { attach, copyTree, directory, emptyFile } from "../beneath.ts";
import { detachFromHost } from "../rootfs.ts";

/** Where in a running container, and who asks. */
export interface Inside {
  readonly name: string;
  readonly lxcpath: string;
  readonly init: InitFacts;
  /** The caller is the host's root. */
  readonly isRoot: boolean;
  /** Beneath init's root. */
  readonly target: string;
}
export interface MountWishes {
  readonly source: string;
  readonly isDirectory: boolean;
  readonly isReadOnly: boolean;
  /** The files belong inside to whom they belong outside. */
  readonly keepsOwners: boolean;
}

const SLOT = { root: 0, mounts: 1, init: 2, tree: 3, child: 4, childPidfd: 5, userns: 6, stage: 7 } as const;
const DONE = 1;
const INIT = byHost("init of the container");
const SOURCE = byOption("SOURCE"), TARGET = byOption("TARGET");

const hasIds = ({ init }: Inside): boolean => init.namespaces.includes("user");

/** What is known to be init's: its pid is checked once they are open. */
function openInside({ init }: Inside): readonly Op[] {
  return [
    { op: "open", from: INIT, path: `/proc/${init.pid}/root`, flags: O_PATH | O_DIRECTORY, into: SLOT.root },
    { op: "open", from: INIT, path: `/proc/${init.pid}/ns/mnt`, flags: O_RDONLY, into: SLOT.mounts },
    { op: "pidfdOpen", from: INIT, pid: init.pid, startTime: init.startTime, into: SLOT.init },
  ];
}
const goIn: Op = { op: "setns", from: INIT, slot: SLOT.mounts, flags: CLONE_NEWNS };
const takeIds: Op = { op: "setns", from: INIT, slot: SLOT.init, flags: CLONE_NEWUSER };

/** As a child; its failure is the plan's. */
function inChild(name: string, body: readonly Op[]): readonly Op[] {
  const from = byDefault("the launcher stays outside");
  return [
    { op: "clone", from, flags: 0, name, pid: SLOT.child, pidfd: SLOT.childPidfd, body: [...body, { op: "post", from, number: DONE }], undo: [{ op: "kill", from, pidfd: SLOT.childPidfd, signal: SIGKILL, onError: ["ESRCH"] }] },
    { op: "await", from, child: SLOT.child, number: DONE },
  ];
}

const slave = (wishes: MountWishes): Op =>
  ({ op: "mountSetattr", from: wishes.isReadOnly ? byOption("--ro") : SOURCE, at: SLOT.tree, path: "", flags: AT_RECURSIVE, set: wishes.isReadOnly ? MOUNT_ATTR_RDONLY : 0, propagation: MS_SLAVE });

const copied = (wishes: MountWishes): Op => copyTree({ path: wishes.source, isRecursive: true }, SLOT.tree, SOURCE);

const STAGE = "/proc", STAGED = "source";
/** Mounts that another user namespace copies keep their attributes for good: the container's root cannot make --ro writable. */
function lock({ isDirectory }: MountWishes): readonly Op[] {
  const from = byDefault("the container's root may not change its attributes");
  return [
    { op: "unshare", from, flags: CLONE_NEWNS }, detachFromHost(),
    { op: "fsMount", from, type: "tmpfs", options: ["source=none", "size=4096", "mode=755"], into: SLOT.stage },
    { op: "moveMount", from, tree: SLOT.stage, path: STAGE },
    isDirectory ? directory(SLOT.stage, STAGED, from) : emptyFile(SLOT.stage, STAGED, from),
    attach(SLOT.stage, SLOT.tree, STAGED, from),
    takeIds, { op: "unshare", from, flags: CLONE_NEWNS },
    { op: "openTree", from, path: `${STAGE}/${STAGED}`, flags: OPEN_TREE_CLONE | AT_RECURSIVE, into: SLOT.tree },
  ];
}

/** An ordinary user may copy mounts only in a namespace that his container's ids own. */
const copyByUser = (wishes: MountWishes): readonly Op[] =>
  [takeIds, { op: "unshare", from: SOURCE, flags: CLONE_NEWNS, note: "where mounts may be copied" }, copied(wishes), slave(wishes)];

function mapOwners(inside: Inside): readonly Op[] {
  const from = byOption("--mine");
  return [
    { op: "open", from, path: `/proc/${inside.init.pid}/ns/user`, flags: O_RDONLY, into: SLOT.userns },
    { op: "mountSetattr", from, at: SLOT.tree, path: "", flags: AT_RECURSIVE, userns: SLOT.userns },
    { op: "close", from, slot: SLOT.userns },
  ];
}

/** The target, made where it is missing; one of another type is told by the attach. */
function makeTarget({ target }: Inside, { isDirectory }: MountWishes): readonly Op[] {
  const above = target.slice(0, target.lastIndexOf("/"));
  const parents = above === "" ? [] : [directory(SLOT.root, above, TARGET)];
  return isDirectory ? [{ ...directory(SLOT.root, target, TARGET), onError: ["EEXIST"] }] : [...parents, { ...emptyFile(SLOT.root, target, TARGET), onError: ["EEXIST"] }];
}

export function planMount(inside: Inside, wishes: MountWishes): Plan {
  const { name, lxcpath, init, isRoot, target } = inside;
  const isMapped = hasIds(inside);
  const byUser = isMapped && !isRoot;
  const early = byUser ? [] : [copied(wishes), slave(wishes), ...(wishes.keepsOwners && isMapped ? mapOwners(inside) : [])];
  const taken = !isMapped ? [] : byUser ? copyByUser(wishes) : lock(wishes);
  const identity = isMapped ? becomeUser(init, { joinsUser: true }) : [];
  return {
    verb: "mount", name, lxcpath,
    ops: [...openInside(inside), ...early, ...inChild("mount", [...taken, goIn, ...identity, ...makeTarget(inside, wishes), attach(SLOT.root, SLOT.tree, target, TARGET)])],
  };
}

export function planUmount(inside: Inside, { isLazy }: { readonly isLazy: boolean }): Plan {
  const { name, lxcpath, target, isRoot } = inside;
  const away: Op = { op: "umount", from: TARGET, at: SLOT.root, path: target, ...(isLazy ? { flags: MNT_DETACH } : {}) };
  return { verb: "umount", name, lxcpath, ops: [...openInside(inside), ...inChild("umount", [...(hasIds(inside) && !isRoot ? [takeIds] : []), goIn, away])] };
}
