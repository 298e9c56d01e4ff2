// Owns idmap= of mount entries: trees that the monitor opens, and whose ids it maps, for the child to attach.
import type { Op, Slot, Text } from "../../isa/op.ts";
import { AT_RECURSIVE, O_DIRECTORY, O_PATH, O_RDONLY } from "../../linux/fs.ts";
import { MS_SLAVE } from "../../linux/mount-flags.ts";
import type { Mount } from "../../model/mount.ts";
import type { Problem } from "../../model/problem.ts";
import type { Scope } from "../scope.ts";
import { hasUserns, isRoot } from "../scope.ts";
import { fileSystem } from "./file-system.ts";
import { isBind, optionsOf, tolerance, treeFlags } from "./words.ts";

export interface IdmappedMount { readonly mount: Mount; readonly tree: Slot }

/** Slots that the rest of the plan needs for itself. */
const RESERVED_SLOTS = 50;

function wrong({ spec, facts, slots }: Scope, mount: Mount): Problem | undefined {
  const at = mount.from;
  const text = `mount option 'idmap=${mount.idmap}'`;
  if (mount.idmap === "container" && !hasUserns(spec)) return { code: "config.value", at, text: `${text} needs ids to map to`, cause: "this container has no lxc.idmap", remedy: "set lxc.idmap, or take idmap= out" };
  if (mount.idmap !== "container" && mount.idmap?.startsWith("/") !== true) return { code: "config.value", at, text: `${text} is neither 'container' nor the path of a user namespace`, remedy: "write idmap=container, or idmap=/proc/PID/ns/user" };
  if (!isRoot(facts)) return { code: "privilege", at, text: `${text} is for containers that root starts`, cause: "the kernel lets only the owner of the file system map its ids, which is root", remedy: "take it out and give the files to the container's ids: lxc-usernsexec -- chown" };
  if (mount.isRelative && facts.paths[spec.rootfs?.path ?? ""]?.kind !== "directory") return { code: "unsupported", at, text: `${text} together with 'relative' needs a root file system that is a directory`, remedy: "name the source by its path on the host" };
  return slots.left <= RESERVED_SLOTS ? { code: "unsupported", at, text: "too many mounts with idmap=", remedy: "bind a directory above some of them" } : undefined;
}

/** Opened before the clone, so that the child has them. */
function open(scope: Scope, { mount, tree }: IdmappedMount): readonly Op[] {
  const options = optionsOf(mount);
  if (!isBind(options)) return fileSystem(scope, mount, { options: { ...options, propagation: 0 }, into: tree });
  const copy: Op = { ...tolerance(mount), op: "openTree", from: mount.from, path: mount.source, flags: treeFlags(options), into: tree };
  if (!mount.isRelative) return [copy];
  const root = scope.slots.take();
  return [{ op: "open", from: mount.from, path: scope.spec.rootfs?.path ?? "/", flags: O_PATH | O_DIRECTORY, into: root }, { ...copy, at: root }, { op: "close", from: mount.from, slot: root }];
}

/** What an optional entry lacks is its source: a mount whose ids are not mapped is never attached. */
function map(scope: Scope, { mount, tree }: IdmappedMount, pid: Slot): readonly Op[] {
  const { from } = mount;
  const userns = scope.slots.take();
  scope.slots.give(userns);
  const path: Text = mount.idmap === "container" ? ["/proc/", { slot: pid }, "/ns/user"] : mount.idmap ?? "";
  const missing = mount.isOptional ? { onError: ["EBADF"] as const } : {};
  return [
    { op: "open", from, path, flags: O_RDONLY, into: userns },
    { ...missing, op: "mountSetattr", from, at: tree, path: "", flags: optionsOf(mount).bind === "rbind" ? AT_RECURSIVE : 0, propagation: MS_SLAVE, userns },
    { op: "close", from, slot: userns }, { ...missing, op: "close", from, slot: tree, note: "it is the container's" },
  ];
}

export interface IdmappedPlan {
  readonly mounts: readonly IdmappedMount[];
  /** The monitor, before the clone. */
  readonly monitor: readonly Op[];
  /** The monitor, once the child's ids are mapped. */
  readonly mapped: (pid: Slot) => readonly Op[];
}

export function planIdmapped(scope: Scope): IdmappedPlan {
  const mounts = scope.spec.mounts.filter((mount) => mount.idmap !== undefined).flatMap((mount): readonly IdmappedMount[] => {
    const problem = wrong(scope, mount);
    if (problem === undefined) return [{ mount, tree: scope.slots.take() }];
    scope.problems.push(problem);
    return [];
  });
  return { mounts, monitor: mounts.flatMap((each) => open(scope, each)), mapped: (pid) => mounts.flatMap((each) => map(scope, each, pid)) };
}
