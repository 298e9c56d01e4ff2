// Owns whether a start has the cgroup it needs where it was called: root and who is in a delegated cgroup have, and pay nothing.
import { readText } from "../host/read-text.ts";
import type { CgroupHierarchy, HostFacts } from "../model/facts.ts";
import type { Problem } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { ContainerSpec } from "../model/spec.ts";

export interface StartWish { readonly isDaemon: boolean; readonly isReboot: boolean; readonly isExplained?: boolean }
export interface Seated { readonly facts: HostFacts; readonly problems: readonly Problem[] }

/** What systemd gives away: the unified hierarchy, and on v1 its own. */
const isManaged = ({ version, controllers }: CgroupHierarchy): boolean => version === 2 || controllers.includes("name=systemd");

/** v2 hands controllers down only where no process is left: ours leave, others do not. */
function isCrowded({ version, mountpoint, base, isWritable }: CgroupHierarchy, pids: readonly number[]): boolean {
  if (version !== 2 || !isWritable) return false;
  const inside = (readText(`${mountpoint}${base}/cgroup.procs`) ?? "").split("\n").filter((line) => line !== "").map(Number);
  return inside.some((pid) => !pids.includes(pid));
}

const asksLimits = ({ cgroup }: ContainerSpec): boolean => cgroup.v1.length > 0 || cgroup.v2.length > 0;

function lacks(request: Request, spec: ContainerSpec, facts: HostFacts): boolean {
  const managed = facts.cgroups.hierarchies.filter(isManaged);
  return managed.some(({ isWritable, isElsewhere }) => !isWritable || isElsewhere === true) || (asksLimits(spec) && managed.some((one) => isCrowded(one, [request.pid, process.pid])));
}

/** The facts of the cgroup that the start will be in. `probe` looks again, after the caller's process has been moved. */
export async function seat(request: Request, spec: ContainerSpec, wish: StartWish, probe: (request: Request) => HostFacts): Promise<Seated> {
  const facts = probe(request);
  if (request.euid === 0 || wish.isReboot) return { facts, problems: [] };
  const isLacking = lacks(request, spec, facts);
  if (!isLacking && facts.cgroups.hierarchies.every(({ isWritable }) => isWritable)) return { facts, problems: [] };
  if (wish.isExplained === true) {
    const { expected } = await import("./expected-scope.ts");
    return { facts: isLacking ? expected(request, spec.name, facts) : facts, problems: [] };
  }
  const { climb, lingerWarning, searchOf } = await import("./cgroup-ladder.ts");
  const { isFound, tried, request: moved } = isLacking ? await climb(request, spec.name) : { isFound: false, tried: [], request };
  const found = isFound ? probe(moved) : facts;
  return { facts: { ...found, cgroups: { ...found.cgroups, ...searchOf(found, tried) } }, problems: isFound && wish.isDaemon ? lingerWarning(found, spec.name) : [] };
}
