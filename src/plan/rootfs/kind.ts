// Owns what lxc.rootfs.path comes to on this host: a directory, layers, an image, a block device; or why it cannot be.
import { withoutSlashes } from "../../linux/slashes.ts";
import type { HostFacts, PathFact } from "../../model/facts.ts";
import type { Problem } from "../../model/problem.ts";
import type { RootfsSpec } from "../../model/spec.ts";
import { nbdParts, ROOT_MOUNTS } from "../../model/storage.ts";
import { nbdDevice, type NbdImage } from "./nbd.ts";

export interface Layers { readonly lower: readonly string[]; readonly upper: string; readonly work: string }

export type RootfsKind =
  | { readonly kind: "directory"; readonly path: string }
  | ({ readonly kind: "overlay" } & Layers)
  /** `type`: its file system. */
  | { readonly kind: "image" | "device" | "dataset"; readonly path: string; readonly type: string; readonly nbd?: NbdImage }
  | { readonly kind: "none"; readonly problem: Problem };

/** Where LXC has the directory that overlayfs works in: beside the upper layer. */
const workOf = (upper: string): string => `${upper.slice(0, upper.lastIndexOf("/") + 1)}work`;

/** `LOWER[:LOWER…]:UPPER`. */
export function layersOf(path: string): Layers | undefined {
  const parts = path.split(":").map((part) => (part.length > 1 ? withoutSlashes(part) : part));
  const upper = parts.at(-1) ?? "";
  return parts.length < 2 || parts.some((part) => !part.startsWith("/")) ? undefined : { lower: parts.slice(0, -1), upper, work: workOf(upper) };
}

/** It is there when the kernel has network block devices. */
const NBD = "/dev/nbd0";

/** Paths of the host that the root is made of. */
export function partsOf({ type, path }: RootfsSpec): readonly string[] {
  if (type === "nbd") return [nbdParts(path).file, NBD];
  const layers = type === "overlay" ? layersOf(path) : undefined;
  return layers === undefined ? [path] : [...layers.lower, layers.upper, layers.work];
}

/** The path whose first bytes have to be looked at, of an image of qemu behind `nbd:`; undefined: none. */
export const storagePath = ({ type, path }: RootfsSpec): string | undefined => (type === "overlay" || type === "aufs" ? undefined : type === "nbd" ? `nbd:${path}` : path);

type Refusal = Pick<Problem, "text" | "cause" | "remedy">;
const none = (rootfs: RootfsSpec, code: Problem["code"], refusal: Refusal): RootfsKind => ({ kind: "none", problem: { code, at: rootfs.from, ...refusal } });

/** How a device of that kind of storage comes to be. */
const ACTIVATE: Readonly<Record<string, string>> = {
  lvm: "activate the volume: lvchange -ay VG/LV (package lvm2)", rbd: "map the image: rbd map POOL/NAME (package ceph-common)",
};

function missing(rootfs: RootfsSpec): RootfsKind {
  const remedy = ACTIVATE[rootfs.type] ?? "make it, or correct lxc.rootfs.path";
  return none(rootfs, "rootfs.missing", { text: `root file system '${rootfs.path}' does not exist or cannot be reached`, remedy });
}

function onBlocks(rootfs: RootfsSpec, kind: "image" | "device", facts: HostFacts): RootfsKind {
  const what = kind === "image" || rootfs.type === "nbd" ? "image" : "block device";
  const content = facts.storage?.content;
  if (facts.caller.euid !== 0) {
    return none(rootfs, "privilege", { text: `an ordinary user cannot mount the ${what} '${rootfs.path}'`, cause: ROOT_MOUNTS, remedy: "use a directory: lxc.rootfs.path = dir:PATH; or start it as root" });
  }
  if (content === undefined) return none(rootfs, "storage.unsupported", { text: `the ${what} '${rootfs.path}' cannot be read`, remedy: "look at it: file -s, blkid" });
  if (content.kind === "other") return none(rootfs, "storage.unsupported", { text: `the ${what} '${rootfs.path}' holds ${content.what}, no file system`, remedy: content.remedy });
  if (content.kind === "unknown") return none(rootfs, "storage.unsupported", { text: `no known file system is on the ${what} '${rootfs.path}'`, cause: "its superblock is none of ext2, ext3, ext4, xfs, btrfs, squashfs, erofs, f2fs, iso9660", remedy: "make one: mkfs.ext4; or mount it on the host and use dir:PATH" });
  if (facts.storage?.fileSystems.includes(content.type) !== true) return none(rootfs, "host.feature", { text: `this kernel has no file system '${content.type}'`, cause: `it is on the ${what} '${rootfs.path}'`, remedy: `load its module: modprobe ${content.type}` });
  return { kind, path: rootfs.path, type: content.type };
}

function overlayKind(rootfs: RootfsSpec, facts: HostFacts): RootfsKind {
  const layers = layersOf(rootfs.path);
  if (layers === undefined) return none(rootfs, "config.value", { text: `'overlay:${rootfs.path}' does not name its layers`, remedy: "write overlay:LOWER:UPPER, or overlay:LOWER:LOWER:UPPER; all absolute paths of directories" });
  const wrong = layers.lower.find((path) => facts.paths[path]?.kind !== "directory");
  if (wrong !== undefined) return none(rootfs, "rootfs.missing", { text: `the layer '${wrong}' is ${facts.paths[wrong] === undefined ? "missing or cannot be reached" : "not a directory"}`, remedy: "correct lxc.rootfs.path: overlay:LOWER:UPPER" });
  return { kind: "overlay", ...layers };
}

function zfsKind(rootfs: RootfsSpec, facts: HostFacts): RootfsKind {
  if (facts.storage?.fileSystems.includes("zfs") !== true) return none(rootfs, "host.feature", { text: "this kernel has no file system 'zfs'", cause: "the root file system is a zfs dataset", remedy: "install zfs-dkms and zfsutils-linux and load the module: modprobe zfs" });
  if (facts.caller.euid !== 0) return none(rootfs, "privilege", { text: `an ordinary user cannot mount the dataset '${rootfs.path}'`, cause: "only root mounts zfs", remedy: "mount it on the host (zfs mount) and name its directory: lxc.rootfs.path = dir:PATH; or start it as root" });
  return { kind: "dataset", path: rootfs.path, type: "zfs" };
}

/** An image of qemu, which qemu-nbd connects as a device; LXC cannot say what was missing. */
function nbdKind(rootfs: RootfsSpec, facts: HostFacts): RootfsKind {
  const { file, partition } = nbdParts(rootfs.path);
  const convert = "or convert it: qemu-img convert -O raw, and use loop:FILE";
  if (facts.paths[file] === undefined) return missing({ ...rootfs, path: file });
  if (facts.caller.euid !== 0) return onBlocks(rootfs, "image", facts);
  if (facts.paths[NBD]?.kind !== "block") return none(rootfs, "host.feature", { text: "this kernel has no network block devices", cause: `there is no ${NBD}, and the root file system is nbd:${rootfs.path}`, remedy: `modprobe nbd max_part=8; ${convert}` });
  const nbd = facts.storage?.nbd;
  if (nbd === undefined) return none(rootfs, "host.feature", { text: "the program 'qemu-nbd' is missing", cause: `it connects the root file system, nbd:${rootfs.path}`, remedy: `apt install qemu-utils; ${convert}` });
  if (nbd.said !== undefined) return none(rootfs, "storage.unsupported", { text: `the image '${file}' cannot be read`, cause: nbd.said, remedy: "look at it: qemu-img check, qemu-img info; nbd:FILE:PARTITION names a partition" });
  if (nbd.device === undefined) return none(rootfs, "host.feature", { text: "all network block devices are in use", remedy: "look at them: lsblk /dev/nbd*; qemu-nbd --disconnect /dev/nbdN, or load the module with more: modprobe nbd nbds_max=64 max_part=8" });
  const found = onBlocks(rootfs, "image", facts);
  if (found.kind !== "image") return found;
  const image: NbdImage = { program: nbd.program, format: nbd.format, device: nbd.device, file, ...(partition === undefined ? {} : { partition }) };
  return { kind: "device", path: nbdDevice(image), type: found.type, nbd: image };
}

const isHookMade = (hooks: boolean, fact: PathFact | undefined): boolean => hooks && fact === undefined;

/** `hooks`: a hook runs before the root is mounted, and may make it. */
export function rootfsKind(rootfs: RootfsSpec, facts: HostFacts, hooks: boolean): RootfsKind {
  const { type, path } = rootfs;
  const fact = facts.paths[path];
  if (type === "overlay") return overlayKind(rootfs, facts);
  if (type === "aufs") return none(rootfs, "host.feature", { text: "no kernel has the file system 'aufs' any more", remedy: "use overlay:LOWER:UPPER" });
  if (fact?.kind === "directory" || (isHookMade(hooks, fact) && (type === "dir" || type === "btrfs"))) return { kind: "directory", path };
  if (type === "zfs") return zfsKind(rootfs, facts);
  if (type === "nbd" && fact?.kind !== "block") return nbdKind(rootfs, facts);
  if (fact === undefined) return missing(rootfs);
  if (fact.kind === "file") return onBlocks(rootfs, "image", facts);
  if (fact.kind === "block") return onBlocks(rootfs, "device", facts);
  return none(rootfs, "rootfs.missing", { text: `root file system '${path}' is not a directory`, cause: "it is neither an image nor a block device", remedy: "make it a directory, or correct lxc.rootfs.path" });
}
