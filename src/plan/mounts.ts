// Owns lxc.mount.entry and fstab lines: binds, file systems, and where they go beneath the root.
import type { Op, Slot } from "../isa/op.ts";
import { AT_RECURSIVE, OPEN_TREE_CLONE } from "../linux/fs.ts";
import type { MountOptions } from "../linux/mount-flags.ts";
import { mountOptions } from "../linux/mount-flags.ts";
import type { Mount } from "../model/mount.ts";
import { attach, directory, emptyFile } from "./beneath.ts";
import type { Scope } from "./scope.ts";

/** A source that was opened with the caller's own ids, before the child took those of the container. */
export interface OpenedSource { readonly mount: Mount; readonly tree: Slot }

/** Slots that the rest of the plan needs for itself. */
const RESERVED_SLOTS = 40;

const optionsOf = (mount: Mount): MountOptions => mountOptions(mount.options);
const isBind = (options: MountOptions): boolean => options.bind !== "no";

/** An optional entry that cannot be mounted is passed over, as in LXC. */
const tolerance = (mount: Mount): { readonly onError?: "ignore" } => (mount.isOptional ? { onError: "ignore" } : {});

/** Binds whose source lies on the host, opened early: a source below a 0700 home is reached by its owner only. */
export function openSources(scope: Scope): { readonly ops: readonly Op[]; readonly sources: readonly OpenedSource[] } {
  const ops: Op[] = [];
  const sources: OpenedSource[] = [];
  for (const mount of scope.spec.mounts) {
    const options = optionsOf(mount);
    if (!isBind(options) || options.isRemount || mount.isRelative || scope.slots.left <= RESERVED_SLOTS) continue;
    const tree = scope.slots.take();
    sources.push({ mount, tree });
    ops.push({ ...tolerance(mount), op: "openTree", from: mount.from, path: mount.source, flags: treeFlags(options), into: tree });
  }
  return { ops, sources };
}

const treeFlags = (options: MountOptions): number => OPEN_TREE_CLONE | (options.bind === "rbind" ? AT_RECURSIVE : 0);

function target(root: Slot, mount: Mount): readonly Op[] {
  if (mount.create === undefined) return [];
  if (mount.create === "dir") return [{ ...directory(root, mount.target, mount.from), ...tolerance(mount), note: "create=dir" }];
  const parent = mount.target.slice(0, Math.max(0, mount.target.lastIndexOf("/")));
  const file: Op = { ...emptyFile(root, mount.target, mount.from), ...tolerance(mount), note: "create=file" };
  return parent === "" ? [file] : [{ ...directory(root, parent, mount.from), ...tolerance(mount) }, file];
}

function attributes(mount: Mount, options: MountOptions, tree: Slot): readonly Op[] {
  const ops: Op[] = [];
  const base = { ...tolerance(mount), op: "mountSetattr", from: mount.from, at: tree, path: "" } as const;
  if (options.set !== 0 || options.clear !== 0) ops.push({ ...base, flags: 0, set: options.set, clear: options.clear });
  if (options.propagation !== 0) ops.push({ ...base, flags: options.isPropagationRecursive ? AT_RECURSIVE : 0, propagation: options.propagation });
  return ops;
}

/** Words that only change what is mounted at the target already. */
function remount(mount: Mount, options: MountOptions, root: Slot): readonly Op[] {
  return [{ ...tolerance(mount), op: "mountSetattr", from: mount.from, at: root, path: mount.target, flags: 0, set: options.set, clear: options.clear, note: "remount" }];
}

function fileSystem(mount: Mount, options: MountOptions, into: Slot): readonly Op[] {
  const ops: Op = {
    ...tolerance(mount), op: "fsMount", from: mount.from, type: mount.fstype, into, attributes: options.set,
    options: [`source=${mount.source}`, ...options.data],
  };
  const spread = options.propagation === 0 ? [] : attributes(mount, { ...options, set: 0, clear: 0 }, into);
  return [ops, ...spread];
}

/** Each entry in the order of the config; sources that were opened early only have to be attached. */
export function planMounts(scope: Scope, root: Slot, sources: readonly OpenedSource[]): readonly Op[] {
  const temporary = scope.slots.take();
  const ops = scope.spec.mounts.flatMap((mount): readonly Op[] => {
    const options = optionsOf(mount);
    if (options.isMove || mount.idmap !== undefined) {
      scope.problems.push({ code: "unsupported", severity: mount.isOptional ? "warning" : "error", at: mount.from, text: `mount option '${options.isMove ? "move" : "idmap="}' is not supported yet` });
      return [];
    }
    if (options.isRemount && !isBind(options)) return remount(mount, options, root);
    const early = sources.find((source) => source.mount === mount);
    const tree = early?.tree ?? temporary;
    const late: Op = { ...tolerance(mount), op: "openTree", from: mount.from, ...(mount.isRelative ? { at: root } : {}), path: mount.source, flags: treeFlags(options), into: temporary };
    const made = !isBind(options) ? fileSystem(mount, options, temporary) : [...(early === undefined ? [late] : []), ...attributes(mount, options, tree)];
    // closed, so that an optional entry whose source is missing cannot act on the one before it
    const done: readonly Op[] = tree === temporary ? [{ op: "close", from: mount.from, slot: temporary, ...tolerance(mount) }] : [];
    return [...made, ...target(root, mount), { ...attach(root, tree, mount.target, mount.from), ...tolerance(mount) }, ...done];
  });
  scope.slots.give(temporary, ...sources.map((source) => source.tree));
  return ops;
}

