// Owns a container's cgroups in one hierarchy of cgroup v1.
import type { Op } from "../../isa/op.ts";
import type { CgroupHierarchy } from "../../model/facts.ts";
import { byDefault } from "../../model/origin.ts";
import type { Scope } from "../scope.ts";
import { isRoot } from "../scope.ts";
import type { CgroupNames, CgroupPart, Limit } from "./names.ts";
import { ancestry, basePath, controllerOf, enterV1, makeCgroup, writeLimit } from "./names.ts";

/** A new cpuset has no cpus and no memory nodes, and takes no process before it has. */
function initCpuset(hierarchy: CgroupHierarchy, directories: readonly string[], own: readonly Limit[] = []): readonly Op[] {
  if (!hierarchy.controllers.includes("cpuset")) return [];
  const from = byDefault("cpuset of the parent");
  const wished = (file: string): string | undefined => own.findLast((limit) => limit.value.file === file)?.value.value;
  return directories.flatMap((part) => {
    const directory = `${basePath(hierarchy)}/${part}`;
    const set = (file: string, value: string | undefined): readonly Op[] => (value === undefined || value === "" ? [] : [{ op: "writeFile", from, path: `${directory}/${file}`, data: value }]);
    return [...set("cgroup.clone_children", "1"), ...set("cpuset.cpus", wished("cpuset.cpus") ?? hierarchy.cpusetCpus), ...set("cpuset.mems", wished("cpuset.mems") ?? hierarchy.cpusetMems)];
  });
}

const isDevice = (limit: Limit): boolean => controllerOf(limit.value.file) === "devices";

/** memory.memsw must not be below memory: the kernel refuses them in the wrong order. */
const inOrder = (limits: readonly Limit[]): readonly Limit[] => {
  const isSwap = (limit: Limit): boolean => limit.value.file.startsWith("memory.memsw");
  return [...limits.filter((limit) => !isSwap(limit)), ...limits.filter(isSwap)];
};

function monitorOps(base: string, hierarchy: CgroupHierarchy, { monitor, from }: CgroupNames, isTogether: boolean): readonly Op[] {
  const cpuset = initCpuset(hierarchy, ancestry(monitor));
  return isTogether ? cpuset : [...makeCgroup(base, monitor, from), ...cpuset, { ...enterV1(`${base}/${monitor}`, from), undo: [enterV1(base, from)] }];
}

/** `isTogether`: directories and the ways into them are made for all hierarchies at once. */
export function planV1(scope: Scope, hierarchy: CgroupHierarchy, names: CgroupNames, isTogether: boolean): CgroupPart {
  const base = basePath(hierarchy);
  const payload = `${base}/${names.payload}`;
  const inner = `${base}/${names.inner}`;
  const monitor = `${base}/${names.monitor}`;
  const own = scope.spec.cgroup.v1.filter((limit) => hierarchy.controllers.includes(controllerOf(limit.value.file)));
  const write = (limit: Limit): Op => writeLimit(payload, limit);
  const { from } = names;
  return {
    hierarchy, base,
    // a user may often not write the base's own cgroup.procs, so the monitor could not get out again: it stays where it was started
    monitor: isRoot(scope.facts) ? monitorOps(base, hierarchy, names, isTogether) : [],
    payload: [
      // the limits first: a parent's cpus cannot become fewer than its child has
      ...(isTogether ? [] : makeCgroup(base, names.payload, from)), ...initCpuset(hierarchy, ancestry(names.payload)), ...inOrder(own.filter((limit) => !isDevice(limit))).map(write),
      ...(names.inner === names.payload ? [] : [...makeCgroup(payload, names.inner.slice(names.payload.length + 1), from), ...initCpuset(hierarchy, [names.inner], own)]),
    ],
    join: isTogether ? [] : [enterV1(inner, from)],
    // the kernel takes them from root alone, wherever the cgroup is delegated to: checkCgroups says so
    late: isRoot(scope.facts) ? own.filter(isDevice).map(write) : [],
    delegate: () => [inner, `${inner}/cgroup.procs`].map((path) => ({ path, isOptional: false })).concat({ path: `${inner}/tasks`, isOptional: true }),
    directories: isRoot(scope.facts) ? [monitor, payload] : [payload],
  };
}
