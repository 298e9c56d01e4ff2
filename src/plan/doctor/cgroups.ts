// Owns the trials of cgroups: a cgroup is made where the caller's containers get theirs, a limit of each controller written in it.
import type { Op } from "../../isa/op.ts";
import { deviceProgram, BPF_F_ALLOW_MULTI } from "../../linux/bpf-device.ts";
import { O_DIRECTORY, O_RDONLY } from "../../linux/fs.ts";
import type { CgroupHierarchy } from "../../model/facts.ts";
import { from, SLOT, type Patient, type Trial } from "./trial.ts";

/** What is written to show that a controller takes limits: first the file of v1, then that of v2. */
const FILES: Readonly<Record<string, readonly [v1: string, v2: string, value: string, loses: string]>> = {
  memory: ["memory.limit_in_bytes", "memory.max", "1073741824", "memory limits and usage"],
  pids: ["pids.max", "pids.max", "1000", "limits of processes"],
  cpu: ["cpu.shares", "cpu.weight", "512", "shares and quotas of processor time"],
  cpuset: ["cpuset.cpus", "cpuset.cpus", "", "pinning to processors"],
  io: ["", "io.weight", "default 100", "shares and limits of disk bandwidth"],
  blkio: ["blkio.throttle.read_bps_device", "", "", "shares and limits of disk bandwidth"],
  freezer: ["freezer.state", "", "THAWED", "lxc-freeze"],
  cpuacct: ["cpuacct.usage", "", "0", "measured processor time"],
  devices: ["devices.allow", "", "c 1:3 rwm", "device rules"],
};
const ROOTS_ALONE = "only root's containers have it; an id map keeps devices from being made at all";

const directoryOf = ({ mountpoint, base }: CgroupHierarchy): string => (base === "/" ? mountpoint : `${mountpoint}${base}`);
/** One for each trial: they run side by side. */
const cgroupFor = (hierarchy: CgroupHierarchy, { mark }: Patient, id: string): string => `${directoryOf(hierarchy)}/berth-doctor-${mark}.${id}`;

interface Wish { readonly controller: string; readonly file: string; readonly value: string; readonly loses: string }
const made = (path: string): Op => ({ op: "mkdir", path, mode: 0o755, from, undo: [{ op: "removeTree", path, from }] });

function trial(hierarchy: CgroupHierarchy, patient: Patient, { id, title, costs, ops }: Pick<Trial, "id" | "title" | "costs"> & { readonly ops: (path: string) => readonly Op[] }): Trial {
  const path = cgroupFor(hierarchy, patient, id);
  return {
    id, group: "cgroups", title, costs, isNeeded: false, leaves: path, where: { kind: "host" }, ops: [made(path), ...ops(path), { op: "removeTree", path, from }],
    remedy: patient.isRoot ? "mount the cgroup file systems writable: this session is in a container itself" : patient.setup,
  };
}

function limitTrial(hierarchy: CgroupHierarchy, patient: Patient, { controller, file, value, loses }: Wish): Trial {
  const { version, cpusetMems, cpusetCpus } = hierarchy;
  const ready = (path: string): readonly Op[] => (controller === "cpuset" && version === 1 ? [{ op: "writeFile", path: `${path}/cpuset.mems`, data: cpusetMems ?? "0", from }] : []);
  // a cgroup with processes of its own hands nothing down: a start leaves it first, the file's absence tells it here.
  // What is handed down stays so, as after any start: taking it back could take it from a container that starts just now
  const down: readonly Op[] = version === 2 ? [{ op: "writeFile", path: `${directoryOf(hierarchy)}/cgroup.subtree_control`, data: `+${controller}`, from, onError: "ignore" }] : [];
  const write = (path: string): readonly Op[] => (file === "" || (value === "" && controller !== "cpuset") ? [] : [{ op: "writeFile", path: `${path}/${file}`, data: controller === "cpuset" ? cpusetCpus ?? "0" : value, from }]);
  // v2 has rules for devices, too, another way
  const limit = trial(hierarchy, patient, { id: controller === "devices" ? "cgroup.devices.v1" : `cgroup.${controller}`, title: `${controller} limits (cgroup v${version})`, costs: `no ${loses}`, ops: (path) => [...down, ...ready(path), ...write(path)] });
  return controller === "devices" && !patient.isRoot ? { ...limit, remedy: ROOTS_ALONE } : limit;
}

function controllerTrials(hierarchy: CgroupHierarchy, patient: Patient): readonly Trial[] {
  return hierarchy.controllers.flatMap((controller) => {
    const [v1, v2, value, loses] = FILES[controller] ?? [];
    if (v1 === undefined || v2 === undefined || value === undefined || loses === undefined) return [];
    return [limitTrial(hierarchy, patient, { controller, file: hierarchy.version === 1 ? v1 : v2, value, loses })];
  });
}

/** What every cgroup of v2 has, whatever its controllers. */
function unifiedTrials(hierarchy: CgroupHierarchy, patient: Patient): readonly Trial[] {
  const write = (path: string, file: string, data: string): Op => ({ op: "writeFile", path: `${path}/${file}`, data, from });
  const all = [
    trial(hierarchy, patient, { id: "cgroup.freeze", title: "freezing (cgroup v2)", costs: "no lxc-freeze", ops: (path) => [write(path, "cgroup.freeze", "1"), write(path, "cgroup.freeze", "0")] }),
    trial(hierarchy, patient, { id: "cgroup.kill", title: "killing all processes of a cgroup at once", costs: "a stop kills one by one; needs Linux 5.14", ops: (path) => [write(path, "cgroup.kill", "1")] }),
  ];
  const rules = trial(hierarchy, patient, { id: "cgroup.devices", title: "device rules as a BPF program (cgroup v2)", costs: "lxc.cgroup2.devices.* is not applied", ops: (path) => [{ op: "open", path, flags: O_RDONLY | O_DIRECTORY, into: SLOT.first, from }, { op: "bpfDevice", program: [{ hex: deviceProgram([]) }], cgroup: SLOT.first, flags: BPF_F_ALLOW_MULTI, from }] });
  const remedy = patient.isRoot ? "a kernel with CONFIG_CGROUP_BPF" : ROOTS_ALONE;
  return [...all, { ...rules, remedy }];
}

export const cgroupTrials = (hierarchies: readonly CgroupHierarchy[], patient: Patient): readonly Trial[] =>
  hierarchies.flatMap((hierarchy) => [...controllerTrials(hierarchy, patient), ...(hierarchy.version === 2 ? unifiedTrials(hierarchy, patient) : [])]);
