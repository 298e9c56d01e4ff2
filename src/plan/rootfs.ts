// Owns the container's root directory: how it comes to its mount point, is sealed, and becomes "/".
import type { Op, Slot } from "../isa/op.ts";
import { AT_RECURSIVE, O_DIRECTORY, O_PATH } from "../linux/fs.ts";
import { MOUNT_ATTR_RDONLY, MS_SHARED, MS_SLAVE, mountOptions } from "../linux/mount-flags.ts";
import { byDefault } from "../model/origin.ts";
import type { HostFacts } from "../model/facts.ts";
import type { Problem } from "../model/problem.ts";
import type { ContainerSpec, RootfsSpec } from "../model/spec.ts";
import { blockOps } from "./rootfs/block.ts";
import { directoryOps } from "./rootfs/directory.ts";
import { checkRootIdmap, idmapRoot, rootIdmap } from "./rootfs/idmap.ts";
import { nbdOps } from "./rootfs/nbd.ts";
import { rootfsKind } from "./rootfs/kind.ts";
import type { RootfsKind } from "./rootfs/kind.ts";
import { lockImage } from "./image-lock.ts";
import { overlayOps } from "./rootfs/overlay.ts";
import { isReachedByCaller, rootfsTarget } from "./rootfs/target.ts";
import type { Scope } from "./scope.ts";
import { hasUserns } from "./scope.ts";

export { rootfsPaths, rootfsTarget } from "./rootfs/target.ts";
export { storagePath } from "./rootfs/kind.ts";

/** What each process does for the root file system, in this order. */
export interface RootfsPlan {
  /** The monitor, with the rights of the caller: what the container may not do itself. Slots pass to the child. */
  readonly monitor: readonly Op[];
  /** The monitor, once the child's ids are mapped. */
  readonly mapped: (pid: Slot) => readonly Op[];
  /** The child, still with the caller's ids. */
  readonly early: readonly Op[];
  /** The child, as root of the container. */
  readonly late: readonly Op[];
}

const NOTHING: RootfsPlan = { monitor: [], mapped: () => [], early: [], late: [] };

const hasHooksBefore = ({ hooks }: ContainerSpec): boolean => (hooks["pre-start"] ?? []).length + (hooks["pre-mount"] ?? []).length > 0;
const kindOf = (rootfs: RootfsSpec, spec: ContainerSpec, facts: HostFacts): RootfsKind => rootfsKind(rootfs, facts, hasHooksBefore(spec));

/** What is wrong with the root file system before anything runs. */
export function checkRootfs(scope: Scope): void {
  const { spec, facts, problems } = scope;
  const { rootfs } = spec;
  if (rootfs === undefined) return;
  const kind = kindOf(rootfs, spec, facts);
  if (kind.kind === "none") problems.push(kind.problem);
  else problems.push(...missingMount(scope), ...checkRootIdmap(spec, facts, kind), ...(kind.kind === "directory" ? strangeOptions(rootfs) : []));
}

/** Written by somebody, and not there. LXC starts nothing then; it is seen by nobody but hooks, which are told the place that is taken. */
function missingMount({ spec: { rootfs }, facts }: Scope): readonly Problem[] {
  if (rootfs?.mountFrom === undefined || facts.paths[rootfs.mount]?.kind === "directory") return [];
  return [{ code: "config.value", severity: "warning", at: rootfs.mountFrom, text: `'${rootfs.mount}' of lxc.rootfs.mount is no directory: the root file system is mounted elsewhere`, cause: "only hooks see where, in LXC_ROOTFS_MOUNT", remedy: `mkdir -p ${rootfs.mount}, or take the line out` }];
}

/** What would be for a file system to take: of a directory none is mounted. LXC says nothing. */
function strangeOptions(rootfs: RootfsSpec): readonly Problem[] {
  const at = rootfs.optionsFrom ?? rootfs.from;
  return mountOptions(rootfs.options).data.filter((word) => !word.startsWith("idmap=")).map((word) => ({
    code: "config.value", severity: "warning", at, text: `'${word}' of lxc.rootfs.options has no effect`, cause: "the root file system is a directory: no file system is mounted that could take it", remedy: "take it out, or correct it: ro, nosuid, nodev, noexec, noatime, idmap=container",
  }));
}

/** The slot is the root directory from here on. Where it can be, it is taken with the caller's own file system ids, so
 * that a root below a 0700 home needs no ACL. */
export function planRootfs(scope: Scope, root: Slot): RootfsPlan {
  const { spec, facts } = scope;
  const { rootfs } = spec;
  if (rootfs === undefined) return { ...NOTHING, early: [{ op: "open", from: byDefault("lxc.rootfs.path"), path: "/", flags: O_PATH | O_DIRECTORY, into: root, note: "no root file system of its own: the host's is shared" }] };
  const kind = kindOf(rootfs, spec, facts);
  const attach: readonly Op[] = [...rootAttributes(rootfs, root, kind), { op: "moveMount", from: rootfs.from, tree: root, path: rootfsTarget(scope) }];
  const idmap = rootIdmap(rootfs);
  if (kind.kind === "none") return NOTHING;
  if (kind.kind === "overlay") {
    const { monitor, early, late } = overlayOps(scope, root, kind);
    return { ...NOTHING, monitor, early, late: [...late, ...attach] };
  }
  const lock = kind.kind === "image" && !isSealed(rootfs) ? [lockImage(kind.path, scope.slots.take(), rootfs.from)] : [];
  const connect = "nbd" in kind && kind.nbd !== undefined ? nbdOps(scope, kind.nbd) : [];
  const made = kind.kind === "directory" ? directoryOps(rootfs, root) : blockOps(scope, root, kind);
  const mapped = (pid: Slot): readonly Op[] => [...(idmap === undefined ? [] : idmapRoot(scope, { root, pid, idmap })), { op: "close", from: rootfs.from, slot: root, note: "it is the container's" }];
  // as in LXC: a container with ids of its own may not mount what lies on blocks, nor map ids of the host's files
  if (idmap !== undefined || (kind.kind !== "directory" && hasUserns(spec))) return { monitor: [...lock, ...connect, ...made], mapped, early: attach, late: [] };
  return kind.kind === "directory" && isReachedByCaller(scope, kind.path) ? { ...NOTHING, early: [...made, ...attach] } : { ...NOTHING, monitor: [...lock, ...connect], late: [...made, ...attach] };
}

/** lxc.rootfs.options but `ro`, which waits: sealRootfs. A file system that is made here has its attributes from the start.
 * Propagation is towards the host; inside, the root is shared in any case. */
function rootAttributes({ options, optionsFrom, from }: RootfsSpec, root: Slot, { kind }: RootfsKind): readonly Op[] {
  const { set, clear, propagation, isPropagationRecursive } = mountOptions(options);
  const [mark, unmark] = [set & ~MOUNT_ATTR_RDONLY, clear & ~MOUNT_ATTR_RDONLY];
  const base = { op: "mountSetattr", from: optionsFrom ?? from, at: root, path: "" } as const;
  return [
    ...(kind === "directory" && (mark !== 0 || unmark !== 0) ? [{ ...base, flags: 0, set: mark, clear: unmark }] : []),
    ...(propagation === 0 || propagation === MS_SHARED ? [] : [{ ...base, flags: isPropagationRecursive ? AT_RECURSIVE : 0, propagation }]),
  ];
}

/** Nothing the child mounts may reach the host, nothing it looks at may change its propagation. */
export const detachFromHost = (): Op =>
  ({ op: "mountSetattr", from: byDefault("mount propagation"), path: "/", flags: AT_RECURSIVE, propagation: MS_SLAVE, note: "mounts made from here on stay out of the host" });

const isSealed = ({ options }: RootfsSpec): boolean => (mountOptions(options).set & MOUNT_ATTR_RDONLY) !== 0;

/** lxc.rootfs.options = ro: only once everything is in place. */
export function sealRootfs(scope: Scope, root: Slot): readonly Op[] {
  const { rootfs } = scope.spec;
  if (rootfs === undefined || !isSealed(rootfs)) return [];
  return [{ op: "mountSetattr", from: rootfs.optionsFrom ?? rootfs.from, at: root, path: "", flags: 0, set: MOUNT_ATTR_RDONLY, note: "read-only root" }];
}

export function enterRootfs(scope: Scope, root: Slot): readonly Op[] {
  const { rootfs } = scope.spec;
  if (rootfs === undefined) return [];
  const from = byDefault("mount propagation");
  return [
    { op: "pivotRoot", from: rootfs.from, root, note: "from here on paths are the container's" },
    { op: "mountSetattr", from, path: "/", flags: AT_RECURSIVE, propagation: MS_SHARED, note: "as systemd and nested containers expect it" },
  ];
}
