// Owns a container's cgroups in the unified hierarchy, cgroup v2.
import type { Op, Slot } from "../../isa/op.ts";
import type { Errno } from "../../linux/errno.ts";
import { AT_REMOVEDIR, O_CREAT, O_DIRECTORY, O_NOFOLLOW, O_RDONLY, O_TRUNC } from "../../linux/fs.ts";
import type { CgroupHierarchy } from "../../model/facts.ts";
import { byDefault } from "../../model/origin.ts";
import { BPF_F_ALLOW_MULTI, deviceProgram, parseDeviceRule } from "../../linux/bpf-device.ts";
import type { Scope } from "../scope.ts";
import { isRoot, stateDirectory } from "../scope.ts";
import type { CgroupNames, CgroupPart } from "./names.ts";
import { ancestry, basePath, controllerOf, enter, leaving, makeCgroup, PIVOT, writeLimit } from "./names.ts";

/** What a delegated subtree's owner may write: /sys/kernel/cgroup/delegate of current kernels. */
const DELEGATED = ["cgroup.procs", "cgroup.threads", "cgroup.subtree_control"] as const;
const DELEGATED_IF_THERE = ["memory.oom.group", "memory.reclaim"] as const;

/** A controller that the kernel does not hand down here is passed over: its limits have warned already. */
const NOT_HANDED_DOWN: readonly Errno[] = ["EBUSY", "EOPNOTSUPP", "ENOENT", "EACCES"];

/** Controllers travel down one directory at a time. A user's own cgroup keeps those that it gave at the first start: it may be a unit's,
 * empty by now, and with one more systemd could put no process into it, such as its ExecStop. */
function handDown(hierarchy: CgroupHierarchy, relative: string, isBaseLeft: boolean): readonly Op[] {
  const from = byDefault("cgroup controllers");
  const parents = ["", ...ancestry(relative).slice(0, -1)].slice(Number(isBaseLeft));
  return parents.flatMap((part) => hierarchy.controllers.map((controller): Op => ({
    op: "writeFile", from, path: `${basePath(hierarchy)}${part === "" ? "" : `/${part}`}/cgroup.subtree_control`, data: `+${controller}`, onError: NOT_HANDED_DOWN,
  })));
}

/** Out of the monitor's own cgroup, so that it can be removed: to the base, or where that takes no processes (it has
 * children with controllers) to LXC's lxc.pivot, which stays behind for the next one. */
function leaveMonitor({ spec }: Scope, base: string, names: CgroupNames): readonly Op[] {
  const { monitorPivotDir } = spec.cgroup;
  if (monitorPivotDir !== undefined) {
    const [path, from] = [`${base}/${monitorPivotDir.value}`, monitorPivotDir.from];
    return [{ op: "mkdir", from, path, mode: 0o755, parents: 1 }, enter(path, from)];
  }
  const { from } = names;
  const pivot = `${base}${PIVOT}`;
  return [
    { op: "mkdir", from, path: pivot, mode: 0o755 }, enter(pivot, from),
    { ...enter(base, from), onError: ["EBUSY"] }, { op: "unlink", from, path: pivot, flags: AT_REMOVEDIR, onError: ["EBUSY", "ENOTEMPTY", "ENOENT"] },
  ];
}

/** A delegated cgroup must be left before it hands controllers down; root's monitor moves when the start is over. */
function monitorOps(scope: Scope, base: string, names: CgroupNames): readonly Op[] {
  const path = `${base}/${names.monitor}`;
  const made = makeCgroup(base, names.monitor, names.from);
  const leave = leaveMonitor(scope, base, names);
  if (!isRoot(scope.facts)) return [...made, leaving(enter(path, names.from), path, leave)];
  return made.map((op, i) => (i === made.length - 1 ? leaving(op, path, leave) : op));
}

/** Where the rules of a running container are kept, a line each: the kernel only has their program. */
export const deviceRulesFile = (directory: string): string => `${directory}/devices`;

/** lxc.cgroup2.devices.*: a program on the payload. Root only. */
function deviceRules(scope: Scope, directory: Slot): readonly Op[] {
  const lines = scope.spec.cgroup.v2.filter((limit) => controllerOf(limit.value.file) === "devices");
  const [first] = lines;
  if (first === undefined || !isRoot(scope.facts)) return [];
  const rules = lines.flatMap((limit) => {
    const rule = parseDeviceRule(limit.value.value, limit.value.file === "devices.allow");
    if (rule === undefined) scope.problems.push({ code: "config.value", at: limit.from, text: `'${limit.value.value}' is not a device rule`, remedy: "write TYPE MAJOR:MINOR ACCESS, as in: c 1:3 rwm" });
    return rule ?? [];
  });
  const path = deviceRulesFile(stateDirectory(scope.spec));
  return [
    { op: "bpfDevice", from: first.from, program: [{ hex: deviceProgram(rules) }], cgroup: directory, flags: BPF_F_ALLOW_MULTI, note: `${rules.length} device rules` },
    { op: "writeFile", from: byDefault("device rules"), path, data: lines.map(({ value: { file, value } }) => `${file} ${value}\n`).join(""), flags: O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o644, note: "for lxc-cgroup", undo: [{ op: "unlink", from: byDefault("device rules"), path, onError: ["ENOENT"] }] },
  ];
}

export interface UnifiedPart extends CgroupPart {
  /** The directory that clone(2) puts the child into. */
  readonly directory: Slot;
}

/** `isTogether`: the payload's directory is made with those of the other hierarchies. */
export function planV2(scope: Scope, hierarchy: CgroupHierarchy, names: CgroupNames, { isTogether, isReboot }: { readonly isTogether: boolean; readonly isReboot: boolean }): UnifiedPart {
  const base = basePath(hierarchy);
  const [payload, inner, monitor] = [`${base}/${names.payload}`, `${base}/${names.inner}`, `${base}/${names.monitor}`];
  const { from } = names;
  const directory = scope.slots.take();
  const limits = scope.spec.cgroup.v2.filter((limit) => hierarchy.controllers.includes(controllerOf(limit.value.file)) || controllerOf(limit.value.file) === "cgroup");
  return {
    hierarchy, base, directory,
    monitor: monitorOps(scope, base, names),
    payload: [
      ...(isTogether ? [] : makeCgroup(base, names.payload, from)), ...(names.inner === names.payload ? [] : makeCgroup(payload, names.inner.slice(names.payload.length + 1), from)),
      { op: "open", from, path: inner, flags: O_RDONLY | O_DIRECTORY, into: directory },
    ],
    join: [], ...(isRoot(scope.facts) ? { laterMonitor: `${monitor}/cgroup.procs` } : {}),
    late: [...handDown(hierarchy, names.inner, isReboot && !isRoot(scope.facts)), ...limits.map((limit) => writeLimit(payload, limit)), ...deviceRules(scope, directory)],
    delegate: () => [
      { path: inner, isOptional: false }, ...DELEGATED.map((file) => ({ path: `${inner}/${file}`, isOptional: false })),
      ...DELEGATED_IF_THERE.map((file) => ({ path: `${inner}/${file}`, isOptional: true })),
    ],
    directories: [monitor, payload],
  };
}
