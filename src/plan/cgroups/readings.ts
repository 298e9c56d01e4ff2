// Owns what a cgroup file of one version says where the host has the other: lxc-cgroup reads by either name.
import { amountOf, bfqOfIo, sharesOfWeight, weightOfShares } from "../../linux/cgroup-values.ts";

/** Text of a file of the container's cgroup; undefined: it is not there. */
export type Read = (file: string) => string | undefined;
type Reading = (read: Read) => string | undefined;

/** What v1 prints for no limit: the largest number of pages. */
const UNLIMITED = 9223372036854771712n;
const PAGE_ROUNDED = UNLIMITED - 1n;

const trimmed = (read: Read, file: string): string | undefined => read(file)?.trim();
const number = (text: string | undefined): bigint | undefined => (text !== undefined && /^\d+$/.test(text) ? BigInt(text) : undefined);
const field = (text: string | undefined, key: string): bigint | undefined => number(new RegExp(`^${key} (\\d+)$`, "m").exec(text ?? "")?.[1]);
const shown = (value: bigint | undefined): string | undefined => (value === undefined ? undefined : String(value));
const plus = (a: bigint | undefined, b: bigint | undefined): bigint | undefined => (a === undefined ? undefined : a + (b ?? 0n));

const same = (file: string): Reading => (read) => read(file);
/** `max` as v1's number. */
const legacyLimit = (text: string | undefined): bigint | undefined => {
  const amount = amountOf(text ?? "");
  return amount === "unlimited" ? UNLIMITED : amount;
};
const unifiedLimit = (value: bigint | undefined): string | undefined => (value === undefined ? undefined : value > PAGE_ROUNDED ? "max" : String(value));

const swapLimit: Reading = (read) => {
  const [memory, swap] = [legacyLimit(trimmed(read, "memory.max")), legacyLimit(trimmed(read, "memory.swap.max"))];
  return memory === undefined || swap === undefined ? undefined : String(memory + swap > UNLIMITED ? UNLIMITED : memory + swap);
};
const cpuMax = (index: 0 | 1): Reading => (read) => {
  const word = trimmed(read, "cpu.max")?.split(" ")[index];
  return word === "max" ? "-1" : word;
};
const freezerState: Reading = (read) => {
  const text = read("cgroup.events");
  return text === undefined ? undefined : /^frozen 1$/m.test(text) ? "FROZEN" : trimmed(read, "cgroup.freeze") === "1" ? "FREEZING" : "THAWED";
};
/** `8:0 rbps=1 wbps=max riops=max wiops=max` by lines. */
const throttle = (name: string): Reading => (read) => read("io.max")?.split("\n").flatMap((line) => {
  const [, value] = new RegExp(`\\b${name}=(\\d+)`).exec(line) ?? [];
  return value === undefined ? [] : [`${line.split(" ")[0] ?? ""} ${value}`];
}).join("\n");
/** Bytes or operations by device, as blkio.throttle.io_service*. */
const serviced = (suffix: "bytes" | "ios"): Reading => (read) => {
  let total = 0n;
  const lines = read("io.stat")?.split("\n").filter((line) => line !== "").flatMap((line) => {
    const [device = ""] = line.split(" ");
    const [reads, writes] = ["r", "w"].map((way) => BigInt(new RegExp(`\\b${way}${suffix}=(\\d+)`).exec(line)?.[1] ?? "0"));
    total += (reads ?? 0n) + (writes ?? 0n);
    return [`${device} Read ${reads ?? 0n}`, `${device} Write ${writes ?? 0n}`, `${device} Total ${(reads ?? 0n) + (writes ?? 0n)}`];
  });
  return lines === undefined ? undefined : [...lines, `Total ${total}`].join("\n");
};
const kernelMemory: Reading = (read) => {
  const text = read("memory.stat");
  return text === undefined ? undefined : shown(field(text, "kernel") ?? ["kernel_stack", "pagetables", "sock", "slab"].reduce((sum, key) => sum + (field(text, key) ?? 0n), 0n));
};
const HZ_MICROSECONDS = 10_000n;

/** Names of v1 where the controller is in v2. */
const LEGACY: ReadonlyMap<string, Reading> = new Map<string, Reading>([
  ["memory.limit_in_bytes", (read) => shown(legacyLimit(trimmed(read, "memory.max")))],
  ["memory.soft_limit_in_bytes", (read) => { const low = trimmed(read, "memory.low"); return low === "0" ? String(UNLIMITED) : shown(legacyLimit(low)); }],
  ["memory.memsw.limit_in_bytes", swapLimit], ["memory.usage_in_bytes", same("memory.current")], ["memory.max_usage_in_bytes", same("memory.peak")],
  ["memory.memsw.usage_in_bytes", (read) => shown(plus(number(trimmed(read, "memory.current")), number(trimmed(read, "memory.swap.current"))))],
  ["memory.failcnt", (read) => shown(field(read("memory.events"), "max"))], ["memory.kmem.usage_in_bytes", kernelMemory],
  ["cpu.shares", (read) => sharesOfWeight(trimmed(read, "cpu.weight") ?? "")], ["cpu.cfs_quota_us", cpuMax(0)], ["cpu.cfs_period_us", cpuMax(1)], ["cpu.cfs_burst_us", same("cpu.max.burst")],
  ["cpuacct.usage", (read) => shown(field(read("cpu.stat"), "usage_usec") === undefined ? undefined : (field(read("cpu.stat"), "usage_usec") ?? 0n) * 1000n)],
  ["cpuacct.stat", (read) => { const text = read("cpu.stat"); const [user, system] = [field(text, "user_usec"), field(text, "system_usec")]; return user === undefined || system === undefined ? undefined : `user ${user / HZ_MICROSECONDS}\nsystem ${system / HZ_MICROSECONDS}`; }],
  ["cpuset.effective_cpus", same("cpuset.cpus.effective")], ["cpuset.effective_mems", same("cpuset.mems.effective")], ["freezer.state", freezerState],
  ["blkio.throttle.read_bps_device", throttle("rbps")], ["blkio.throttle.write_bps_device", throttle("wbps")], ["blkio.throttle.read_iops_device", throttle("riops")], ["blkio.throttle.write_iops_device", throttle("wiops")],
  ["blkio.throttle.io_service_bytes", serviced("bytes")], ["blkio.throttle.io_serviced", serviced("ios")],
]);

const memorySwap = (read: Read): string | undefined => {
  const [both, memory] = [number(trimmed(read, "memory.memsw.limit_in_bytes")), number(trimmed(read, "memory.limit_in_bytes"))];
  return both === undefined || memory === undefined ? undefined : both > PAGE_ROUNDED ? "max" : String(both - memory);
};
const cpuStat: Reading = (read) => {
  const [usage, stat] = [number(trimmed(read, "cpuacct.usage")), read("cpuacct.stat")];
  const [user, system] = [field(stat, "user"), field(stat, "system")];
  return usage === undefined ? undefined : [`usage_usec ${usage / 1000n}`, ...(user === undefined ? [] : [`user_usec ${user * HZ_MICROSECONDS}`]), ...(system === undefined ? [] : [`system_usec ${system * HZ_MICROSECONDS}`])].join("\n");
};

/** Names of v2 where the controller is in v1. */
const UNIFIED: ReadonlyMap<string, Reading> = new Map<string, Reading>([
  ["memory.max", (read) => unifiedLimit(number(trimmed(read, "memory.limit_in_bytes")))], ["memory.low", (read) => { const soft = unifiedLimit(number(trimmed(read, "memory.soft_limit_in_bytes"))); return soft === "max" ? "0" : soft; }],
  ["memory.current", same("memory.usage_in_bytes")], ["memory.peak", same("memory.max_usage_in_bytes")], ["memory.swap.max", memorySwap], ["memory.swap.current", (read) => shown(field(read("memory.stat"), "swap"))],
  ["cpu.weight", (read) => weightOfShares(trimmed(read, "cpu.shares") ?? "")], ["cpu.max.burst", same("cpu.cfs_burst_us")], ["cpu.stat", cpuStat],
  ["cpu.max", (read) => { const [quota, period] = [trimmed(read, "cpu.cfs_quota_us"), trimmed(read, "cpu.cfs_period_us")]; return quota === undefined || period === undefined ? undefined : `${quota === "-1" ? "max" : quota} ${period}`; }],
  ["cpuset.cpus.effective", same("cpuset.effective_cpus")], ["cpuset.mems.effective", same("cpuset.effective_mems")],
  ["cgroup.freeze", (read) => { const state = trimmed(read, "freezer.state"); return state === undefined ? undefined : state === "THAWED" ? "0" : "1"; }],
  ["io.bfq.weight", (read) => bfqOfIo(trimmed(read, "blkio.bfq.weight") ?? "")],
]);

/** The value of a file, from the other version's where the host has it there. */
export const readAs = (file: string, read: Read): string | undefined => read(file) ?? (LEGACY.get(file) ?? UNIFIED.get(file))?.(read);
