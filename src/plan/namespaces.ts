// Owns which namespaces a container gets of its own, and how it joins those of others.
import type { Op, Slot } from "../isa/op.ts";
import { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWTIME, CLONE_NEWUSER, CLONE_NEWUTS } from "../linux/clone.ts";
import { O_RDONLY } from "../linux/fs.ts";
import type { Origin } from "../model/origin.ts";
import { byDefault, byOption } from "../model/origin.ts";
import type { ContainerSpec, NamespaceName } from "../model/spec.ts";
import type { Scope } from "./scope.ts";
import { hasUserns, isRoot } from "./scope.ts";

export interface NamespacePlan {
  /** Made by clone(2) itself. */
  readonly cloneFlags: number;
  /** Made by the child once its ids and its cgroup are right, so that they belong to it. */
  readonly lateFlags: number;
  readonly names: readonly NamespaceName[];
  readonly has: (name: NamespaceName) => boolean;
}

type Shared = Readonly<Partial<Record<NamespaceName, string>>>;

const BITS = {
  user: CLONE_NEWUSER, mnt: CLONE_NEWNS, pid: CLONE_NEWPID, uts: CLONE_NEWUTS, ipc: CLONE_NEWIPC,
  net: CLONE_NEWNET, cgroup: CLONE_NEWCGROUP, time: CLONE_NEWTIME,
} as const satisfies Readonly<Record<NamespaceName, number>>;
const ORDER: readonly NamespaceName[] = ["user", "mnt", "pid", "uts", "ipc", "net", "cgroup", "time"];
/** sysfs ownership of a network namespace and the root of a cgroup namespace are taken when they are made; a time namespace takes offsets only before it is entered. */
const LATE: readonly NamespaceName[] = ["net", "cgroup", "time"];

function isWanted(scope: Scope, name: NamespaceName, shared: Shared): boolean {
  const { spec, facts } = scope;
  if (shared[name] !== undefined) return false;
  const { clone, keep } = spec.namespaces;
  if (keep?.some((entry) => entry.value === name) === true) return false;
  if (clone !== undefined && name !== "user" && name !== "mnt") return clone.some((entry) => entry.value === name);
  switch (name) {
    case "user": return hasUserns(spec);
    case "net": return spec.nics.length === 0 || spec.nics.some((nic) => nic.type !== "none");
    case "cgroup": return facts.hasCgroupNamespace;
    case "time": return facts.hasTimeNamespace && (keep !== undefined || spec.timeOffsets.boot !== undefined || spec.timeOffsets.monotonic !== undefined);
    default: return true;
  }
}

/** A wish that needs a namespace which this kernel does not have. */
function checkTime({ spec, facts, problems }: Scope): void {
  const at = (spec.timeOffsets.boot ?? spec.timeOffsets.monotonic)?.from;
  if (at !== undefined && !facts.hasTimeNamespace) problems.push({ code: "host.feature", at, text: `${at.key} needs a time namespace, and this kernel has none`, remedy: "take the line out, or use Linux 5.6 or newer with CONFIG_TIME_NS" });
}

function checkKept({ spec, problems }: Scope): void {
  const user = spec.namespaces.keep?.find(({ value }) => value === "user");
  if (user !== undefined && hasUserns(spec)) problems.push({ code: "config.conflict", at: user.from, text: "lxc.namespace.keep = user cannot be used together with lxc.idmap", cause: "ids are mapped in a user namespace of its own", remedy: "take one of them out: 'lxc.idmap =' empties what an included file has set" });
}

export function planNamespaces(scope: Scope, shared: Shared): NamespacePlan {
  checkTime(scope);
  checkShared(scope, shared);
  checkKept(scope);
  const names = ORDER.filter((name) => isWanted(scope, name, shared));
  const bits = (list: readonly NamespaceName[]): number => list.reduce((flags, name) => flags | BITS[name], 0);
  return { cloneFlags: bits(names.filter((name) => !LATE.includes(name))), lateFlags: bits(names.filter((name) => LATE.includes(name))), names, has: (name) => names.includes(name) };
}

/** What the kernel would refuse half way, with a word that says nothing. */
function checkShared({ spec, facts, problems }: Scope, shared: Shared): void {
  const [name] = ORDER.filter((one) => shared[one] !== undefined);
  if (name === undefined) return;
  if (shared.user === undefined && !isRoot(facts)) problems.push({ code: "privilege", at: shareOrigin(spec, name), text: `the ${name} namespace of another container can be shared by root only, or together with its user namespace`, cause: "the kernel lets only root of its owner enter it, and a container that a user starts has ids of its own", remedy: "share those ids too: lxc.namespace.share.user, of the same container" });
}

/** Together with a user namespace, which the monitor could not leave again: the child is made in all of them. */
function joinedClone({ slots, spec }: Scope, shared: Shared, clone: CloneOp): readonly Op[] {
  const names = ORDER.filter((name) => shared[name] !== undefined && name !== "mnt");
  const join = names.map(() => slots.take());
  slots.give(...join);
  return [
    ...names.map((name, i): Op => ({ op: "open", from: shareOrigin(spec, name), path: shared[name] ?? "", flags: O_RDONLY, into: join[i] ?? 0, note: `the ${name} namespace that is shared` })),
    { ...clone, join },
    ...join.map((slot, i): Op => ({ op: "close", from: shareOrigin(spec, names[i] ?? "user"), slot })),
  ];
}

type CloneOp = Extract<Op, { readonly op: "clone" }>;

/** Namespaces of another container or process (lxc.namespace.share.*, --share-*). The monitor enters them, since a child with ids
 * of its own may not, and is back at home behind the clone. */
export function shareAround(scope: Scope, shared: Shared, clone: CloneOp): readonly Op[] {
  if (shared.user !== undefined) return joinedClone(scope, shared, clone);
  const names = ORDER.filter((name) => shared[name] !== undefined && name !== "mnt");
  const homes = names.map(() => scope.slots.take());
  const into = scope.slots.take();
  scope.slots.give(into, ...homes);
  const each = (op: (name: NamespaceName, home: Slot, from: Origin) => readonly Op[]): readonly Op[] => names.flatMap((name, i) => op(name, homes[i] ?? into, shareOrigin(scope.spec, name)));
  return [
    ...each((name, home, from) => [
      { op: "open", from, path: `/proc/self/ns/${name}`, flags: O_RDONLY, into: home }, { op: "open", from, path: shared[name] ?? "", flags: O_RDONLY, into },
      { op: "setns", from, slot: into, flags: BITS[name], note: `shares the ${name} namespace` }, { op: "close", from, slot: into },
    ]),
    clone,
    ...each((name, home, from) => [{ op: "setns", from, slot: home, flags: BITS[name], note: "the monitor stays at home" }, { op: "close", from, slot: home }]),
  ];
}

/** The mounts of another are entered by the child itself. */
export function joinShared(scope: Scope, { mnt: path }: Shared): readonly Op[] {
  if (path === undefined) return [];
  const from = shareOrigin(scope.spec, "mnt");
  const into = scope.slots.take();
  scope.slots.give(into);
  return [{ op: "open", from, path, flags: O_RDONLY, into }, { op: "setns", from, slot: into, flags: CLONE_NEWNS, note: "shares the mnt namespace" }];
}

const shareOrigin = (spec: ContainerSpec, name: NamespaceName): Origin => spec.namespaces.share[name]?.from ?? byOption(`--share-${name}`);

/** The child's own step into the namespaces that have to be made late. */
export function lateNamespaces(scope: Scope, plan: NamespacePlan): readonly Op[] {
  if (plan.lateFlags === 0) return [];
  const names = plan.names.filter((name) => LATE.includes(name)).join(" and ");
  const made: Op = { op: "unshare", from: byDefault("namespaces"), flags: plan.lateFlags, note: `${names}: made now, so that it belongs to the container` };
  return [made, ...(plan.has("time") ? timeOffsets(scope) : [])];
}

const SECOND = 1_000_000_000n;

/** Seconds and nanoseconds, the latter never negative: what timens_offsets takes. */
function timerWords(nanoseconds: bigint): string {
  const rest = ((nanoseconds % SECOND) + SECOND) % SECOND;
  return `${(nanoseconds - rest) / SECOND} ${rest}`;
}

/** lxc.time.offset.*: written while nobody has entered the namespace, then it is entered. */
function timeOffsets(scope: Scope): readonly Op[] {
  const { boot, monotonic } = scope.spec.timeOffsets;
  const write = (clock: string, offset: typeof boot): readonly Op[] =>
    (offset === undefined ? [] : [{ op: "writeFile", from: offset.from, path: "/proc/self/timens_offsets", data: `${clock} ${timerWords(offset.value)}\n` }]);
  const from = byDefault("time namespace");
  const into = scope.slots.take();
  scope.slots.give(into);
  return [
    ...write("boottime", boot), ...write("monotonic", monotonic),
    { op: "open", from, path: "/proc/self/ns/time_for_children", flags: O_RDONLY, into },
    { op: "setns", from, slot: into, flags: CLONE_NEWTIME },
  ];
}
