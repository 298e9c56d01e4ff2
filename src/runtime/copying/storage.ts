// Owns where the root file system of a copy comes from and on what it will lie.
import { existsSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { deviceSize, hasSubvolumes, probeBackends, volumeFacts } from "../../host/probe/backends.ts";
import { nearest } from "../../host/probe/nearest.ts";
import { isOnBtrfs, isSubvolume } from "../../host/probe/tree-mark.ts";
import { probeStorage } from "../../host/probe/storage.ts";
import { containerDir } from "../../host/store/layout.ts";
import { isTree, rememberLxcpath } from "../../images/image/trees.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { RootfsSpec } from "../../model/spec.ts";
import { backendOf, nbdParts, rootOnly, type Backend, type BlockPlace, type StorageOptions } from "../../model/storage.ts";
import { layersOf } from "../../plan/rootfs/kind.ts";
import { backendProblem, choiceReason, isChoice, toldOnce, wordsOf, type Refused } from "../../plan/storage/backend.ts";
import { copiedVolume } from "../../plan/storage/cloned.ts";
import { newStorage, rootfsOf, subvolumeOps, type NewStorage } from "../../plan/storage/made.ts";
import type { ReadPlace } from "../../plan/storage/mounted.ts";
import { readCreated } from "../creating/record.ts";
import { sourcesOf } from "../removing/dependents.ts";
import { stillRunning } from "../running-container.ts";
import { copiedImage, isImageCopy } from "./qemu.ts";
import { isWithin } from "./within.ts";
import type { Target } from "../verbs.ts";

export interface CopyStorage {
  /** What is made, empty or with all that the source holds; undefined: there is no root file system to copy. */
  readonly made?: NewStorage;
  /** What is copied file by file, and where to. */
  readonly tree?: { readonly source: ReadPlace; readonly to: string };
  /** An image that is copied as it is. */
  readonly image?: { readonly source: string; readonly to: string; /** Of qemu's. */ readonly format?: string };
  /** Containers whose files the copy goes on using. */
  readonly sources: readonly Target[];
  /** It was one of several. */
  readonly choice?: Choice;
}

export interface Choice {
  readonly word: string;
  /** Why it is this one, and why none before it. */
  readonly reason: string;
  readonly refused: readonly Refused[];
  /** Those of the list that come after it. */
  readonly left: readonly string[];
}

export interface StorageWish {
  readonly source: Target;
  readonly to: Target;
  readonly isSnapshot: boolean;
  readonly isKept: boolean;
  readonly isRoot: boolean;
  /** Its files may change meanwhile. */
  readonly isRunning: boolean;
  readonly backend?: string;
  readonly options: StorageOptions;
}

const from = byOption("--backingstorage");
const unsupported = (text: string, remedy: string): Problem => ({ code: "storage.unsupported", at: from, text, remedy });

/** A start connects it; nobody else does. */
const unread = ({ path, from: at }: RootfsSpec): Problem => ({
  code: "storage.unsupported", at, text: `'nbd:${path}' is connected by a start alone: its files are not read, nor does it get another size`,
  remedy: `without -B it is copied as it is; for another size qemu-img resize; or make it an image that all verbs know: qemu-img convert -O raw ${nbdParts(path).file} rootdev, and lxc.rootfs.path = loop:.../rootdev`,
});

/** What the source is to whoever reads it. */
export function placeOf(rootfs: RootfsSpec): Result<ReadPlace> {
  const { type, path } = rootfs;
  if (type === "overlay") {
    const layers = layersOf(path);
    if (layers === undefined) return fail({ code: "config.value", at: rootfs.from, text: `'${path}' is not LOWER:UPPER`, remedy: "correct lxc.rootfs.path of the container" });
    return ok({ kind: "layers", layers: [layers.upper, ...layers.lower].filter((layer) => existsSync(layer)) });
  }
  if (type === "zfs") return ok({ kind: "dataset", path, type: "zfs" });
  if (type === "nbd" && !statSync(path, { throwIfNoEntry: false })?.isBlockDevice()) return fail(unread(rootfs));
  const found = probeStorage(path);
  if (found === undefined) return ok({ kind: "directory", path });
  if (found.content?.kind === "file system") return ok({ kind: type === "loop" || statSync(path).isFile() ? "image" : "device", path, type: found.content.type });
  return fail({ code: "rootfs.missing", at: rootfs.from, text: `no file system that can be read is on '${path}'`, remedy: "correct lxc.rootfs.path of the container; a volume has to be active" });
}

const isBlock = (place: ReadPlace): place is BlockPlace => place.kind === "image" || place.kind === "device" || place.kind === "dataset";

/** Layers lie above files alone. */
const wholeCopy = (own: Backend): string => (own === "dir" || own === "overlay" || own === "btrfs" ? "use -B overlay; for a whole copy leave out -s" : "lxc-copy without -s makes a whole copy; one in a directory (-B dir) has snapshots, too");

/** The back end of the copy: -B, else what the container is on, else what a snapshot of it can be made on. */
export function wantedBackend(rootfs: RootfsSpec, place: ReadPlace, { backend, isSnapshot }: StorageWish): Result<Backend> {
  const named = backend === undefined ? undefined : backendOf(backend);
  if (backend !== undefined && named === undefined) return fail(unsupported(`cannot put a copy on '${backend}'`, "one of dir, overlay, btrfs, loop, lvm, zfs, rbd, best"));
  const own: Backend = place.kind === "directory" && rootfs.type !== "btrfs" ? "dir" : place.kind === "image" ? "loop" : backendOf(rootfs.type) ?? "dir";
  const wanted = named ?? (isSnapshot && own === "dir" ? "overlay" : own);
  if (!isSnapshot || wanted === "overlay" || (wanted === own && (own === "btrfs" || own === "lvm" || own === "zfs"))) return ok(wanted);
  if (wanted === "dir") return fail(unsupported("a snapshot of a directory is made of layers", "use -B overlay, or leave out -B; for a whole copy leave out -s"));
  return fail(unsupported(`a root file system on ${own} has no snapshot on ${wanted}`, wholeCopy(own)));
}

/** The container that a layer belongs to: the nearest directory above it that has a config. */
function ownerOf(path: string): Target | undefined {
  const directory = dirname(path);
  if (directory === "/" || directory === path) return undefined;
  return existsSync(`${directory}/config`) ? { lxcpath: dirname(directory), name: basename(directory) } : ownerOf(directory);
}

/** Who must not go while these layers are used. What lies in a container's own directory goes with it, and counts not. */
function ownersOf(lower: readonly string[], source: Target, to: Target): readonly Target[] {
  const owners = [...lower.flatMap((layer) => ownerOf(layer) ?? []), ...sourcesOf(source)].filter((owner) => !containerDir(to).startsWith(`${containerDir(owner)}/`));
  return owners.filter((owner, i) => owners.findIndex((other) => containerDir(other) === containerDir(owner)) === i);
}

function layered({ source, to }: StorageWish, lower: string): { readonly made: NewStorage; readonly sources: readonly Target[] } {
  const directory = containerDir(to);
  for (const layer of lower.split(":").filter(isTree)) rememberLxcpath(layer, to.lxcpath);
  const made: NewStorage = { backend: "overlay", path: `overlay:${lower}:${directory}/overlay/delta`, make: [], directories: [`${directory}/overlay/delta`, `${directory}/overlay/work`] };
  return { made, sources: ownersOf(lower.split(":"), source, to) };
}

function ofLayers(rootfs: RootfsSpec, place: ReadPlace, wish: StorageWish): Result<CopyStorage> {
  const base = place.kind === "directory" ? rootfs.path : "";
  const [odd] = [base, containerDir(wish.to)].filter((path) => /[:\\]/.test(path));
  if (odd !== undefined) return fail(unsupported(`layers cannot be named in '${odd}'`, "lxc.rootfs.path separates layers by colons: use a directory without one, or a whole copy (-B dir)"));
  if (isBlock(place)) return fail(unsupported(`layers cannot lie above a root file system on '${rootfs.type}'`, "copy it to a directory first: -B dir; then make layers above that"));
  if (place.kind === "directory") return ok(layered(wish, rootfs.path));
  const layers = layersOf(rootfs.path);
  const made = layered(wish, layers?.lower.join(":") ?? "");
  // the layers below are shared; what the container wrote itself is copied
  return ok({ ...made, tree: { source: { kind: "directory", path: layers?.upper ?? "" }, to: `${containerDir(wish.to)}/overlay/delta` } });
}

/** One btrfs step instead of a copy: where both lie on the same one, and nothing would be left out. */
const isSnapshotEnough = (place: ReadPlace, { to, isSnapshot, isRoot }: StorageWish): boolean =>
  place.kind === "directory" && isSubvolume(place.path) && isOnBtrfs(nearest(to.lxcpath)) && statSync(dirname(place.path)).dev === statSync(nearest(to.lxcpath)).dev && (isSnapshot || (isRoot && !hasSubvolumes(place.path)));

/** As large as the source, unless another size is asked for. */
function sizeOf(place: ReadPlace): { readonly size?: number } {
  const size = place.kind === "image" ? statSync(place.path).size : place.kind === "device" ? deviceSize(place.path) : undefined;
  return size === undefined ? {} : { size };
}
const fstypeOf = (place: ReadPlace): { readonly fstype?: string } => (isBlock(place) && place.kind !== "dataset" ? { fstype: place.type } : {});

/** Volumes and datasets have snapshots of their own. */
const isOwn = (wanted: Backend, place: ReadPlace, { type }: RootfsSpec): place is BlockPlace => (wanted === "lvm" || wanted === "zfs") && wanted === type && isBlock(place);

/** lvremove takes snapshots that are not thin with their origin: that must stay. What is kept beside the container goes before it. */
function cloned(made: NewStorage, source: string, { name, options, wish }: { readonly name: string; readonly options: StorageOptions; readonly wish: StorageWish }): CopyStorage {
  const volume = made.backend === "lvm" ? volumeFacts(source) : undefined;
  const isBound = made.backend === "lvm" && volume?.isThin !== true && !wish.isKept;
  return { made: copiedVolume(made, { source, name, options, from, ...(volume === undefined ? {} : { volume }) }), sources: isBound ? [wish.source] : [] };
}

/** What is kept of an image of rbd is kept in its pool, as its user; whatever lxc.conf says. */
function poolOf(wanted: Backend, { type, path }: RootfsSpec, { source, isKept }: StorageWish): Partial<StorageOptions> {
  const pool = wanted === "rbd" && type === "rbd" && isKept ? /^\/dev\/rbd\/([^/]+)\//.exec(path)?.[1] : undefined;
  const user = pool === undefined ? undefined : readCreated(source)?.outside?.user;
  return { ...(pool === undefined ? {} : { rbdPool: pool }), ...(user === undefined ? {} : { rbdUser: user }) };
}

function onBackend(wanted: Backend, place: ReadPlace, { rootfs, wish }: { readonly rootfs: RootfsSpec; readonly wish: StorageWish }): Result<CopyStorage> {
  const { to, options, isRoot, isSnapshot, isKept } = wish;
  const sized = { ...sizeOf(place), ...fstypeOf(place), ...options, ...poolOf(wanted, rootfs, wish) };
  const facts = probeBackends(to.lxcpath, isRoot, sized);
  const problem = backendProblem(wanted, facts, { fstype: sized.fstype, at: from });
  if (problem !== undefined) return fail(problem);
  // all containers' volumes share one space of names, and each has a snap0
  const name = isKept ? `${wish.source.name}_${to.name}` : to.name;
  const made = newStorage(wanted, { name, directory: containerDir(to), options: sized, hasThinPool: facts.hasThinPool, from });
  if (wanted === "btrfs" && isSnapshotEnough(place, wish)) return ok({ made: { ...made, isOwners: true, make: subvolumeOps(rootfsOf(containerDir(to)), from, place.kind === "directory" ? place.path : undefined) }, sources: [] });
  if ((isSnapshot || isKept) && isOwn(wanted, place, rootfs)) return ok(cloned(made, place.path, { name, options: sized, wish }));
  if (isSnapshot && wanted === "btrfs") return fail(unsupported("a snapshot on btrfs needs a subvolume on the same file system", "leave out -s for a whole copy"));
  if (isKept && wanted === "loop" && place.kind === "image" && made.block !== undefined) return ok({ made: { ...made, make: [] }, image: { source: place.path, to: made.block.path }, sources: [] });
  return ok({ made, tree: { source: place, to: rootfsOf(containerDir(to)) }, sources: [] });
}

function onOne(rootfs: RootfsSpec, place: ReadPlace, wish: StorageWish): Result<CopyStorage> {
  const wanted = wantedBackend(rootfs, place, wish);
  if (!wanted.ok) return wanted;
  // nothing can lie above blocks: a whole copy of them becomes the lower layer
  return wanted.value === "overlay" && (wish.isSnapshot || !isBlock(place)) ? ofLayers(rootfs, place, wish) : onBackend(wanted.value, place, { rootfs, wish });
}

/** The first of these that can be had. */
function firstOf(rootfs: RootfsSpec, place: ReadPlace, { wish, words, refused }: { readonly wish: StorageWish; readonly words: readonly string[]; readonly refused: readonly Refused[] }): Result<CopyStorage> {
  const told = [...refused];
  for (const [i, word] of words.entries()) {
    const found = onOne(rootfs, place, { ...wish, backend: word });
    if (found.ok) return ok(found.value.made === undefined || found.value.made.backend === "nbd" ? found.value : { ...found.value, choice: { word, reason: choiceReason(found.value.made.backend, told), refused: told, left: words.slice(i + 1) } });
    told.push(...found.problems.map((problem) => ({ word, problem })));
  }
  const [first = unsupported("a copy has to be put somewhere", "leave out -B"), ...others] = toldOnce(told);
  return fail(first, ...others);
}

/** -B of a list, or the best: the first that can be had, and that a snapshot can be made on. */
export function copyStorage(rootfs: RootfsSpec | undefined, wish: StorageWish): Result<CopyStorage> {
  if (rootfs === undefined || rootfs.path === "") return ok({ sources: [] });
  if (isImageCopy(rootfs, wish)) return copiedImage(rootfs, wish);
  const place = placeOf(rootfs);
  if (!place.ok) return place;
  const read = place.value.kind === "directory" ? [place.value.path] : place.value.kind === "layers" ? place.value.layers : [];
  if (read.some((path) => isWithin(wish.to.lxcpath, path))) return fail({ code: "option.value", at: byOption("--newpath"), text: `'${wish.to.lxcpath}' lies in what is copied`, remedy: "name a directory outside of it with -p" });
  if (isBlock(place.value) && wish.isRunning) return fail(stillRunning(wish.source, { at: rootfs.from, cause: "its file system is mounted: a second mount of the same blocks would destroy it" }));
  if (isBlock(place.value) && !wish.isRoot) return fail(rootOnly(`an ordinary user cannot copy '${rootfs.path}'`, { at: rootfs.from }));
  if (wish.backend === undefined || !isChoice(wish.backend)) return onOne(rootfs, place.value, wish);
  return firstOf(rootfs, place.value, { wish, words: wordsOf(wish.backend, wish.isSnapshot ? "snapshot" : "new"), refused: [] });
}

/** It could not be made: what comes after it in the list, if it was one. */
export function nextStorage(rootfs: RootfsSpec, wish: StorageWish, { choice: { word, refused, left }, problem }: { readonly choice: Choice; readonly problem: Problem }): Result<CopyStorage> {
  const place = placeOf(rootfs);
  return place.ok ? firstOf(rootfs, place.value, { wish, words: left, refused: [...refused, { word, problem }] }) : place;
}
