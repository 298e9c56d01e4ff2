// Owns reading all that a container's cgroups count: a fixed number of files, however many processes it has.
import { parseBlkioTransfers, parseCount, parseIoTransfers, parseKeyed, parsePressure } from "../../linux/cgroup-counters.ts";
import type { CgroupCounters } from "../../model/stats.ts";
import { readText } from "../read-text.ts";
import type { CgroupPlace } from "./cgroup-usage.ts";

type Found = { readonly [K in keyof CgroupCounters]: CgroupCounters[K] | undefined };
const present = (found: Found): CgroupCounters => Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));

const MICROSECOND = 1000n;
/** What v1 prints for no limit. */
const UNLIMITED = 9223372036854771712n;
const limitOf = (value: bigint | undefined): bigint | undefined => (value === undefined || value >= UNLIMITED ? undefined : value);
const times = (value: bigint | undefined, factor: bigint): bigint | undefined => (value === undefined ? undefined : value * factor);
const sum = (...values: readonly (bigint | undefined)[]): bigint | undefined => (values.includes(undefined) ? undefined : values.reduce<bigint>((all, value) => all + (value ?? 0n), 0n));

function reading(directory: string) {
  const text = (file: string): string | undefined => readText(`${directory}/${file}`);
  return { text, count: (file: string): bigint | undefined => parseCount(text(file)), keyed: (file: string): ReadonlyMap<string, bigint> => parseKeyed(text(file) ?? "") };
}

function pressureOf(directory: string): CgroupCounters["pressure"] {
  const found = (["cpu", "memory", "io"] as const).flatMap((resource) => {
    const pressure = parsePressure(readText(`${directory}/${resource}.pressure`) ?? "");
    return pressure === undefined ? [] : [[resource, pressure] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function unifiedMemory(directory: string): CgroupCounters {
  const { count, keyed } = reading(directory);
  const [stat, current, swap] = [keyed("memory.stat"), count("memory.current"), count("memory.swap.current")];
  const [anon, file] = [stat.get("anon"), stat.get("file")];
  return present({
    memoryBytes: sum(anon, file), memoryAnonBytes: anon, memoryFileBytes: file, memoryPeakBytes: count("memory.peak"), memoryLimitBytes: count("memory.max"),
    swapBytes: swap, memoryAndSwapBytes: sum(current, swap ?? 0n), oomKills: keyed("memory.events").get("oom_kill"),
    kmemBytes: sum(...["kernel_stack", "pagetables", "sock", "slab"].map((key) => (stat.size === 0 ? undefined : stat.get(key) ?? 0n))),
  });
}

function unified(directory: string): CgroupCounters {
  const { text, count, keyed } = reading(directory);
  const cpu = keyed("cpu.stat");
  const io = text("io.stat");
  return present({
    cpuNanoseconds: times(cpu.get("usage_usec"), MICROSECOND), cpuUserNanoseconds: times(cpu.get("user_usec"), MICROSECOND), cpuSystemNanoseconds: times(cpu.get("system_usec"), MICROSECOND),
    cpuThrottledPeriods: cpu.get("nr_throttled"), cpuThrottledNanoseconds: times(cpu.get("throttled_usec"), MICROSECOND),
    ...unifiedMemory(directory), blkioBytes: io === undefined ? undefined : parseIoTransfers(io, "bytes"), blkioOperations: io === undefined ? undefined : parseIoTransfers(io, "ios"),
    pids: count("pids.current"), pidsLimit: count("pids.max"), pressure: pressureOf(directory),
  });
}

/** USER_HZ is 100 on every machine that Linux runs containers on. */
const TICK = 10_000_000n;

function legacyCpu(directory: string): CgroupCounters {
  const { count, keyed } = reading(directory);
  const [user, system] = [count("cpuacct.usage_user"), count("cpuacct.usage_sys")];
  const stat = user === undefined || system === undefined ? keyed("cpuacct.stat") : undefined;
  return present({ cpuNanoseconds: count("cpuacct.usage"), cpuUserNanoseconds: user ?? times(stat?.get("user"), TICK), cpuSystemNanoseconds: system ?? times(stat?.get("system"), TICK) });
}

function legacyMemory(directory: string): CgroupCounters {
  const { count, keyed } = reading(directory);
  const stat = keyed("memory.stat");
  return present({
    memoryBytes: count("memory.usage_in_bytes"), memoryAnonBytes: stat.get("total_rss"), memoryFileBytes: stat.get("total_cache"), memoryPeakBytes: count("memory.max_usage_in_bytes"), memoryLimitBytes: limitOf(count("memory.limit_in_bytes")),
    swapBytes: stat.get("total_swap") ?? stat.get("swap"), memoryAndSwapBytes: count("memory.memsw.usage_in_bytes"), kmemBytes: count("memory.kmem.usage_in_bytes"), oomKills: keyed("memory.oom_control").get("oom_kill"),
  });
}

function legacyBlkio(directory: string): CgroupCounters {
  const { text } = reading(directory);
  // with the cgroups that the container makes below
  const transfers = (file: string): ReturnType<typeof parseBlkioTransfers> => parseBlkioTransfers(text(`${file}_recursive`) ?? text(file) ?? "");
  return present({ blkioBytes: transfers("blkio.throttle.io_service_bytes"), blkioOperations: transfers("blkio.throttle.io_serviced") });
}

function throttled(directory: string): CgroupCounters {
  const stat = reading(directory).keyed("cpu.stat");
  return present({ cpuThrottledPeriods: stat.get("nr_throttled"), cpuThrottledNanoseconds: stat.get("throttled_time") });
}

function legacyPids(directory: string): CgroupCounters {
  const { count } = reading(directory);
  return present({ pids: count("pids.current"), pidsLimit: count("pids.max") });
}

const LEGACY: Readonly<Record<string, (directory: string) => CgroupCounters>> = { cpuacct: legacyCpu, memory: legacyMemory, blkio: legacyBlkio, cpu: throttled, pids: legacyPids };
const legacy = ({ controllers, directory }: CgroupPlace): CgroupCounters => Object.assign({}, ...controllers.map((controller) => LEGACY[controller]?.(directory) ?? {}));

/** Each hierarchy tells what it counts; on a hybrid host v1's word is the one with a controller behind it. */
export const cgroupCounters = (places: readonly CgroupPlace[]): CgroupCounters =>
  places.toSorted((a, b) => b.version - a.version).reduce<CgroupCounters>((all, place) => ({ ...all, ...(place.version === 2 ? unified(place.directory) : legacy(place)) }), {});
