// Owns the nouns of storage: which back ends there are, what one needs of the machine, and what it is told of sizes and names.
import type { Origin } from "./origin.ts";
import type { Problem } from "./problem.ts";

/** What a root file system can be made on; LXC's names. */
export type Backend = "dir" | "overlay" | "btrfs" | "loop" | "lvm" | "zfs" | "rbd";
export const BACKENDS: readonly Backend[] = ["dir", "overlay", "btrfs", "loop", "lvm", "zfs", "rbd"];

/** What LXC also calls them: `none` is its word for a plain directory, `overlayfs` is what overlay was called before 3.0. */
export const backendOf = (word: string): Backend | undefined => (word === "none" ? "dir" : word === "overlayfs" ? "overlay" : BACKENDS.find((name) => name === word));

/** One look at where a container's directory will lie, and at the programs that storage is made with. */
export interface BackendFacts {
  readonly isRoot: boolean;
  /** LXCPATH, or what is there of it. */
  readonly place: string;
  readonly isOnBtrfs: boolean;
  readonly programs: readonly string[];
  readonly hasLoop: boolean;
  readonly hasDeviceMapper: boolean;
  readonly hasZfs: boolean;
  /** The thin pool VG/POOL is there. */
  readonly hasThinPool: boolean;
}

/** Options of lxc-create that only some storage has; what lxc.conf says where there is none. */
export interface StorageOptions {
  /** Bytes. */
  readonly size?: number;
  readonly fstype?: string;
  readonly volume?: string;
  readonly group: string;
  readonly thinPool: string;
  readonly zfsRoot: string;
  readonly rbdPool: string;
  readonly rbdName?: string;
  readonly rbdUser?: string;
}

/** What lvm says of a volume. */
export interface VolumeFacts {
  readonly group: string;
  readonly isThin: boolean;
  /** Bytes; of a snapshot, what it has for what changes. */
  readonly size: number;
  /** The name of the volume that it is a snapshot of. */
  readonly origin?: string;
  /** It is being put back into that; percent of it that are left. */
  readonly merging?: number;
}

/** What zfs says of one. */
export interface ZfsDataset {
  readonly name: string;
  /** The snapshot that it is a clone of. */
  readonly origin?: string;
  /** Of its own, by what stands behind the `@`; the oldest first. */
  readonly snapshots: readonly string[];
}

export const DEFAULT_SIZE = 2 ** 30;
export const DEFAULT_FSTYPE = "ext4";

/** A file system on blocks: of an image, of a device, of a zfs dataset. */
export interface BlockPlace { readonly kind: "image" | "device" | "dataset"; readonly path: string; readonly type: string }

/** What was made outside the container's directory, and goes with it: the volume's device, the dataset, POOL/IMAGE. */
export interface OutsideStorage {
  readonly kind: "lvm" | "zfs" | "rbd";
  readonly name: string;
  /** The snapshot that a zfs clone was made of, which goes with it. */
  readonly origin?: string;
  /** Of rbd. */
  readonly user?: string;
}

/** Why an ordinary user can do nothing with a root file system on blocks. */
export const ROOT_MOUNTS = "the kernel lets only root mount file systems that lie on block devices";
export const rootOnly = (text: string, { at, remedy = "do it as root" }: { readonly at?: Origin; readonly remedy?: string }): Problem => ({ code: "privilege", ...(at === undefined ? {} : { at }), text, cause: ROOT_MOUNTS, remedy });

/** Of lxc.rootfs.path = nbd:FILE[:PARTITION]. */
export function nbdParts(path: string): { readonly file: string; readonly partition?: number } {
  const [, file, partition] = /^(.+):(\d+)$/.exec(path) ?? [];
  return file === undefined ? { file: path } : { file, partition: Number(partition) };
}
