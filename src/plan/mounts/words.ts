// Owns what the words of a mount entry come to in a plan: tolerance, flags of a copied tree, attributes.
import type { Op, Slot } from "../../isa/op.ts";
import { AT_RECURSIVE, OPEN_TREE_CLONE } from "../../linux/fs.ts";
import { MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID, MOUNT_ATTR_RDONLY, mountOptions } from "../../linux/mount-flags.ts";
import type { MountOptions } from "../../linux/mount-flags.ts";
import type { Mount } from "../../model/mount.ts";

/** As in LXC, a bind is never less strict than its source in these: `rw`, `suid` and `exec` do not widen. */
const NEVER_WIDER = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;

export const isBind = (options: MountOptions): boolean => options.bind !== "no";

export function optionsOf(mount: Mount): MountOptions {
  const options = mountOptions(mount.options);
  return isBind(options) ? { ...options, clear: options.clear & ~NEVER_WIDER } : options;
}

/** An optional entry that cannot be mounted is passed over, as in LXC. */
export const tolerance = (mount: Mount): { readonly onError?: "ignore" } => (mount.isOptional ? { onError: "ignore" } : {});

/** `rbind` takes what is mounted below along; `move` takes the mount itself. */
export const treeFlags = (options: MountOptions): number => (options.isMove ? 0 : OPEN_TREE_CLONE | (options.bind === "rbind" ? AT_RECURSIVE : 0));

export function attributes(mount: Mount, options: MountOptions, tree: Slot): readonly Op[] {
  const ops: Op[] = [];
  const base = { ...tolerance(mount), op: "mountSetattr", from: mount.from, at: tree, path: "" } as const;
  if (options.set !== 0 || options.clear !== 0) ops.push({ ...base, flags: 0, set: options.set, clear: options.clear });
  if (options.propagation !== 0) ops.push({ ...base, flags: options.isPropagationRecursive ? AT_RECURSIVE : 0, propagation: options.propagation });
  return ops;
}
