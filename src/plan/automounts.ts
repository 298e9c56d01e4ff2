// Owns lxc.mount.auto for proc and sys, what is written to /proc/sys on the way, and the boot id.
import type { Op, Slot } from "../isa/op.ts";
import { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_TRUNC } from "../linux/fs.ts";
import { MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID, MOUNT_ATTR_RDONLY } from "../linux/mount-flags.ts";
import type { Origin } from "../model/origin.ts";
import { byDefault } from "../model/origin.ts";
import { attach, copyTree, directory, treeAttributes } from "./beneath.ts";
import type { Scope } from "./scope.ts";
import { hasUserns } from "./scope.ts";

const HARMLESS = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

/** lxc.sysctl.*: through a proc of the child's own, before anything of it becomes read-only. */
function sysctls(scope: Scope, proc: Slot): readonly Op[] {
  return scope.spec.sysctls.map(({ value, from }): Op => ({ op: "writeFile", from, at: proc, path: `sys/${value.key.replaceAll(".", "/")}`, data: value.value }));
}

/** Not every kernel is built with it. */
export const SYSRQ = "/proc/sysrq-trigger";

function readOnlyParts(root: Slot, [first, second]: readonly [Slot, Slot], { from, hasSysrq }: { readonly from: Origin; readonly hasSysrq: boolean }): readonly Op[] {
  const path = SYSRQ.slice(1);
  return [
    copyTree({ at: root, path: "proc/sys" }, first, from), copyTree({ at: root, path: "proc/sys/net" }, second, from),
    treeAttributes(first, { set: MOUNT_ATTR_RDONLY }, from),
    attach(root, first, "proc/sys", from), { ...attach(root, second, "proc/sys/net", from), note: "the container's own network may be tuned" },
    ...(hasSysrq ? [copyTree({ at: root, path }, first, from), treeAttributes(first, { set: MOUNT_ATTR_RDONLY }, from), attach(root, first, path, from)] : []),
  ];
}

function planProc(scope: Scope, root: Slot): readonly Op[] {
  const { proc } = scope.spec.autoMounts;
  if (proc === undefined && scope.spec.sysctls.length === 0) return [];
  const from = proc?.from ?? byDefault("proc for lxc.sysctl");
  const [tree, first, second] = [scope.slots.take(), scope.slots.take(), scope.slots.take()];
  scope.slots.give(tree, first, second);
  const made: Op = { op: "fsMount", from, type: "proc", options: ["source=proc"], attributes: HARMLESS, into: tree };
  if (proc === undefined) return [made, ...sysctls(scope, tree), { op: "close", from, slot: tree }];
  return [made, ...sysctls(scope, tree), directory(root, "proc", from), attach(root, tree, "proc", from), ...(proc.mode === "mixed" ? readOnlyParts(root, [first, second], { from, hasSysrq: scope.facts.paths[SYSRQ] !== undefined }) : [])];
}

function planSys(scope: Scope, root: Slot, hasOwnNetwork: boolean): readonly Op[] {
  const { sys } = scope.spec.autoMounts;
  if (sys === undefined) return [];
  const { from, mode } = sys;
  const [tree, net] = [scope.slots.take(), scope.slots.take()];
  scope.slots.give(tree, net);
  const seal: Op = { op: "mountSetattr", from, at: tree, path: "", flags: 0, set: MOUNT_ATTR_RDONLY };
  const put = [directory(root, "sys", from), attach(root, tree, "sys", from)];
  // the kernel shows sysfs to the owner of the network namespace only
  if (hasUserns(scope.spec) && !hasOwnNetwork) {
    const host: Op = { ...copyTree({ path: "/sys", isRecursive: true }, tree, from), note: "the network is shared, so a sysfs of its own is not allowed" };
    return [host, ...put, ...(mode === "rw" ? [] : [seal])];
  }
  const made: Op = { op: "fsMount", from, type: "sysfs", options: ["source=sysfs"], attributes: HARMLESS, into: tree };
  if (mode === "rw") return [{ ...made, attributes: 0 }, ...put];
  if (mode === "ro") return [{ ...made, options: ["source=sysfs", "ro"], attributes: MOUNT_ATTR_RDONLY }, ...put];
  return [made, ...put, copyTree({ at: root, path: "sys/devices/virtual/net" }, net, from), seal, { ...attach(root, net, "sys/devices/virtual/net", from), note: "the container's own links stay writable" }];
}

export const planAutoMounts = (scope: Scope, root: Slot, hasOwnNetwork: boolean): readonly Op[] => [...planProc(scope, root), ...planSys(scope, root, hasOwnNetwork)];

/** A boot id of the container's own over the host's: logs of two boots are told apart by it. */
export function planBootId(scope: Scope, root: Slot): readonly Op[] {
  const { spec, facts } = scope;
  if (!spec.hasAutodev.value || spec.autoMounts.proc === undefined || spec.rootfs === undefined) return [];
  const from = byDefault("boot id");
  const hex = facts.random.slice(0, 32).padEnd(32, "0");
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  const tree = scope.slots.take();
  scope.slots.give(tree);
  const path = "dev/.lxc-boot-id";
  const tolerant = { onError: "ignore" } as const;
  return [
    { op: "writeFile", from, at: root, path, data: `${id}\n`, flags: O_CREAT | O_TRUNC | O_NONBLOCK | O_NOFOLLOW, mode: 0o444 },
    copyTree({ at: root, path }, tree, from), treeAttributes(tree, { set: HARMLESS | MOUNT_ATTR_RDONLY }, from),
    { ...attach(root, tree, "proc/sys/kernel/random/boot_id", from), ...tolerant },
    { op: "unlink", from, at: root, path },
  ];
}
