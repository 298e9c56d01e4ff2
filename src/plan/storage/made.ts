// Owns how a new root file system is made on each back end, what its lxc.rootfs.path is, and how what lies elsewhere is removed.
import type { Op } from "../../isa/op.ts";
import { O_CREAT, O_EXCL } from "../../linux/fs.ts";
import type { Origin } from "../../model/origin.ts";
import { DEFAULT_FSTYPE, DEFAULT_SIZE, type Backend, type BlockPlace, type OutsideStorage, type StorageOptions } from "../../model/storage.ts";
import type { LayersPlace } from "./mounted.ts";
import { toolOp } from "./tool.ts";

export interface NewPlace {
  readonly name: string;
  /** LXCPATH/NAME, where an empty directory `rootfs` is. */
  readonly directory: string;
  readonly options: StorageOptions;
  readonly hasThinPool: boolean;
  readonly from: Origin;
  /** An unpacked image that many containers share; `isSnapshotted`: by a snapshot of its subvolume. */
  readonly tree?: { readonly root: string; readonly isSnapshotted: boolean };
}

export interface NewStorage {
  readonly backend: Backend | "nbd";
  /** lxc.rootfs.path. */
  readonly path: string;
  /** Makes it; with the caller's own rights. */
  readonly make: readonly Op[];
  /** It is made of another's files, which only their owner may do. */
  readonly isOwners?: boolean;
  /** Has to be mounted at LXCPATH/NAME/rootfs for whoever fills it. */
  readonly block?: BlockPlace;
  readonly outside?: OutsideStorage;
  /** It lies above an image's files: has to be mounted for whoever works in it, and is filled already. */
  readonly layers?: LayersPlace;
  /** Making it has filled it. */
  readonly isFilled?: boolean;
  /** Directories to make, which belong to the container's root; absolute. */
  readonly directories: readonly string[];
}

/** Options that make each of them quiet, and new on what was something else. */
const MKFS_WORDS: Readonly<Record<string, readonly string[]>> = { xfs: ["-q", "-f"], btrfs: ["-q", "-f"], f2fs: ["-q", "-f"], ext2: ["-q", "-F"], ext3: ["-q", "-F"], ext4: ["-q", "-F"] };
const mkfsOp = ({ path, type }: BlockPlace, from: Origin): Op => toolOp([`mkfs.${type}`, ...(MKFS_WORDS[type] ?? []), path], from);

const sizeOf = ({ size = DEFAULT_SIZE }: StorageOptions): number => size;
const typeOf = ({ fstype = DEFAULT_FSTYPE }: StorageOptions): string => fstype;
export const rootfsOf = (directory: string): string => `${directory}/rootfs`;

/** The empty directory becomes a subvolume; `snapshotOf`: with all that another one holds. */
export function subvolumeOps(rootfs: string, from: Origin, snapshotOf?: string): readonly Op[] {
  const make = snapshotOf === undefined ? ["create", rootfs] : ["snapshot", snapshotOf, rootfs];
  return [{ op: "removeTree", path: rootfs, from, note: "a subvolume takes its place" }, toolOp(["btrfs", "subvolume", ...make], from)];
}

const btrfs = ({ directory, from, tree }: NewPlace): NewStorage => (tree?.isSnapshotted === true
  ? { backend: "btrfs", path: `btrfs:${rootfsOf(directory)}`, directories: [], isFilled: true, make: subvolumeOps(rootfsOf(directory), from, tree.root) }
  : { backend: "btrfs", path: `btrfs:${rootfsOf(directory)}`, directories: [], make: [...subvolumeOps(rootfsOf(directory), from), { op: "chmod", path: rootfsOf(directory), mode: 0o755, from }] });

function loop({ directory, options, from }: NewPlace): NewStorage {
  const block: BlockPlace = { kind: "image", path: `${directory}/rootdev`, type: typeOf(options) };
  const make: readonly Op[] = [
    { op: "writeFile", path: block.path, data: "", flags: O_CREAT | O_EXCL, mode: 0o600, from },
    toolOp(["truncate", "-s", String(sizeOf(options)), block.path], from), mkfsOp(block, from),
  ];
  return { backend: "loop", path: `loop:${block.path}`, make, block, directories: [] };
}

export const volumeOf = ({ name, options }: Pick<NewPlace, "name" | "options">): string => options.volume ?? name;

function lvm({ name, options, hasThinPool, from }: NewPlace): NewStorage {
  const [volume, size] = [volumeOf({ name, options }), `${sizeOf(options)}b`];
  const device = `/dev/${options.group}/${volume}`;
  const where = hasThinPool ? ["--thinpool", `${options.group}/${options.thinPool}`, "-V", size] : ["-L", size, options.group];
  const block: BlockPlace = { kind: "device", path: device, type: typeOf(options) };
  return { backend: "lvm", path: `lvm:${device}`, block, outside: { kind: "lvm", name: device }, directories: [], make: [toolOp(["lvcreate", "-Wy", "--yes", ...where, "-n", volume], from), mkfsOp(block, from)] };
}

function zfs({ name, directory, options, from }: NewPlace): NewStorage {
  const dataset = `${options.zfsRoot}/${name}`;
  const make = [toolOp(["zfs", "create", "-o", `mountpoint=${rootfsOf(directory)}`, "-o", "canmount=noauto", "-p", dataset], from)];
  return { backend: "zfs", path: `zfs:${dataset}`, make, block: { kind: "dataset", path: dataset, type: "zfs" }, outside: { kind: "zfs", name: dataset }, directories: [] };
}

const MIB = 2 ** 20;
function rbd({ name, options, from }: NewPlace): NewStorage {
  const image = options.rbdName ?? name;
  const user = options.rbdUser === undefined ? [] : ["--id", options.rbdUser];
  const block: BlockPlace = { kind: "device", path: `/dev/rbd/${options.rbdPool}/${image}`, type: typeOf(options) };
  const make = [
    toolOp(["rbd", ...user, "create", "--pool", options.rbdPool, image, "--size", String(Math.ceil(sizeOf(options) / MIB))], from),
    toolOp(["rbd", ...user, "map", "--pool", options.rbdPool, image], from), mkfsOp(block, from),
  ];
  const outside: OutsideStorage = { kind: "rbd", name: `${options.rbdPool}/${image}`, ...(options.rbdUser === undefined ? {} : { user: options.rbdUser }) };
  return { backend: "rbd", path: `rbd:${block.path}`, make, block, outside, directories: [] };
}

const dir = ({ directory }: NewPlace): NewStorage => ({ backend: "dir", path: `dir:${rootfsOf(directory)}`, make: [], directories: [] });
/** As in LXC the lower layer is what is filled, but for an image's: that is there. */
function overlay({ directory, tree }: NewPlace): NewStorage {
  const [upper, work] = [`${directory}/overlay/delta`, `${directory}/overlay/work`];
  const lower = tree?.root ?? rootfsOf(directory);
  return { backend: "overlay", path: `overlay:${lower}:${upper}`, make: [], directories: [upper, work], ...(tree === undefined ? {} : { layers: { lower, upper, work }, isFilled: true }) };
}

const MAKERS: Readonly<Record<Backend, (place: NewPlace) => NewStorage>> = { dir, overlay, btrfs, loop, lvm, zfs, rbd };
export const newStorage = (backend: Backend, place: NewPlace): NewStorage => MAKERS[backend](place);

/** Removes what lies outside the container's directory. What is gone already is no reason to fail: a removal may be the second try. */
export function dropOutside({ kind, name, origin, user }: OutsideStorage, from: Origin): readonly Op[] {
  const id = user === undefined ? [] : ["--id", user];
  switch (kind) {
    case "lvm": return [toolOp(["lvremove", "-f", name], from)];
    case "zfs": return [toolOp(["zfs", "destroy", "-r", name], from), ...(origin === undefined ? [] : [{ ...toolOp(["zfs", "destroy", origin], from), onError: "ignore" as const, note: "others may have been cloned of it" }])];
    case "rbd": return [{ ...toolOp(["rbd", ...id, "unmap", `/dev/rbd/${name}`], from), onError: "ignore" as const, note: "it may be unmapped already" }, toolOp(["rbd", ...id, "rm", name], from)];
  }
}
