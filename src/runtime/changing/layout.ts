// Owns where a container's next root file system is made, on storage of the same kind, and what it takes the place of.
import { existsSync, lstatSync, readdirSync, statSync } from "node:fs";
import { isSubvolume } from "../../host/probe/tree-mark.ts";
import { probeStorage } from "../../host/probe/storage.ts";
import { readText } from "../../host/read-text.ts";
import { configFile, containerDir } from "../../host/store/layout.ts";
import { listSnapshots } from "../../host/store/snapshots.ts";
import type { Op } from "../../isa/op.ts";
import type { Origin } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { RootfsSpec } from "../../model/spec.ts";
import type { BlockPlace } from "../../model/storage.ts";
import { layersOf } from "../../plan/rootfs/kind.ts";
import { newStorage, subvolumeOps } from "../../plan/storage/made.ts";
import { unsafeReason } from "../removing/remove.ts";
import type { Target } from "../verbs.ts";

export interface Layout {
  /** A tree or an image, and what takes its place. */
  readonly now: string;
  readonly then: string;
  /** Makes `then`; an empty directory of that name, or of the mount point's, is there. */
  readonly make: readonly Op[];
  readonly block?: BlockPlace;
  /** Layers begin anew: their directory beside the config, what lxc.rootfs.path is then, and the directory that goes.
   * `isShared`: those below belong to an image or another container; they become the container's own. */
  readonly layers?: { readonly fresh: string; readonly path: string; readonly old: string; readonly isShared: boolean };
}

const isInside = (path: string, target: Target): boolean => path.startsWith(`${containerDir(target)}/`) && !path.split("/").includes("..");

/** Do its snapshots lie above these files? */
const isBelowSnapshots = (layer: string, target: Target): boolean => listSnapshots(target).some((snapshot) => readText(configFile(snapshot))?.includes(`:${layer}:`) === true);

/** Beside a config: where the layer that is written to lies, in turn. */
const LAYER_FOLDERS = ["overlay", "overlay2"] as const;

/** What the new files take the place of: the container's own lower layer, or the empty directory that nothing lies in. */
function lowest(target: Target, lower: readonly string[]): { readonly now: string; readonly isShared: boolean } | undefined {
  const [first = "", ...more] = lower;
  if (more.length === 0 && isInside(first, target)) return { now: first, isShared: false };
  const now = `${containerDir(target)}/rootfs`;
  const isEmpty = lstatSync(now, { throwIfNoEntry: false })?.isDirectory() === true && readdirSync(now).length === 0;
  return isEmpty && !lower.some((layer) => isInside(layer, target)) ? { now, isShared: true } : undefined;
}

/** The directory of layers that a container's own ones do not lie in: a kill after they were replaced has left it. undefined: they are not all its own. */
export function unusedLayers(target: Target, rootfs: RootfsSpec | undefined): string | undefined {
  const layers = rootfs?.type === "overlay" ? layersOf(rootfs.path) : undefined;
  if (layers === undefined || ![layers.upper, ...layers.lower].every((layer) => isInside(layer, target))) return undefined;
  return LAYER_FOLDERS.find((name) => !layers.upper.startsWith(`${containerDir(target)}/${name}/`));
}

function layered(target: Target, rootfs: RootfsSpec, then: string): Layout | undefined {
  const layers = layersOf(rootfs.path);
  const base = lowest(target, layers?.lower ?? []);
  if (layers === undefined || base === undefined || !isInside(layers.upper, target)) return undefined;
  const { now, isShared } = base;
  const directory = containerDir(target);
  const [fresh = LAYER_FOLDERS[0]] = LAYER_FOLDERS.filter((name) => !layers.upper.startsWith(`${directory}/${name}/`));
  return { now, then, make: [], layers: { isShared, fresh, path: `overlay:${now}:${directory}/${fresh}/delta`, old: layers.upper.slice(directory.length + 1).split("/")[0] ?? "" } };
}

function image(stage: Target, path: string, from: Origin, size = statSync(path).size): Layout | undefined {
  const content = probeStorage(path)?.content;
  if (content?.kind !== "file system") return undefined;
  const options = { group: "", thinPool: "", zfsRoot: "", rbdPool: "", size, fstype: content.type };
  const { make, block } = newStorage("loop", { name: stage.name, directory: containerDir(stage), options, hasThinPool: false, from });
  return block === undefined ? undefined : { now: path, then: block.path, make, block };
}

const unsupported = (target: Target, rootfs: RootfsSpec | undefined, from: Origin): Problem => ({
  code: "storage.unsupported", at: from, text: `the files of '${target.name}' cannot be made anew in their place`,
  cause: rootfs === undefined || rootfs.path === "" ? "it has no root file system of its own" : `lxc.rootfs.path = ${rootfs.type}:${rootfs.path}: neither a directory, nor a subvolume, nor an image, nor layers whose upper one is its own`,
  remedy: "work with a whole copy: lxc-copy -B dir",
});

export interface LayoutWish {
  /** A place beside the container's records, on the same file system. */
  readonly stage: Target;
  readonly from: Origin;
  /** Bytes of an image; undefined: as it is. */
  readonly size?: number;
}

/** Nothing is touched. */
export function layoutOf(target: Target, rootfs: RootfsSpec | undefined, { stage, from, size }: LayoutWish): Result<Layout> {
  const no = fail(unsupported(target, rootfs, from));
  if (rootfs === undefined || rootfs.path === "") return no;
  const then = `${containerDir(stage)}/rootfs`;
  if (rootfs.type === "overlay") {
    const layout = layered(target, rootfs, then);
    if (layout === undefined) return no;
    if (isBelowSnapshots(layout.now, target)) return fail({ code: "container.snapshots", at: from, text: `${target.name} has snapshots`, cause: "they are layers above the files that it has now", remedy: `destroy them first (lxc-snapshot -n ${target.name} -d ALL), or work with a whole copy: lxc-copy -B dir` });
    return ok(layout);
  }
  const found = lstatSync(rootfs.path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true && (rootfs.type === "dir" || rootfs.type === "btrfs")) {
    const unsafe = unsafeReason(rootfs.path);
    return unsafe === undefined ? ok({ now: rootfs.path, then, make: isSubvolume(rootfs.path) ? subvolumeOps(then, from) : [] }) : fail(unsafe);
  }
  const layout = found?.isFile() === true && isInside(rootfs.path, target) && existsSync(rootfs.path) ? image(stage, rootfs.path, from, size) : undefined;
  return layout === undefined ? no : ok(layout);
}
