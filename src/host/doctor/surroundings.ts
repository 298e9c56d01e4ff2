// Owns what the doctor looks at rather than tries: tools, security modules, the user's session, and where his cgroups are.
import { accessSync, constants, existsSync, rmdirSync } from "node:fs";
import type { CgroupHierarchy, HostFacts } from "../../model/facts.ts";
import { programPath } from "../probe/program.ts";
import { readText } from "../read-text.ts";

function isWritable(path: string): boolean {
  try { accessSync(path, constants.W_OK | constants.X_OK); return true; } catch { return false; }
}

/** This session's own processes are in it: v2 hands no controllers down there. A start leaves it, or gets a scope from the manager. */
const isOccupied = ({ version, mountpoint, base }: CgroupHierarchy): boolean => version === 2 && (readText(`${mountpoint}${base}/cgroup.procs`) ?? "") !== "";

/** Where a container of the user gets its cgroup: this session's own, his manager's, or the tree of berth setup. */
function placed(hierarchy: CgroupHierarchy, user: string, uid: number): CgroupHierarchy {
  const bases = [`/user.slice/user-${uid}.slice/user@${uid}.service`, `/berth/${user}`];
  const base = bases.find((path) => isWritable(`${hierarchy.mountpoint}${path}`));
  if ((hierarchy.isWritable && !isOccupied(hierarchy)) || base === undefined) return hierarchy;
  const text = (file: string): string => (readText(`${hierarchy.mountpoint}${base}/${file}`) ?? "").trim();
  return {
    ...hierarchy, base, isWritable: true,
    ...(hierarchy.version === 2 ? { controllers: text("cgroup.controllers").split(/\s+/).filter((name) => name !== "") } : {}),
    ...(hierarchy.controllers.includes("cpuset") && hierarchy.version === 1 ? { cpusetCpus: text("cpuset.cpus"), cpusetMems: text("cpuset.mems") } : {}),
  };
}
/** On v2 what the host has and did not hand down here is tried, too, and told. */
function withTheHosts(hierarchy: CgroupHierarchy): CgroupHierarchy {
  if (hierarchy.version === 1) return hierarchy;
  const all = (readText(`${hierarchy.mountpoint}/cgroup.controllers`) ?? "").trim().split(/\s+/).filter((name) => name !== "");
  return { ...hierarchy, controllers: [...new Set([...hierarchy.controllers, ...all])] };
}
export const placedFacts = (facts: HostFacts, user: string): HostFacts =>
  (facts.caller.euid === 0 ? facts : { ...facts, cgroups: { ...facts.cgroups, hierarchies: facts.cgroups.hierarchies.map((hierarchy) => withTheHosts(placed(hierarchy, user, facts.caller.euid))) } });

/** What a trial that was killed left. */
export function removeCgroup(path: string): void {
  try { rmdirSync(path); } catch { /* it is not there */ }
}

export interface Confinement { readonly profile?: string; readonly restrictsUserns: boolean; readonly hasParser: boolean; readonly selinux?: "enforcing" | "permissive" }
export function confinement(): Confinement {
  const profile = (readText("/proc/self/attr/apparmor/current") ?? readText("/proc/self/attr/current") ?? "").replace(/[\0\n]+$/, "");
  const selinux = readText("/sys/fs/selinux/enforce")?.trim();
  return {
    ...(profile === "" ? {} : { profile }), restrictsUserns: readText("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")?.trim() === "1",
    hasParser: programPath("apparmor_parser") !== undefined,
    ...(selinux === undefined ? {} : { selinux: selinux === "1" ? "enforcing" : "permissive" }),
  };
}

export const isSystemd = (): boolean => existsSync("/run/systemd/system");
export const isLingering = (user: string): boolean => existsSync(`/var/lib/systemd/linger/${user}`);
