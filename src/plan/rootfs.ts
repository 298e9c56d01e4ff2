// Owns how the root file system comes to its mount point, and how the container moves into it.
import type { Op, Slot } from "../isa/op.ts";
import { AT_RECURSIVE, O_DIRECTORY, O_PATH } from "../linux/fs.ts";
import { toHost } from "../linux/idmap.ts";
import { MOUNT_ATTR_RDONLY, MS_SHARED, MS_SLAVE, mountOptions } from "../linux/mount-flags.ts";
import { byDefault } from "../model/origin.ts";
import type { ContainerSpec, RootfsSpec } from "../model/spec.ts";
import { copyTree } from "./beneath.ts";
import type { Scope } from "./scope.ts";
import { hasUserns, idmapOf, setupId } from "./scope.ts";

/** Host paths whose facts this planner asks for. */
export function rootfsPaths(rootfs: RootfsSpec, spec: ContainerSpec): readonly string[] {
  const targets = hasHooksInside(spec) ? [rootfs.mount, ...SPARE_MOUNTS].flatMap((path) => [path, ...directoriesAbove(path)]) : [rootfs.mount];
  return [rootfs.path, ...directoriesAbove(rootfs.path), ...targets];
}

/** Where else a root may be mounted, in the container's mount namespace only: LXC's own place, then the one hier(7) keeps for it. */
const SPARE_MOUNTS = ["/usr/lib/lxc/rootfs", "/usr/lib/x86_64-linux-gnu/lxc/rootfs", "/usr/lib/aarch64-linux-gnu/lxc/rootfs", "/mnt"];

/** `/a/b/c`: `/`, `/a`, `/a/b`. */
const directoriesAbove = (path: string): readonly string[] => path.split("/").slice(0, -1).map((_, i, parts) => parts.slice(0, i + 1).join("/") || "/");

/** May the caller's own ids pass every directory above the root? In a new user namespace even root's do so only by
 * what the modes say: no capability reaches beyond the ids that are mapped. */
export function isReachedByCaller({ spec, facts }: Scope): boolean {
  const { euid, egid } = facts.caller;
  return spec.rootfs === undefined || directoriesAbove(spec.rootfs.path).every((path) => {
    const fact = facts.paths[path];
    if (fact === undefined) return true;
    return (fact.mode & (fact.uid === euid ? 0o100 : fact.gid === egid ? 0o010 : 0o001)) !== 0;
  });
}

/** May the container's root, who runs the hooks of the child, walk to this path? */
function isReachedFromInside({ spec, facts }: Scope, path: string): boolean {
  if (!hasUserns(spec)) return true;
  const uid = toHost(idmapOf(spec), "u", setupId(spec, "u"));
  return directoriesAbove(path).every((above) => {
    const fact = facts.paths[above];
    return fact !== undefined && (fact.mode & (fact.uid === uid ? 0o100 : 0o001)) !== 0;
  });
}

const HOOKS_INSIDE = ["pre-mount", "mount", "autodev"] as const;
const hasHooksInside = ({ hooks }: ContainerSpec): boolean => HOOKS_INSIDE.some((name) => (hooks[name] ?? []).length > 0);

/** Where the root file system will be mounted on the host: what hooks get as LXC_ROOTFS_MOUNT. Only hooks go there by its path. */
export function rootfsTarget(scope: Scope): string {
  const { spec, facts } = scope;
  const { rootfs } = spec;
  if (rootfs === undefined) return "/";
  const isThere = (path: string): boolean => facts.paths[path]?.kind === "directory";
  const first = isThere(rootfs.mount) ? rootfs.mount : rootfs.path;
  if (!hasHooksInside(spec)) return first;
  const hidesSource = (path: string): boolean => path !== first && spec.mounts.some(({ source }) => `${source}/`.startsWith(`${path}/`));
  return [first, ...SPARE_MOUNTS].find((path) => isThere(path) && !hidesSource(path) && isReachedFromInside(scope, path)) ?? first;
}

/** What is wrong with the root file system before anything runs. */
export function checkRootfs(scope: Scope): void {
  const { spec, facts, problems } = scope;
  const rootfs = spec.rootfs;
  if (rootfs === undefined) return;
  if (rootfs.type !== "dir") {
    problems.push({ code: "storage.unsupported", at: rootfs.from, text: `storage '${rootfs.type}' is not supported yet`, remedy: "use a directory: lxc.rootfs.path = dir:PATH" });
    return;
  }
  const fact = facts.paths[rootfs.path];
  if (fact === undefined) problems.push({ code: "rootfs.missing", at: rootfs.from, text: `root file system '${rootfs.path}' does not exist or cannot be reached`, remedy: "make it, or correct lxc.rootfs.path" });
  else if (fact.kind !== "directory") problems.push({ code: "rootfs.missing", at: rootfs.from, text: `root file system '${rootfs.path}' is not a directory` });
}

/** Nothing the child mounts may reach the host, nothing it looks at may change its propagation. */
export const detachFromHost = (): Op =>
  ({ op: "mountSetattr", from: byDefault("mount propagation"), path: "/", flags: AT_RECURSIVE, propagation: MS_SLAVE, note: "mounts made from here on stay out of the host" });

/** Puts the root file system at its mount point; the slot is its root directory from here on.
 * Done with the caller's own file system ids, so that a root below a 0700 home needs no ACL. */
export function mountRootfs(scope: Scope, root: Slot): readonly Op[] {
  const { rootfs } = scope.spec;
  if (rootfs === undefined) return [{ op: "open", from: byDefault("lxc.rootfs.path"), path: "/", flags: O_PATH | O_DIRECTORY, into: root, note: "no root file system of its own: the host's is shared" }];
  const options = mountOptions(rootfs.options.filter((option) => !option.startsWith("idmap=")));
  const ops: Op[] = [copyTree({ path: rootfs.path, isRecursive: true }, root, rootfs.from)];
  const set = options.set & ~MOUNT_ATTR_RDONLY;
  if (set !== 0 || options.clear !== 0) ops.push({ op: "mountSetattr", from: rootfs.from, at: root, path: "", flags: 0, set, clear: options.clear & ~MOUNT_ATTR_RDONLY, note: "lxc.rootfs.options" });
  if (rootfs.options.some((option) => option.startsWith("idmap="))) scope.problems.push({ code: "storage.unsupported", at: rootfs.from, text: "lxc.rootfs.options idmap= is not supported yet" });
  ops.push({ op: "moveMount", from: rootfs.from, tree: root, path: rootfsTarget(scope) });
  return ops;
}

/** lxc.rootfs.options = ro: only once everything is in place. */
export function sealRootfs(scope: Scope, root: Slot): readonly Op[] {
  const { rootfs } = scope.spec;
  if (rootfs === undefined || (mountOptions(rootfs.options).set & MOUNT_ATTR_RDONLY) === 0) return [];
  return [{ op: "mountSetattr", from: rootfs.from, at: root, path: "", flags: 0, set: MOUNT_ATTR_RDONLY, note: "read-only root" }];
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
