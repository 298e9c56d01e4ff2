// Owns lxc.mount.entry, fstab lines and shmounts: binds, file systems, moves, and where they go beneath the root.
import type { Op, Slot } from "../isa/op.ts";
import { AT_RECURSIVE } from "../linux/fs.ts";
import { MS_SLAVE } from "../linux/mount-flags.ts";
import type { MountOptions } from "../linux/mount-flags.ts";
import type { Mount } from "../model/mount.ts";
import { attach, directory, emptyFile } from "./beneath.ts";
import { fileSystem, makeLayers } from "./mounts/file-system.ts";
import type { IdmappedPlan } from "./mounts/idmapped.ts";
import { planIdmapped } from "./mounts/idmapped.ts";
import { attributes, isBind, optionsOf, tolerance, treeFlags } from "./mounts/words.ts";
import type { Scope } from "./scope.ts";

export { layerPaths } from "./mounts/file-system.ts";

/** A source that was opened with the caller's own ids, before the child took those of the container. */
interface OpenedSource { readonly mount: Mount; readonly tree: Slot }

/** Slots that the rest of the plan needs for itself. */
const RESERVED_SLOTS = 40;

/** shmounts:HOST:CONTAINER is a bind that stays a slave: what is mounted below HOST later is seen in the container. */
function sharedMount({ spec }: Scope): readonly Mount[] {
  const { shmounts } = spec.autoMounts;
  if (shmounts === undefined) return [];
  return [{ source: shmounts.host, target: shmounts.container.replace(/^\/+/, ""), fstype: "none", options: ["bind"], create: "dir", isOptional: false, isRelative: false, from: shmounts.from }];
}

/** After the root and all below it were made shared. */
export function keepSharedDependent({ spec }: Scope): readonly Op[] {
  const { shmounts } = spec.autoMounts;
  return shmounts === undefined ? [] : [{ op: "mountSetattr", from: shmounts.from, path: `/${shmounts.container.replace(/^\/+/, "")}`, flags: AT_RECURSIVE, propagation: MS_SLAVE, note: "what the container mounts there stays inside" }];
}

const mountsOf = (scope: Scope): readonly Mount[] => [...scope.spec.mounts, ...sharedMount(scope)];

export interface MountPlan {
  /** The monitor, before the clone. */
  readonly monitor: readonly Op[];
  /** The monitor, once the child's ids are mapped. */
  readonly mapped: (pid: Slot) => readonly Op[];
  readonly idmapped: IdmappedPlan["mounts"];
}

/** What is done before there is a child. */
export function planMountSources(scope: Scope): MountPlan {
  const { monitor, mapped, mounts } = planIdmapped(scope);
  return { monitor: [...makeLayers(scope, "monitor"), ...monitor], mapped, idmapped: mounts };
}

/** Binds whose source lies on the host, opened early: a source below a 0700 home is reached by its owner only. */
export function openSources(scope: Scope): { readonly ops: readonly Op[]; readonly sources: readonly OpenedSource[] } {
  const ops: Op[] = [];
  const sources: OpenedSource[] = [];
  for (const mount of mountsOf(scope)) {
    const options = optionsOf(mount);
    if (!isBind(options) || options.isRemount || options.isMove || mount.isRelative || mount.idmap !== undefined || scope.slots.left <= RESERVED_SLOTS) continue;
    const tree = scope.slots.take();
    sources.push({ mount, tree });
    ops.push({ ...tolerance(mount), op: "openTree", from: mount.from, path: mount.source, flags: treeFlags(options), into: tree });
  }
  return { ops, sources };
}

function target(root: Slot, mount: Mount): readonly Op[] {
  if (mount.create === undefined) return [];
  if (mount.create === "dir") return [{ ...directory(root, mount.target, mount.from), ...tolerance(mount), note: "create=dir" }];
  const parent = mount.target.slice(0, Math.max(0, mount.target.lastIndexOf("/")));
  const file: Op = { ...emptyFile(root, mount.target, mount.from), ...tolerance(mount), note: "create=file" };
  return parent === "" ? [file] : [{ ...directory(root, parent, mount.from), ...tolerance(mount) }, file];
}

/** Words that only change what is mounted at the target already. */
function remount(mount: Mount, options: MountOptions, root: Slot): readonly Op[] {
  return [{ ...tolerance(mount), op: "mountSetattr", from: mount.from, at: root, path: mount.target, flags: 0, set: options.set, clear: options.clear, note: "remount" }];
}

/** The tree of one entry, with its attributes, in a slot; `opened`: it is there already. */
function treeOf(scope: Scope, mount: Mount, { options, root, tree, isOpened }: { readonly options: MountOptions; readonly root: Slot; readonly tree: Slot; readonly isOpened: boolean }): readonly Op[] {
  if (!isBind(options) && !options.isMove && !isOpened) return fileSystem(scope, mount, { options, into: tree });
  const open: Op = { ...tolerance(mount), op: "openTree", from: mount.from, ...(mount.isRelative ? { at: root } : {}), path: mount.source, flags: treeFlags(options), into: tree };
  return [...(isOpened ? [] : [open]), ...attributes(mount, isBind(options) || options.isMove ? options : { ...options, set: 0, clear: 0 }, tree)];
}

/** Each entry in the order of the config; sources that were opened early only have to be attached. */
export function planMounts(scope: Scope, root: Slot, sources: readonly OpenedSource[], idmapped: IdmappedPlan["mounts"]): readonly Op[] {
  const temporary = scope.slots.take();
  const ops = mountsOf(scope).flatMap((mount): readonly Op[] => {
    const options = optionsOf(mount);
    if (options.isRemount && !isBind(options)) return remount(mount, options, root);
    const early = [...sources, ...idmapped].find((source) => source.mount.from === mount.from && source.mount.target === mount.target);
    const tree = early?.tree ?? temporary;
    // closed, so that an optional entry whose source is missing cannot act on the one before it
    const done: readonly Op[] = tree === temporary ? [{ op: "close", from: mount.from, slot: temporary, ...tolerance(mount) }] : [];
    return [...treeOf(scope, mount, { options, root, tree, isOpened: early !== undefined }), ...target(root, mount), { ...attach(root, tree, mount.target, mount.from), ...tolerance(mount), ...(options.isMove ? { note: "move" } : {}) }, ...done];
  });
  const layers = makeLayers(scope, "child"); // while the sources, which are open by then, hold their slots
  scope.slots.give(temporary, ...sources.map((source) => source.tree));
  return [...layers, ...ops];
}
