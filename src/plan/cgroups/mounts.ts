// Owns lxc.mount.auto = cgroup…: what a container sees of cgroups that does not mount them itself.
import type { Op, Slot } from "../../isa/op.ts";
import { MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID, MOUNT_ATTR_RDONLY } from "../../linux/mount-flags.ts";
import type { CgroupHierarchy } from "../../model/facts.ts";
import type { Origin } from "../../model/origin.ts";
import { attach, copyTree, directory, treeAttributes } from "../beneath.ts";
import type { Scope } from "../scope.ts";
import type { CgroupNames } from "./names.ts";
import { basePath } from "./names.ts";

const HARMLESS = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
const TARGET = "sys/fs/cgroup";

interface View {
  readonly scope: Scope;
  readonly root: Slot;
  readonly names: CgroupNames;
  readonly hasNamespace: boolean;
  readonly mode: "mixed" | "ro" | "rw";
  readonly from: Origin;
}

/** What cgroup(7) wants to hear to mount one hierarchy again. */
const optionsOf = (hierarchy: CgroupHierarchy): readonly string[] =>
  (hierarchy.version === 2 ? ["source=none"] : ["source=none", ...(hierarchy.controllers.some((name) => name.startsWith("name=")) ? ["none"] : []), ...hierarchy.controllers]);

/** In a cgroup namespace a fresh mount begins at the container's own cgroup. */
function freshMount({ scope, root, mode, from }: View, hierarchy: CgroupHierarchy, path: string): readonly Op[] {
  const tree = scope.slots.take();
  scope.slots.give(tree);
  const attributes = HARMLESS | (mode === "ro" ? MOUNT_ATTR_RDONLY : 0);
  return [{ op: "fsMount", from, type: hierarchy.version === 2 ? "cgroup2" : "cgroup", options: optionsOf(hierarchy), attributes, into: tree }, directory(root, path, from), attach(root, tree, path, from)];
}

/** The hierarchy as the host has it: read-only, with the own cgroup writable where it is in it. */
function wholeMount({ scope, root, mode, from, names }: View, hierarchy: CgroupHierarchy, path: string): readonly Op[] {
  const tree = scope.slots.take();
  scope.slots.give(tree);
  const whole: readonly Op[] = [copyTree({ path: hierarchy.mountpoint }, tree, from), treeAttributes(tree, { set: HARMLESS | (mode === "rw" ? 0 : MOUNT_ATTR_RDONLY) }, from), directory(root, path, from), attach(root, tree, path, from)];
  if (mode !== "mixed" || !hierarchy.isWritable) return whole;
  const own = ownPath(hierarchy, names);
  return [...whole, copyTree({ path: own }, tree, from), attach(root, tree, `${path}${own.slice(hierarchy.mountpoint.length)}`, from)];
}

const ownPath = (hierarchy: CgroupHierarchy, names: CgroupNames): string => `${basePath(hierarchy)}/${names.inner}`;

/** Only the own cgroup, at its place below empty directories. */
function ownMount({ scope, root, mode, from, names }: View, hierarchy: CgroupHierarchy, path: string): readonly Op[] {
  const tree = scope.slots.take();
  scope.slots.give(tree);
  if (!hierarchy.isWritable) return [directory(root, path, from)];
  const own = ownPath(hierarchy, names);
  const place = `${path}${own.slice(hierarchy.mountpoint.length)}`;
  const sealed: readonly Op[] = mode === "rw" ? [] : [copyTree({ at: root, path }, tree, from), treeAttributes(tree, { set: HARMLESS | MOUNT_ATTR_RDONLY }, from), attach(root, tree, path, from)];
  return [
    directory(root, place, from), ...sealed, copyTree({ path: own }, tree, from),
    ...(mode === "ro" ? [treeAttributes(tree, { set: MOUNT_ATTR_RDONLY }, from)] : []), attach(root, tree, place, from),
  ];
}

/** cgroup v2 alone has its root where a program looks for it: the host's shows, and only cgroup-full makes all of it writable. */
const unifiedMount = (view: View, unified: CgroupHierarchy, isFull: boolean): readonly Op[] =>
  (view.hasNamespace ? freshMount(view, unified, TARGET) : wholeMount(view.mode === "rw" && !isFull ? { ...view, mode: "mixed" } : view, unified, TARGET));

export function planCgroupMounts(scope: Scope, root: Slot, { names, hasNamespace, hasSysAdmin }: { readonly names: CgroupNames; readonly hasNamespace: boolean; readonly hasSysAdmin: boolean }): readonly Op[] {
  const wish = scope.spec.autoMounts.cgroup;
  // as in LXC: who has a cgroup namespace and may mount, does it himself
  if (wish === undefined || (hasNamespace && hasSysAdmin && !wish.isForced && !wish.isV2)) return [];
  const view: View = { scope, root, names, hasNamespace, mode: wish.mode, from: wish.from };
  const put = hasNamespace ? freshMount : wish.isFull ? wholeMount : ownMount;
  const { hierarchies } = scope.facts.cgroups;
  const unified = hierarchies.find(({ version }) => version === 2);
  if (unified !== undefined && (wish.isV2 || hierarchies.length === 1)) return unifiedMount(view, unified, wish.isFull);
  const tree = scope.slots.take();
  const ops: readonly Op[] = [
    { op: "fsMount", from: wish.from, type: "tmpfs", options: ["source=none", "size=10240k", "mode=755"], attributes: HARMLESS, into: tree },
    directory(root, TARGET, wish.from), attach(root, tree, TARGET, wish.from),
    ...hierarchies.flatMap((hierarchy) => put(view, hierarchy, `${TARGET}/${hierarchy.mountpoint.slice(hierarchy.mountpoint.lastIndexOf("/") + 1)}`)),
  ];
  scope.slots.give(tree);
  return ops;
}
