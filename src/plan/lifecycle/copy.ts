// Owns the plans of a copy: a root file system copied file by file, and what is done in it once it is mounted.
import type { Op, Plan, Slot } from "../../isa/op.ts";
import { CLONE_NEWNS } from "../../linux/clone.ts";
import { O_NONBLOCK, O_TRUNC, RENAME_EXCHANGE } from "../../linux/fs.ts";
import type { IdMapEntry } from "../../linux/idmap.ts";
import { SIGKILL } from "../../linux/signals.ts";
import type { HostFacts } from "../../model/facts.ts";
import { byDefault, byOption, type Origin } from "../../model/origin.ts";
import type { ContainerSpec } from "../../model/spec.ts";
import type { BlockPlace } from "../../model/storage.ts";
import { planHooks } from "../hooks.ts";
import { lockImage } from "../image-lock.ts";
import { detachFromHost, planRootfs, rootfsTarget } from "../rootfs.ts";
import { idmapOf, isRoot, newScope } from "../scope.ts";
import { confineOps } from "../storage/dir.ts";
import { onMounted, readOps, type ReadPlace } from "../storage/mounted.ts";
import { convertImage, unusedImage } from "../storage/qemu.ts";
import { toolOp } from "../storage/tool.ts";
import { usernsOps, withSelf } from "../usernsexec.ts";
import { inside, type Made } from "./create.ts";

const from = byOption("--newname");
const [TARGET, SOURCE] = [2, 3];

export interface CopyInputs {
  readonly source: ReadPlace;
  /** Absolute path of an empty directory. */
  readonly to: string;
  /** What is mounted there first: the copy does not lie in a directory. */
  readonly block?: BlockPlace;
  /** Layers of a container with ids of its own keep their marks as user.*. */
  readonly isMapped: boolean;
  /** An ordinary user takes on these ids; root has all rights as it is, and copies ids as they are. */
  readonly idmap: readonly IdMapEntry[];
  /** Of a whole root file system: written to its /etc/hostname where there is one. */
  readonly hostname?: string | undefined;
}

const nameOps = (root: Slot, hostname: string | undefined): readonly Op[] =>
  (hostname === undefined ? [] : [{ op: "writeFile", from: byDefault("lxc.uts.name"), at: root, path: "etc/hostname", data: `${hostname}\n`, flags: O_TRUNC | O_NONBLOCK, onError: ["ENOENT", "ENOTDIR", "ENXIO", "ELOOP"], note: "only where there is one" }]);

/** Whatever the source holds, only the new directory can be written. */
export function planCopyTree(made: Made, facts: HostFacts, { source, to, block, isMapped, idmap, hostname }: CopyInputs): Plan {
  const read = readOps(source, SOURCE, { isMapped, isRoot: isRoot(facts), from });
  const body: Op[] = [
    ...read.inside, ...confineOps(TARGET, from), { op: "copyTree", source: SOURCE, target: TARGET, from }, ...nameOps(TARGET, hostname), { op: "exitWith", status: 0, from },
  ];
  const ops: readonly Op[] = [
    { op: "joinParent", signal: SIGKILL, from }, ...read.before, { op: "chdir", path: to, from },
    ...inside(facts, { idmap: isRoot(facts) ? [] : idmap, name: "copier", from, early: read.early }, body), ...read.after, { op: "exitWith", child: 1, from },
  ];
  return onMounted({ verb: "copy", ...made, ops }, block, to, from);
}

/** An image as it is, blocks shared where the file system can, holes kept; while it is mounted it is no whole file system. `format`: of qemu's. */
export function planCopyImage(made: Made, image: string, to: string, format?: string): Plan {
  const copy = format === undefined ? [lockImage(image, 0, from), toolOp(["cp", "--reflink=auto", "--sparse=always", "--preserve=mode,ownership,timestamps", image, to], from)] : [convertImage(image, to, { format, from })];
  return { verb: "copy", ...made, ops: [{ op: "joinParent", signal: SIGKILL, from }, ...copy] };
}

/** What storage needs is made, by whoever copies. */
export const planMake = (made: Made, verb: string, ops: readonly Op[]): Plan => ({ verb, ...made, ops });

/** The same by who owns what it is made of: an ordinary user as root of the container. */
export function planMakeMapped(made: Made, facts: HostFacts, { verb, idmap, ops }: { readonly verb: string; readonly idmap: readonly IdMapEntry[]; readonly ops: readonly Op[] }): Plan {
  if (isRoot(facts) || idmap.length === 0) return planMake(made, verb, ops);
  const userns = usernsOps(facts, { idmap: withSelf(facts, idmap).idmap, flags: 0, name: "maker", from, pid: 0, uid: 0, gid: 0, body: [...ops, { op: "exitWith", status: 0, from }] });
  return planMake(made, verb, [...userns, { op: "exitWith", child: 0, from }]);
}

export interface ExchangeInputs {
  /** Two directories, or images, that take each other's place. */
  readonly now: string;
  readonly then: string;
  /** They are images: who mounts the one that goes now would lose what it writes. */
  readonly isImage?: boolean;
  /** Of an image of qemu's. */
  readonly format?: string;
  /** A file that replaces another. */
  readonly config: { readonly from: string; readonly to: string };
  readonly idmap: readonly IdMapEntry[];
  readonly at: Origin;
}

/** Another root file system and its config take their places, one straight after the other; or neither does. A directory's
 * owner alone may move it: an ordinary user takes on the container's ids beside its own. */
export function planExchange(made: Made, facts: HostFacts, { now, then, config, idmap, at, isImage = false, format }: ExchangeInputs): Plan {
  const exchange = (a: string, b: string): Op => ({ op: "rename", path: a, to: b, flags: RENAME_EXCHANGE, from: at });
  const ops: readonly Op[] = [...(format !== undefined ? [unusedImage(now, format, at)] : isImage ? [lockImage(now, 0, at)] : []), { ...exchange(then, now), undo: [exchange(now, then)] }, { op: "rename", path: config.from, to: config.to, from: at }];
  if (isRoot(facts) || idmap.length === 0) return { verb: "restore", ...made, ops };
  const userns = usernsOps(facts, { idmap: withSelf(facts, idmap).idmap, flags: 0, name: "exchange", from: at, pid: 0, uid: 0, gid: 0, body: [...ops, { op: "exitWith", status: 0, from: at }] });
  return { verb: "restore", ...made, ops: [...userns, { op: "exitWith", child: 0, from: at }] };
}

export interface FinishInputs {
  /** Written to /etc/hostname where there is one. */
  readonly hostname?: string;
  readonly sourceName: string;
  readonly hookArgs: readonly string[];
}

/** Where the root file system is held while it is finished. */
const [ROOT, FINISHER] = [0, 1];

/** The copy's root file system mounted where nobody else sees it: its name is written, its clone hooks run. As in LXC an
 * ordinary user does it as root of the container, root as itself. */
export function planFinishCopy(spec: ContainerSpec, facts: HostFacts, { hostname, sourceName, hookArgs }: FinishInputs): Plan {
  const idmap = isRoot(facts) ? [] : idmapOf(spec);
  const scope = newScope(isRoot(facts) ? { ...spec, idmap: [] } : spec, facts);
  for (const slot of [ROOT, FINISHER]) if (scope.slots.take() !== slot) throw new Error("slots of a new scope begin at 0");
  const rootfs = planRootfs(scope, ROOT);
  const hooks = planHooks(scope, { name: "clone", rootfsMount: rootfsTarget(scope), args: hookArgs, env: [`LXC_SRC_NAME=${sourceName}`] });
  const after: Op[] = [...rootfs.late, ...nameOps(ROOT, hostname), ...hooks, { op: "exitWith", status: 0, from }];
  const before: Op[] = [{ op: "joinParent", signal: SIGKILL, from }, detachFromHost(), ...rootfs.early];
  const child: readonly Op[] = idmap.length === 0
    ? [{ op: "clone", flags: CLONE_NEWNS, name: "finish", pid: FINISHER, body: [...before, ...after], from }]
    : usernsOps(facts, { idmap, flags: CLONE_NEWNS, name: "finish", from, pid: FINISHER, uid: 0, gid: 0, body: after, early: before });
  return { verb: "copy", name: spec.name, lxcpath: spec.lxcpath, ops: [...rootfs.monitor, ...child, ...rootfs.mapped(FINISHER), { op: "exitWith", child: FINISHER, from }] };
}
