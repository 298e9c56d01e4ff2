// Owns how many processes of a container the kernel has killed for want of memory, by the cgroups of its record.
import { parseKeyed } from "../../linux/cgroup-counters.ts";
import { readText } from "../read-text.ts";

/** Undefined: nobody counts them. */
export function oomKillsOf(cgroups: readonly string[]): bigint | undefined {
  const counts = cgroups.flatMap((directory) => ["memory.events", "memory.oom_control"].flatMap((file) => parseKeyed(readText(`${directory}/${file}`) ?? "").get("oom_kill") ?? []));
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0n);
}
