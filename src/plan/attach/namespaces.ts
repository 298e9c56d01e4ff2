// Owns which namespaces of a container are joined, and the fresh /proc that -R asks for when its mounts are not.
import { CLONE_NEWNS, namespaceBit } from "../../linux/clone.ts";
import { AT_RECURSIVE } from "../../linux/fs.ts";
import { MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID, MS_SLAVE } from "../../linux/mount-flags.ts";
import type { Op, Slot } from "../../isa/op.ts";
import type { InitFacts } from "../../model/init.ts";
import { byHost, byOption } from "../../model/origin.ts";
import type { NamespaceName } from "../../model/spec.ts";

/** Bits of what the container has and the user did not leave out. */
export function joinedBits(init: InitFacts, asked: readonly string[] | undefined): number {
  const wanted = asked?.map((word) => namespaceBit(word) ?? 0);
  return init.namespaces.map((name) => namespaceBit(name) ?? 0).filter((bit) => wanted === undefined || wanted.includes(bit)).reduce((all, bit) => all | bit, 0);
}

export const joins = (bits: number, name: NamespaceName): boolean => (bits & (namespaceBit(name) ?? 0)) !== 0;

/** One setns(2) by pidfd: the kernel joins the user namespace first and takes all or none. */
export const joinNamespaces = (pidfd: Slot, bits: number, isAsked: boolean): readonly Op[] =>
  bits === 0 ? [] : [{ op: "setns", from: isAsked ? byOption("--namespaces") : byHost("namespaces of init"), slot: pidfd, flags: bits }];

const ATTRIBUTES = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

/** -R: this process gets its own mounts, in which /proc and /sys are those of the namespaces it joined. */
export function remountSysProc(bits: number, tree: Slot): readonly Op[] {
  if (joins(bits, "mnt")) return [];
  const from = byOption("--remount-sys-proc");
  const fresh = (type: "proc" | "sysfs", path: string): readonly Op[] => [
    { op: "fsMount", from, type, attributes: ATTRIBUTES, into: tree },
    { op: "moveMount", from, tree, path },
    { op: "close", from, slot: tree },
  ];
  return [
    { op: "unshare", from, flags: CLONE_NEWNS },
    { op: "mountSetattr", from, path: "/", flags: AT_RECURSIVE, propagation: MS_SLAVE },
    ...(joins(bits, "pid") ? fresh("proc", "/proc") : []),
    ...(joins(bits, "net") ? fresh("sysfs", "/sys") : []),
  ];
}
