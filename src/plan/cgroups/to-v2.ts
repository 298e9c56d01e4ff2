// Owns what files of cgroup v1 are called in v2, and their values there.
import { amountOf, bfqOfIo, ioOfBlkio, weightOfShares } from "../../linux/cgroup-values.ts";
import { deviceAndRest, into, NO_DEVICE, same, type Turn } from "./turn.ts";

const BYTES = "a number of bytes, or -1";
/** The text stays as it is: v2 knows the same suffixes. */
const limitText = (unlimited: string) => (value: string): string | undefined => {
  const amount = amountOf(value);
  return amount === undefined ? undefined : amount === "unlimited" ? unlimited : value;
};
const limit = (file: string): Turn => into(file, limitText("max"), BYTES);

/** v1 counts memory and swap in one, v2 each by itself. */
const swap: Turn = (value, other) => {
  const total = amountOf(value);
  if (total === undefined) return `'${value}' is not ${BYTES}`;
  if (total === "unlimited") return [{ file: "memory.swap.max", value: "max" }];
  const memory = amountOf(other("memory.limit_in_bytes") ?? other("memory.max") ?? "-1");
  if (memory === undefined || memory === "unlimited") return "it counts memory and swap together, and there is no limit of memory to take off";
  return total < memory ? "it is below the limit of memory that it contains" : [{ file: "memory.swap.max", value: String(total - memory) }];
};

/** One file in v2: QUOTA PERIOD. */
const cfs: Turn = (value, other) => {
  const [quota, period] = [other("cpu.cfs_quota_us") ?? "-1", other("cpu.cfs_period_us")];
  const isWrong = !/^-?\d+$/.test(quota) || (period !== undefined && !/^\d+$/.test(period));
  return isWrong ? `'${value}' is not a number of microseconds` : [{ file: "cpu.max", value: [quota.startsWith("-") ? "max" : quota, period].filter((part) => part !== undefined).join(" ") }];
};

const throttle = (name: string): Turn => (value) => {
  const found = deviceAndRest(value);
  return found === undefined ? `'${value}' ${NO_DEVICE}` : [{ file: "io.max", value: `${found.device} ${name}=${found.rest[0] === "0" ? "max" : found.rest[0] ?? ""}` }];
};

const weight: Turn = (value) => {
  const io = ioOfBlkio(value);
  return io === undefined ? `'${value}' is not a weight` : [{ file: "io.weight", value: io }, { file: "io.bfq.weight", value: bfqOfIo(io) ?? io, mayBeMissing: true }];
};

const weightOfDevice: Turn = (value) => {
  const found = deviceAndRest(value);
  const io = ioOfBlkio(found?.rest[0] ?? "");
  return found === undefined || io === undefined ? `'${value}' ${NO_DEVICE}, and a weight` : [{ file: "io.weight", value: `${found.device} ${io}` }];
};

const freeze = (value: string): string | undefined => (value === "FROZEN" ? "1" : value === "THAWED" ? "0" : undefined);

let known: ReadonlyMap<string, Turn> | undefined;
/** Most containers set no limits of the other version. */
const turns = (): ReadonlyMap<string, Turn> => known ??= new Map([
  ["memory.limit_in_bytes", limit("memory.max")], ["memory.soft_limit_in_bytes", into("memory.low", limitText("0"), BYTES)], ["memory.memsw.limit_in_bytes", swap],
  ["cpu.shares", into("cpu.weight", weightOfShares, "a number")], ["cpu.cfs_quota_us", cfs], ["cpu.cfs_period_us", cfs], ["cpu.cfs_burst_us", same("cpu.max.burst")], ["cpu.idle", same("cpu.idle")],
  ["cpuset.cpus", same("cpuset.cpus")], ["cpuset.mems", same("cpuset.mems")], ["pids.max", same("pids.max")], ["rdma.max", same("rdma.max")], ["misc.max", same("misc.max")],
  ["blkio.weight", weight], ["blkio.weight_device", weightOfDevice], ["blkio.bfq.weight", same("io.bfq.weight")], ["blkio.prio.class", same("io.prio.class")],
  ["blkio.throttle.read_bps_device", throttle("rbps")], ["blkio.throttle.write_bps_device", throttle("wbps")],
  ["blkio.throttle.read_iops_device", throttle("riops")], ["blkio.throttle.write_iops_device", throttle("wiops")],
  ["freezer.state", into("cgroup.freeze", freeze, "FROZEN or THAWED")],
]);

/** By the beginning of the file's name. */
const REASONS: readonly (readonly [string, string])[] = [
  ["memory.swappiness", "v2 has no swappiness of a single cgroup"], ["memory.oom_control", "in v2 the OOM killer cannot be switched off"], ["memory.kmem", "v2 counts the kernel's memory in memory.max"],
  ["memory.use_hierarchy", "v2 is always hierarchical"], ["net_cls", "v2 does not mark packets; a firewall rule can name the cgroup itself"], ["net_prio", "v2 gives packets no priority; a firewall rule can name the cgroup itself"],
  ["cpu.rt_", "v2 has no budget for real-time tasks"], ["cpuacct", "v2 always counts"], ["cgroup.", "v2 needs no such switch"], ["notify_on_release", "v2 tells through cgroup.events"],
];

export function turnToV2(file: string): Turn {
  const [, size, rsvd = ""] = /^hugetlb\.(\w+)(\.rsvd)?\.limit_in_bytes$/.exec(file) ?? [];
  if (size !== undefined) return limit(`hugetlb.${size}${rsvd}.max`);
  return turns().get(file) ?? (() => REASONS.find(([beginning]) => file.startsWith(beginning))?.[1] ?? "v2 has nothing like it");
}
