// Owns where on the host the root file system is mounted while the container starts, and who can walk there.
import { toHost } from "../../linux/idmap.ts";
import type { ContainerSpec, RootfsSpec } from "../../model/spec.ts";
import type { Scope } from "../scope.ts";
import { hasUserns, idmapOf, setupId } from "../scope.ts";
import { partsOf } from "./kind.ts";

/** Host paths whose facts this planner asks for. */
export function rootfsPaths(rootfs: RootfsSpec, spec: ContainerSpec): readonly string[] {
  const places = [rootfs.mount, ...(isWhereItLies(rootfs) ? [] : [ownDirectory(spec)]), ...SPARE_MOUNTS];
  const targets = hasHooksInside(spec) ? places.flatMap((path) => [path, ...directoriesAbove(path)]) : isWhereItLies(rootfs) ? [rootfs.mount] : places;
  return [...partsOf(rootfs).flatMap((path) => [path, ...directoriesAbove(path)]), ...targets];
}

/** Where else a root may be mounted, in the container's mount namespace only: LXC's own place, then the one hier(7) keeps for it. */
const SPARE_MOUNTS = ["/usr/lib/lxc/rootfs", "/usr/lib/x86_64-linux-gnu/lxc/rootfs", "/usr/lib/aarch64-linux-gnu/lxc/rootfs", "/mnt"];

/** A directory can be mounted over itself; what else a root is made of has no such place. */
const isWhereItLies = ({ type }: RootfsSpec): boolean => type === "dir" || type === "btrfs";
/** LXCPATH/NAME/rootfs, where LXC has the mount point of all kinds of storage. */
const ownDirectory = ({ lxcpath, name }: ContainerSpec): string => `${lxcpath}/${name}/rootfs`;

/** `/a/b/c`: `/`, `/a`, `/a/b`. */
const directoriesAbove = (path: string): readonly string[] => path.split("/").slice(0, -1).map((_, i, parts) => parts.slice(0, i + 1).join("/") || "/");

/** May the caller's own ids pass every directory above the root? In a new user namespace even root's do so only by
 * what the modes say: no capability reaches beyond the ids that are mapped. */
export function isReachedByCaller({ facts }: Scope, root: string): boolean {
  const { euid, egid } = facts.caller;
  return directoriesAbove(root).every((path) => {
    const fact = facts.paths[path];
    if (fact === undefined) return true;
    return (fact.mode & (fact.uid === euid ? 0o100 : fact.gid === egid ? 0o010 : 0o001)) !== 0;
  });
}

/** May the container's root, who runs the hooks of the child, walk to this path? */
export function isReachedFromInside({ spec, facts }: Scope, path: string): boolean {
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
  const places = isThere(rootfs.path) ? [rootfs.path] : [ownDirectory(spec), ...SPARE_MOUNTS];
  const first = [rootfs.mount, ...places].find(isThere) ?? rootfs.path;
  if (!hasHooksInside(spec)) return first;
  const hidesSource = (path: string): boolean => path !== first && spec.mounts.some(({ source }) => `${source}/`.startsWith(`${path}/`));
  return [first, ...SPARE_MOUNTS].find((path) => isThere(path) && !hidesSource(path) && isReachedFromInside(scope, path)) ?? first;
}

