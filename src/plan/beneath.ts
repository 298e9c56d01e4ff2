// Owns the short op sequences that put things into a root directory that is held as a slot.
import type { Op, Slot, Text } from "../isa/op.ts";
import { AT_RECURSIVE, OPEN_TREE_CLONE, S_IFREG } from "../linux/fs.ts";
import type { Origin } from "../model/origin.ts";

/** An empty regular file: something to mount onto. */
export const emptyFile = (root: Slot, path: string, from: Origin): Op => ({ op: "mknod", from, at: root, path, mode: S_IFREG | 0o644 });

export const directory = (root: Slot, path: string, from: Origin): Op => ({ op: "mkdir", from, at: root, path, mode: 0o755, parents: 1 });

/** A copy of a mount or of what lies at a path, not attached yet. */
export function copyTree(source: { readonly at?: Slot; readonly path: Text; readonly isRecursive?: boolean }, into: Slot, from: Origin): Op {
  const at = source.at === undefined ? {} : { at: source.at };
  return { op: "openTree", from, ...at, path: source.path, flags: OPEN_TREE_CLONE | (source.isRecursive === true ? AT_RECURSIVE : 0), into };
}

/** Attributes of a detached tree, before anybody can see it. */
export function treeAttributes(tree: Slot, attributes: { readonly set?: number; readonly clear?: number; readonly isRecursive?: boolean }, from: Origin): Op {
  return { op: "mountSetattr", from, at: tree, path: "", flags: attributes.isRecursive === true ? AT_RECURSIVE : 0, set: attributes.set ?? 0, clear: attributes.clear ?? 0 };
}

export const attach = (root: Slot, tree: Slot, path: string, from: Origin): Op => ({ op: "moveMount", from, tree, at: root, path });
