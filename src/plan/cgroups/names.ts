// Owns where a container's cgroups lie, in every hierarchy alike, and what the two versions share.
import { withoutSlashes } from "../../linux/slashes.ts";
import type { Op } from "../../isa/op.ts";
import type { CgroupHierarchy } from "../../model/facts.ts";
import type { Origin } from "../../model/origin.ts";
import { byDefault } from "../../model/origin.ts";
import type { CgroupFile, ContainerSpec, Sourced } from "../../model/spec.ts";
import type { Scope } from "../scope.ts";

/** Paths relative to a hierarchy's base. */
export interface CgroupNames {
  readonly monitor: string;
  /** Carries the limits. */
  readonly payload: string;
  /** What init is put into: the payload, or a directory in it (lxc.cgroup.dir.container.inner). */
  readonly inner: string;
  readonly from: Origin;
}

/** What one hierarchy contributes to a start. Each list belongs to one moment of the monitor's life. */
export interface CgroupPart {
  readonly hierarchy: CgroupHierarchy;
  /** The directory below which everything is put. */
  readonly base: string;
  /** The monitor's directory, and the monitor in it. */
  readonly monitor: readonly Op[];
  /** The payload's directory, and on v1 limits in it. */
  readonly payload: readonly Op[];
  /** The child's own first steps: into its cgroup, where clone(2) has not put it there. */
  readonly join: readonly Op[];
  /** When the child is set up: device rules, so that it could still make nodes; on v2 controllers and limits,
   * because they are handed down only where no process is left, and the planner has ended by then. */
  readonly late: readonly Op[];
  /** A file that the monitor writes "0" to once nobody waits for it any more. */
  readonly laterMonitor?: string;
  /** What the container's root must own to manage its own subtree: paths, and whether they must exist. */
  readonly delegate: () => readonly { readonly path: string; readonly isOptional: boolean }[];
  /** Directories made, outermost first. */
  readonly directories: readonly string[];
}

export type Limit = Sourced<CgroupFile>;

export const writeLimit = (directory: string, { value: { file, value, mayBeMissing }, from }: Limit): Op => ({ op: "writeFile", from, path: `${directory}/${file}`, data: value, ...(mayBeMissing === true ? { onError: ["ENOENT"] } : {}) });

const joined = (...parts: readonly (string | undefined)[]): string => parts.filter((part) => part !== undefined && part !== "").join("/");

/** A name that is in use gets a number behind it, as in LXC. */
const ATTEMPTS = 31;
const suffixOf = (attempt: number): string => (attempt === 0 ? "" : `-${attempt}`);

function namesWith(spec: ContainerSpec, suffix: string): CgroupNames {
  const { name, cgroup } = spec;
  if (cgroup.pattern !== undefined) {
    const above = cgroup.pattern.value.replaceAll("%n", name).replace(/\/+$/, "");
    return { payload: `${above}/payload${suffix}`, monitor: `${above}/monitor${suffix}`, inner: `${above}/payload${suffix}`, from: cgroup.pattern.from };
  }
  const [payload, monitor] = [`lxc.payload.${name}${suffix}`, `lxc.monitor.${name}${suffix}`];
  const container = cgroup.containerDir?.value ?? joined(cgroup.dir?.value, payload);
  const from = cgroup.containerDir?.from ?? cgroup.dir?.from ?? byDefault("lxc.cgroup.dir");
  return { payload: container, monitor: cgroup.monitorDir?.value ?? joined(cgroup.dir?.value, monitor), inner: joined(container, cgroup.containerInnerDir?.value), from };
}

/** What to look for on the host: the names of each choice, asked for one by one, as the first is nearly always free. Names that the config gives in full are taken as they are. */
export function cgroupCandidates(spec: ContainerSpec): (attempt: number) => readonly string[] | undefined {
  return (attempt) => {
    if (spec.cgroup.containerDir !== undefined || attempt >= ATTEMPTS) return undefined;
    const { monitor, payload } = namesWith(spec, suffixOf(attempt));
    return [monitor, payload];
  };
}

function firstNames(spec: ContainerSpec, isRight: (names: CgroupNames) => boolean): CgroupNames | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const names = namesWith(spec, suffixOf(attempt));
    if (isRight(names)) return names;
  }
  return undefined;
}

export function cgroupNames({ spec, facts }: Scope, isReboot: boolean): CgroupNames {
  const { taken = [], self } = facts.cgroups;
  // the monitor of the run that ends is in its cgroup still, and hands its names on
  const own = isReboot ? firstNames(spec, ({ monitor }) => self.split("\n").some((line) => line.endsWith(`/${monitor}`))) : undefined;
  return own ?? firstNames(spec, ({ monitor, payload }) => !taken.includes(monitor) && !taken.includes(payload)) ?? namesWith(spec, "");
}

/** LXC's place for a monitor that has to leave its cgroup. */
export const PIVOT = "/lxc.pivot";

/** An ordinary user's containers lie below his own cgroup; a monitor that plans the next start is one deeper than its caller was: in its own, or where it has left that. */
export function ownBase(hierarchy: CgroupHierarchy, names: CgroupNames, isReboot: boolean): CgroupHierarchy {
  const deeper = [`/${names.monitor}`, PIVOT].find((one) => isReboot && hierarchy.base.endsWith(one));
  return deeper !== undefined ? { ...hierarchy, base: hierarchy.base.slice(0, -deeper.length) || "/" } : hierarchy;
}

/** The directory below which everything of a hierarchy is put. */
export function basePath(hierarchy: CgroupHierarchy): string {
  if (hierarchy.base === "/" && !hierarchy.mountpoint.includes("//")) return withoutSlashes(hierarchy.mountpoint);
  const path = `${hierarchy.mountpoint}/${hierarchy.base}`.replace(/\/+/g, "/");
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

/** The file that says whether the container is frozen, cgroups(7): v1's where it has the freezer. */
export function freezerFile(parts: readonly CgroupPart[], names: CgroupNames): string | undefined {
  const legacy = parts.find(({ hierarchy }) => hierarchy.controllers.includes("freezer"));
  const part = legacy ?? parts.find(({ hierarchy }) => hierarchy.version === 2);
  return part === undefined ? undefined : `${basePath(part.hierarchy)}/${names.payload}/${legacy === undefined ? "cgroup.events" : "freezer.state"}`;
}

/** What the monitor is told of one hierarchy, engine/cgroups.c. */
export function placeOption({ hierarchy }: CgroupPart, names: CgroupNames): string {
  const below = basePath(hierarchy).slice(hierarchy.mountpoint.length);
  return `place=${[hierarchy.version, hierarchy.controllers.join(","), hierarchy.mountpoint, `${below}/${names.payload}`, `${below}/${names.inner}`].join("\n")}`;
}

/** Below the hierarchy's mount point, where init is put. */
export const rootPath = ({ hierarchy }: CgroupPart, names: CgroupNames): string => `${basePath(hierarchy).slice(hierarchy.mountpoint.length)}/${names.inner}`;

/** `a/b/c`: `a`, `a/b`, `a/b/c`. */
export const ancestry = (path: string): readonly string[] => path.split("/").map((_, i, all) => all.slice(0, i + 1).join("/"));

/** A directory and those above it that are missing; all of them go when the container does. */
export function makeCgroup(base: string, relative: string, from: Origin): readonly Op[] {
  return ancestry(relative).map((part, i, all): Op => {
    const path = `${base}/${part}`;
    const isOwn = i === all.length - 1;
    // shared parents (lxc.cgroup.dir) go with their last container
    const undo: Op = isOwn ? { op: "removeTree", from, path } : { op: "unlink", from, path, flags: 0x200, onError: ["EBUSY", "ENOTEMPTY", "ENOENT"] };
    return { op: "mkdir", from, path, mode: 0o755, undo: [undo] };
  });
}

/** Self (0) into a cgroup of v2. The kernel waits for all processors before it moves a process, 5 to 12 ms. */
export const enter = (directory: string, from: Origin): Op => ({ op: "writeFile", from, path: `${directory}/cgroup.procs`, data: "0" });

/** Self (0) into a cgroup of v1. A thread that moves itself needs none of that wait, and here a process is one thread. */
export const enterV1 = (directory: string, from: Origin): Op => ({ op: "writeFile", from, path: `${directory}/tasks`, data: "0" });

/** With the steps out of the monitor's directory, which come before it is removed. */
export const leaving = (op: Op, directory: string, leave: readonly Op[]): Op => ({ ...op, undo: [...leave, { op: "removeTree", from: op.from, path: directory }] });

/** The controller that a limit's file belongs to. */
export const controllerOf = (file: string): string => file.slice(0, Math.max(0, file.indexOf(".")));
