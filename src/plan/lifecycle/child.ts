// Owns the child's list: from the clone to init's program.
import type { Op } from "../../isa/op.ts";
import { MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID } from "../../linux/mount-flags.ts";
import { byDefault } from "../../model/origin.ts";
import type { HookName } from "../../model/spec.ts";
import { planAutoMounts, planBootId } from "../automounts.ts";
import { GO, LINKS, MAPPED, NETNS, READY } from "../barriers.ts";
import { planCgroupMounts } from "../cgroups/mounts.ts";
import { joinOps } from "../cgroups/together.ts";
import { planDevDirectory, planDevices } from "../devices.ts";
import { planHooks } from "../hooks.ts";
import { keepSharedDependent, openSources, planMounts } from "../mounts.ts";
import { joinShared, lateNamespaces } from "../namespaces.ts";
import type { Stdio } from "../process.ts";
import { becomeInit, becomeRoot, execInit, joinParent, planCoreScheduling, planHostname, planPersonality, planStdio, runBelowInit } from "../process.ts";
import { detachFromHost, enterRootfs, sealRootfs } from "../rootfs.ts";
import { planLabel } from "../security/labels.ts";
import { hasSysAdmin, planCapabilities, planKeyring, planNoNewPrivs, planSeccomp } from "../security.ts";
import type { Container } from "./container.ts";

const FROM = byDefault("barrier");

/** Its own ids, namespaces and root directory. */
function settle(container: Container): { readonly ops: readonly Op[]; readonly rest: (ops: readonly Op[]) => readonly Op[] } {
  const { scope, namespaces, network, root } = container;
  const hooks = hook(container, "pre-mount");
  const { ops: opened, sources } = openSources(scope);
  const own = becomeRoot(scope, container.keepsGroups);
  const { early, late } = container.rootfs;
  const connected: readonly Op[] = [
    ...lateNamespaces(scope, namespaces),
    ...(network.hasLinks ? [{ op: "post", from: FROM, number: NETNS, note: "the network namespace is there" } as const] : []),
    ...(container.awaitsLinks ? [{ op: "await", from: FROM, number: LINKS, note: "links are there" } as const] : []),
  ];
  const ops: readonly Op[] = [
    joinParent(), ...joinOps(container.cgroups), { op: "await", from: FROM, number: MAPPED, note: "ids are mapped" },
    ...joinShared(scope, container.inputs.share), detachFromHost(),
    // hooks run as the container's root, in its network, before anything is mounted
    ...(hooks.length > 0 ? [...own, ...connected, ...hooks, ...early, ...late, ...opened] : [...opened, ...early, ...own, ...late, ...connected]),
    ...planHostname(scope, { isShared: container.inputs.share.uts !== undefined, isOwn: namespaces.has("uts") }), ...planKeyring(scope), ...network.child,
  ];
  return { ops, rest: (before) => [...before, ...planMounts(scope, root, sources, container.mounts.idmapped)] };
}

const hook = (container: Container, name: HookName): readonly Op[] => planHooks(container.scope, { name, rootfsMount: container.rootfsMount });

/** What pid 1 of an application container mounts for its program, as LXC's init does. */
function programMounts(container: Container): readonly Op[] {
  const { scope, isExecute } = container;
  if (!isExecute || !container.namespaces.has("pid")) return [];
  const from = byDefault("lxc-execute");
  const tree = scope.slots.take();
  scope.slots.give(tree);
  const mount = (type: string, path: string, attributes: number, isNeeded: boolean): readonly Op[] => {
    const tolerant = isNeeded ? {} : { onError: "ignore" as const };
    return [
      { op: "fsMount", from, type, options: [`source=${type}`], attributes, into: tree, ...tolerant },
      { op: "mkdir", from, path, mode: 0o755, ...tolerant }, { op: "moveMount", from, tree, path, ...tolerant }, { op: "close", from, slot: tree, ...tolerant },
    ];
  };
  const isMounted = (target: string): boolean => scope.spec.mounts.some((entry) => entry.target === target);
  return [
    ...(scope.spec.autoMounts.proc === undefined && !isMounted("proc") ? mount("proc", "/proc", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, false) : []),
    ...(isMounted("dev/shm") ? [] : mount("tmpfs", "/dev/shm", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, false)),
    ...(isMounted("dev/mqueue") ? [] : mount("mqueue", "/dev/mqueue", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, false)),
  ];
}

function stdioOf({ terminals, inputs, isExecute }: Container): Stdio {
  if (isExecute && !inputs.isDaemon) return { kind: "caller", ...(terminals.console === undefined ? {} : { slot: terminals.console }) };
  if (terminals.console !== undefined) return { kind: "console", slot: terminals.console };
  return inputs.isDaemon ? { kind: "null" } : { kind: "caller" };
}

/** Everything up to the last barrier, and what runs behind it. */
export function planChild(container: Container): readonly Op[] {
  const { scope, root, namespaces, terminals, isExecute, inputs } = container;
  const { ops, rest } = settle(container);
  const label = planLabel(scope, inputs.apparmor, isExecute);
  return [
    ...ops,
    ...planDevDirectory(scope, root),
    // another's network too, where it belongs to the ids that are shared with it
    ...rest(planAutoMounts(scope, root, namespaces.has("net") || (inputs.share.net !== undefined && inputs.share.user !== undefined))),
    ...planCgroupMounts(scope, root, { names: container.cgroups.names, hasNamespace: namespaces.has("cgroup"), hasSysAdmin: hasSysAdmin(scope) }),
    ...hook(container, "mount"), ...hook(container, "autodev"),
    ...planDevices(scope, root), ...planBootId(scope, root), ...terminals.child,
    ...label.open, ...sealRootfs(scope, root), ...enterRootfs(scope, root), ...keepSharedDependent(scope), ...programMounts(container),
    ...planCoreScheduling(scope), ...planPersonality(scope), ...planCapabilities(scope), ...label.set, ...planNoNewPrivs(scope), ...planSeccomp(scope, inputs.seccomp), ...hook(container, "start"),
    ...planStdio(scope, stdioOf(container)), ...becomeInit(scope, container.keepsGroups),
    { op: "post", from: FROM, number: READY, note: "the container is set up" }, { op: "await", from: FROM, number: GO, note: "start-host hooks are done" },
    isExecute ? runBelowInit(scope, inputs.command) : execInit(scope, inputs.command),
  ];
}
