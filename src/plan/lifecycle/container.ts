// Owns what all processes of one start agree on: computed once, used by the monitor's list and the child's.
import type { Slot } from "../../isa/op.ts";
import { cgroupNames, ownBase } from "../cgroups/names.ts";
import { writable } from "../cgroups/reach.ts";
import { areTogether, type Cgroups } from "../cgroups/together.ts";
import { planV1 } from "../cgroups/v1.ts";
import type { UnifiedPart } from "../cgroups/v2.ts";
import { planV2 } from "../cgroups/v2.ts";
import { hasSetgroupsDenied } from "../idmap.ts";
import { planMountSources } from "../mounts.ts";
import type { MountPlan } from "../mounts.ts";
import type { NamespacePlan } from "../namespaces.ts";
import { planNamespaces } from "../namespaces.ts";
import type { NetworkPlan } from "../network.ts";
import { planNetwork } from "../network.ts";
import { planRootfs, rootfsTarget } from "../rootfs.ts";
import type { RootfsPlan } from "../rootfs.ts";
import type { ContainerSpec } from "../../model/spec.ts";
import type { Scope } from "../scope.ts";
import { idmapOf } from "../scope.ts";
import type { TerminalPlan } from "../terminals.ts";
import { hasConsolePath, planTerminals } from "../terminals.ts";
import type { StartInputs } from "./inputs.ts";

export interface Container {
  readonly scope: Scope;
  readonly inputs: StartInputs;
  /** lxc-execute: pid 1 is the engine's own loop. */
  readonly isExecute: boolean;
  readonly namespaces: NamespacePlan;
  readonly network: NetworkPlan;
  /** The child waits until its links are there, and its network scripts have run where hooks of its own follow them. */
  readonly awaitsLinks: boolean;
  readonly terminals: TerminalPlan;
  readonly cgroups: Cgroups & { readonly unified?: UnifiedPart };
  /** lxc-start -F on a terminal: the launcher joins that one to a pty, which the monitor has in its place. */
  readonly foreground?: { readonly master: Slot; readonly peer: Slot; readonly escape: number };
  /** lxc.console.path, opened by the monitor. */
  readonly consolePath?: Slot;
  /** setgroups(2) is refused inside. */
  readonly keepsGroups: boolean;
  readonly rootfsMount: string;
  /** The root directory, in the child. */
  readonly root: Slot;
  readonly rootfs: RootfsPlan;
  readonly mounts: MountPlan;
}

function planCgroups(scope: Scope, isReboot: boolean): Container["cgroups"] {
  const names = cgroupNames(scope, isReboot);
  const hierarchies = writable(scope).map((hierarchy) => ownBase(hierarchy, names, isReboot));
  const isTogether = areTogether(scope.spec, names, isReboot);
  const legacy = hierarchies.filter(({ version }) => version === 1).map((hierarchy) => planV1(scope, hierarchy, names, isTogether));
  const unifiedHierarchy = hierarchies.find(({ version }) => version === 2);
  if (unifiedHierarchy === undefined) return { names, parts: legacy, isTogether };
  const unified = planV2(scope, unifiedHierarchy, names, { isTogether, isReboot });
  return { names, parts: [...legacy, unified], unified, isTogether };
}

/** A terminal that can be left: the caller's own, and no other is the console. */
function foregroundOf({ slots, facts }: Scope, { isDaemon, isReboot, escape }: StartInputs, hasPath: boolean): Pick<Container, "foreground"> {
  const { isTty } = facts.caller;
  if (isDaemon || isReboot || escape === undefined || hasPath || !isTty[0] || !isTty[1]) return {};
  return { foreground: { master: slots.take(), peer: slots.take(), escape } };
}

const IN_CHILD = ["pre-mount", "mount", "autodev", "start"] as const;
const hasOrder = ({ nics, hooks }: ContainerSpec): boolean => nics.some(({ scriptUp, type }) => scriptUp !== undefined && type !== "none") && IN_CHILD.some((name) => hooks[name] !== undefined);

export function planContainer(scope: Scope, inputs: StartInputs, isExecute: boolean): Container {
  // what lxc-execute runs in the foreground has the caller's descriptors
  const hasPath = hasConsolePath(scope) && (inputs.isDaemon || !isExecute);
  const own: Pick<Container, "foreground" | "consolePath"> = { ...foregroundOf(scope, inputs, hasPath), ...(hasPath ? { consolePath: scope.slots.take() } : {}) };
  const namespaces = planNamespaces(scope, inputs.share);
  const root = scope.slots.take();
  const network = planNetwork(scope, namespaces.has("net"));
  return {
    scope, inputs, isExecute, namespaces, root, ...own, network, awaitsLinks: network.hasLinks || hasOrder(scope.spec),
    terminals: planTerminals(scope, root, inputs.isReboot ? undefined : own.consolePath),
    cgroups: planCgroups(scope, inputs.isReboot),
    keepsGroups: hasSetgroupsDenied(scope.facts, idmapOf(scope.spec)),
    rootfsMount: rootfsTarget(scope),
    rootfs: planRootfs(scope, root),
    mounts: planMountSources(scope),
  };
}
