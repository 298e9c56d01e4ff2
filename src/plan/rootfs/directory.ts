// Owns a root file system that is a directory of the host, or a btrfs subvolume: all that is mounted in it comes along.
import type { Op, Slot } from "../../isa/op.ts";
import type { RootfsSpec } from "../../model/spec.ts";
import { copyTree } from "../beneath.ts";

export const directoryOps = (rootfs: RootfsSpec, root: Slot): readonly Op[] => [copyTree({ path: rootfs.path, isRecursive: true }, root, rootfs.from)];
