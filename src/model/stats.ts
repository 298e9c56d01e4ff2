// Owns ContainerStats: what a running container has used, the same numbers whichever version of cgroups counts them.
import type { State } from "./state.ts";

/** Reads, writes and all of it (discards, too): bytes or operations. */
export interface Transfers { readonly reads: bigint; readonly writes: bigint; readonly total: bigint }
/** Share of the time (percent, over 10, 60, 300 seconds) in which some, or all, of its processes waited for a resource. */
export interface PressureLine { readonly avg10: number; readonly avg60: number; readonly avg300: number; readonly totalMicroseconds: bigint }
export interface Pressure { readonly some: PressureLine; readonly full?: PressureLine }

/** Counters of its cgroups. Absent: the kernel does not count it, or not for this container. */
export interface CgroupCounters {
  readonly cpuNanoseconds?: bigint;
  readonly cpuUserNanoseconds?: bigint;
  readonly cpuSystemNanoseconds?: bigint;
  /** Periods in which its quota was used up, and how long it then waited. */
  readonly cpuThrottledPeriods?: bigint;
  readonly cpuThrottledNanoseconds?: bigint;
  readonly memoryBytes?: bigint;
  readonly memoryAnonBytes?: bigint;
  readonly memoryFileBytes?: bigint;
  readonly memoryPeakBytes?: bigint;
  /** Absent: none. */
  readonly memoryLimitBytes?: bigint;
  readonly swapBytes?: bigint;
  /** Memory and swap in one, as v1 counts it. */
  readonly memoryAndSwapBytes?: bigint;
  readonly kmemBytes?: bigint;
  /** Processes that the kernel has killed for want of memory. */
  readonly oomKills?: bigint;
  readonly blkioBytes?: Transfers;
  readonly blkioOperations?: Transfers;
  readonly pids?: bigint;
  readonly pidsLimit?: bigint;
  readonly pressure?: Readonly<Partial<Record<"cpu" | "memory" | "io", Pressure>>>;
}

export interface LinkTraffic { readonly link: string; readonly txBytes: number; readonly rxBytes: number }

/** What a running container has used so far, the same numbers on cgroup v1 and v2. */
export interface ContainerStats extends CgroupCounters {
  readonly name: string;
  readonly state: State;
  readonly pid: number;
  /** Milliseconds since 1970, when it was read. */
  readonly at: number;
  /** Seconds since 1970. */
  readonly startedAt?: number;
  /** Of its veth pairs, as the container sees them. */
  readonly nics: readonly LinkTraffic[];
}
