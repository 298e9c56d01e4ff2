// Owns finding the kernel's configuration, what is loaded of it, and how cgroups are mounted.
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { parseKernelConfig, type KernelConfig } from "../../linux/kernel-config.ts";
import { parseCgroupMounts } from "../../linux/proc-mountinfo.ts";
import { readText } from "../read-text.ts";
import { probeKernel } from "./kernel.ts";

const FIRST_CONFIG = "/proc/config.gz";

/** Where distributions put it. */
const places = (release: string): readonly string[] => [
  `/lib/modules/${release}/build/.config`, `/boot/config-${release}`, `/lib/modules/${release}/config`, `/usr/lib/kernel/config-${release}`, `/usr/src/linux-headers-${release}/.config`, "/boot/config",
];

function textOf(path: string): string | undefined {
  try {
    const bytes = readFileSync(path);
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes).toString("latin1") : bytes.toString("latin1");
  } catch {
    return undefined;
  }
}

export interface FoundConfig { readonly path: string; readonly config: KernelConfig; /** Looked for first, and not there. */ readonly missing?: string }

/** `given`: the variable CONFIG. */
export function findKernelConfig(given: string | undefined): FoundConfig | { readonly missing: string } {
  const first = given === undefined || given === "" ? FIRST_CONFIG : given;
  for (const path of [first, ...places(probeKernel().release)]) {
    const text = textOf(path);
    if (text !== undefined) return { path, config: parseKernelConfig(text), ...(path === first ? {} : { missing: first }) };
  }
  return { missing: first };
}

/** Undefined: this kernel has no modules. */
export function loadedModules(): ReadonlySet<string> | undefined {
  const text = readText("/proc/modules");
  return text === undefined ? undefined : new Set(text.split("\n").map((line) => line.split(" ", 1)[0] ?? ""));
}

export interface CgroupMounts { readonly v1: readonly string[]; readonly v2: readonly string[]; /** v1 hierarchies by controller. */ readonly controllers: readonly string[]; readonly hasCloneChildren: boolean }
export function cgroupMounts(): CgroupMounts {
  const mounts = parseCgroupMounts(readText("/proc/self/mountinfo") ?? "");
  const v1 = mounts.filter(({ fstype }) => fstype === "cgroup");
  return {
    v1: v1.map(({ mountpoint }) => mountpoint), v2: mounts.filter(({ fstype }) => fstype === "cgroup2").map(({ mountpoint }) => mountpoint),
    controllers: v1.flatMap(({ superOptions }) => superOptions), hasCloneChildren: v1.some(({ mountpoint }) => existsSync(`${mountpoint}/cgroup.clone_children`)),
  };
}
