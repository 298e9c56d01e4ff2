// Owns what has to be mounted while a root file system is filled, read or finished: an image, a device, a dataset, layers.
import type { Op, Plan, Slot, Text } from "../../isa/op.ts";
import { CLONE_NEWNS } from "../../linux/clone.ts";
import { AT_RECURSIVE, O_DIRECTORY, O_PATH } from "../../linux/fs.ts";
import { MOUNT_ATTR_RDONLY, MS_PRIVATE } from "../../linux/mount-flags.ts";
import { SIGKILL } from "../../linux/signals.ts";
import type { Origin } from "../../model/origin.ts";
import type { BlockPlace } from "../../model/storage.ts";
import { lockImage } from "../image-lock.ts";

/** Slots far above those of the plans that run below. */
const [DEVICE, NUMBER, ROOT, HOLDER] = [60, 61, 62, 63];
/** Of the loop device that an image is mounted from, for the plan that runs below it. */
export const LOOP_NUMBER = NUMBER;
const FIRST_LAYER = 64;
/** Of what is filled; of what is read. */
const [LOCK, READ_LOCK] = [58, 59];

const lockOf = ({ kind, path }: BlockPlace, into: Slot, from: Origin): readonly Op[] => (kind === "image" ? [lockImage(path, into, from)] : []);

/** xfs refuses a second file system with the same id: a snapshot's has its container's. */
const DATA: Readonly<Record<string, readonly string[]>> = { xfs: ["nouuid"], zfs: ["zfsutil"] };

function mountOps({ kind, path, type }: BlockPlace, wish: { readonly into: Slot; readonly isReadOnly: boolean; readonly from: Origin }): readonly Op[] {
  const { into, isReadOnly, from } = wish;
  const mount = (source: Text): Op => ({ op: "fsMount", type, options: [source, ...(DATA[type] ?? [])], attributes: isReadOnly ? MOUNT_ATTR_RDONLY : 0, into, from });
  if (kind !== "image") return [mount(`source=${path}`)];
  return [
    { op: "loopDevice", path, into: DEVICE, number: NUMBER, from, note: "it goes with its last user" },
    mount(["source=/dev/loop", { slot: NUMBER }]), { op: "close", slot: DEVICE, from },
  ];
}

/** What the plan does, with the file system mounted at `target`, where nobody else sees it. An image's lock
 * is that of who waits: the child's end unmounts it before the lock goes. */
export function onMounted(plan: Plan, block: BlockPlace | undefined, target: string, from: Origin): Plan {
  if (block === undefined) return plan;
  const mount: readonly Op[] = [...mountOps(block, { into: ROOT, isReadOnly: false, from }), { op: "moveMount", tree: ROOT, path: target, from }, { op: "close", slot: ROOT, from }];
  const body: readonly Op[] = [
    { op: "joinParent", signal: SIGKILL, from }, { op: "mountSetattr", path: "/", flags: AT_RECURSIVE, propagation: MS_PRIVATE, from, note: "what is mounted here goes with this process" },
    ...mount, ...plan.ops, ...(plan.ops.at(-1)?.op === "exitWith" ? [] : [{ op: "exitWith", status: 0, from } as const]),
  ];
  return { ...plan, ops: [{ op: "joinParent", signal: SIGKILL, from }, ...lockOf(block, LOCK, from), { op: "clone", flags: CLONE_NEWNS, name: "storage", pid: HOLDER, body, from }, { op: "exitWith", child: HOLDER, from }] };
}

/** The same, with something done first: when nobody else can mount it any more, and nobody has. */
export function onLocked({ ops, ...plan }: Plan, first: readonly Op[]): Plan {
  const at = ops.findIndex(({ op }) => op === "clone");
  return { ...plan, ops: [...ops.slice(0, at), ...first, ...ops.slice(at)] };
}

/** Layers of which the upper one takes what is written; absolute. */
export interface LayersPlace { readonly lower: string; readonly upper: string; readonly work: string }

export interface LayerOps {
  /** In the process that works in them, before its ids change. */
  readonly early: readonly Op[];
  /** As whoever works in them: the current directory becomes the layers, mounted above it where nobody else sees it. */
  readonly inside: readonly Op[];
}

/** For a process in a new mount namespace that stands in the directory they are mounted at. */
export function layerOps({ lower, upper, work }: LayersPlace, { isMapped, from }: { readonly isMapped: boolean; readonly from: Origin }): LayerOps {
  const early = [lower, upper, work].map((path, i): Op => ({ op: "open", path, flags: O_PATH | O_DIRECTORY, into: FIRST_LAYER + i, from, note: "with the caller's own rights, before the ids change" }));
  const names = ["lowerdir", "upperdir", "workdir"].map((word, i): Text => [`${word}=/proc/self/fd/`, { slot: FIRST_LAYER + i }]);
  return {
    early,
    inside: [
      { op: "mountSetattr", path: "/", flags: AT_RECURSIVE, propagation: MS_PRIVATE, from, onError: ["EINVAL"] },
      // in a user namespace the marks of what was removed are not kept as trusted.*
      { op: "fsMount", type: "overlay", options: ["source=overlay", ...names, ...(isMapped ? ["userxattr"] : [])], attributes: 0, into: ROOT, from },
      { op: "moveMount", tree: ROOT, path: ".", from }, { op: "chdir", at: ROOT, path: "", from },
    ],
  };
}

/** A root file system that is read: a directory, layers (the one that was written to first), or blocks. */
export type ReadPlace = { readonly kind: "directory"; readonly path: string } | { readonly kind: "layers"; readonly layers: readonly string[] } | BlockPlace;

export interface Reading {
  /** With the caller's own rights, in the process that starts the reader. */
  readonly before: readonly Op[];
  /** In the reader, before its ids change: overlayfs takes only layers of its own mount namespace. */
  readonly early: readonly Op[];
  /** In the reader itself. */
  readonly inside: readonly Op[];
  /** In the process that has started the reader: what is mounted there goes with the reader, before the lock of it. */
  readonly after: readonly Op[];
}

/** The slot `into` is the directory to read; `isWritten`: or to write. Layers are mounted without one that could be written to. */
export function readOps(place: ReadPlace, into: Slot, wish: { readonly isMapped: boolean; readonly isRoot: boolean; readonly isWritten?: boolean; readonly from: Origin }): Reading {
  const { from, isMapped, isRoot, isWritten = false } = wish;
  if (place.kind === "directory") return { before: [{ op: "open", path: place.path, flags: O_PATH | O_DIRECTORY, into, from, note: "with the caller's own rights, before the ids change" }], early: [], inside: [], after: [] };
  if (place.kind !== "layers") return { before: [...lockOf(place, READ_LOCK, from), ...mountOps(place, { into, isReadOnly: !isWritten, from })], early: [], inside: [], after: [{ op: "close", slot: into, from }] };
  const opened = place.layers.map((path, i): Op => ({ op: "open", path, flags: O_PATH | O_DIRECTORY, into: FIRST_LAYER + i, from, note: "with the caller's own rights, before the ids change" }));
  const names = place.layers.flatMap((_, i) => [i === 0 ? "lowerdir=/proc/self/fd/" : ":/proc/self/fd/", { slot: FIRST_LAYER + i }]);
  // in a user namespace the marks of what was removed are not kept as trusted.*
  const mount: Op = { op: "fsMount", type: "overlay", options: ["source=overlay", names, ...(isMapped ? ["userxattr"] : [])], attributes: MOUNT_ATTR_RDONLY, into, from };
  return isRoot ? { before: [...opened, mount], early: [], inside: [], after: [] } : { before: [], early: opened, inside: [mount], after: [] };
}
