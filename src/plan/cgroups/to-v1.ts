// Owns what files of cgroup v2 are called in v1, and their values there.
import { amountOf, bfqOfIo, sharesOfNice, sharesOfWeight } from "../../linux/cgroup-values.ts";
import type { CgroupFile } from "../../model/spec.ts";
import { deviceAndRest, into, NO_DEVICE, same, type Turn } from "./turn.ts";

const BYTES = "a number of bytes, or max";
const limitText = (value: string): string | undefined => {
  const amount = amountOf(value);
  return amount === undefined ? undefined : amount === "unlimited" ? "-1" : value;
};
/** No protection is no soft limit. */
const softText = (value: string): string | undefined => (amountOf(value) === 0n ? "-1" : limitText(value));

/** v1 counts memory and swap in one, v2 each by itself. */
const swap: Turn = (value, other) => {
  const more = amountOf(value);
  if (more === undefined) return `'${value}' is not ${BYTES}`;
  const file = "memory.memsw.limit_in_bytes";
  if (more === "unlimited") return [{ file, value: "-1" }];
  const memory = amountOf(other("memory.max") ?? other("memory.limit_in_bytes") ?? "max");
  if (memory === undefined || memory === "unlimited") return "v1 counts memory and swap together, and there is no limit of memory to add to";
  return [{ file, value: String(memory + more) }];
};

const cpuMax: Turn = (value) => {
  const [, quota = "", period] = /^(max|\d+)(?:\s+(\d+))?$/.exec(value.trim()) ?? [];
  if (quota === "") return `'${value}' is not QUOTA or QUOTA PERIOD`;
  return [...(period === undefined ? [] : [{ file: "cpu.cfs_period_us", value: period }]), { file: "cpu.cfs_quota_us", value: quota === "max" ? "-1" : quota }];
};

const THROTTLE: Readonly<Record<string, string>> = { rbps: "read_bps", wbps: "write_bps", riops: "read_iops", wiops: "write_iops" };
const ioMax: Turn = (value) => {
  const found = deviceAndRest(value);
  if (found === undefined) return `'${value}' ${NO_DEVICE}`;
  const written = found.rest.flatMap((pair): readonly CgroupFile[] => {
    const [name = "", rate = ""] = pair.split("=");
    const file = THROTTLE[name];
    return file === undefined ? [] : [{ file: `blkio.throttle.${file}_device`, value: `${found.device} ${rate === "max" ? "0" : rate}` }];
  });
  return written.length === found.rest.length ? written : `'${value}' is not DEVICE rbps=N wbps=N riops=N wiops=N`;
};

/** blkio.weight went with Linux 5.0; BFQ has one. */
const ioWeight: Turn = (value) => {
  const found = deviceAndRest(value);
  const bfq = bfqOfIo(found?.rest[0] ?? value.trim().replace(/^default\s+/, ""));
  if (bfq === undefined) return `'${value}' is not a weight`;
  return [found === undefined ? { file: "blkio.bfq.weight", value: bfq } : { file: "blkio.bfq.weight_device", value: `${found.device} ${bfq}` }];
};

const freeze = (value: string): string | undefined => (value === "1" ? "FROZEN" : value === "0" ? "THAWED" : undefined);

let known: ReadonlyMap<string, Turn> | undefined;
/** Most containers set no limits of the other version. */
const turns = (): ReadonlyMap<string, Turn> => known ??= new Map([
  ["memory.max", into("memory.limit_in_bytes", limitText, BYTES)], ["memory.low", into("memory.soft_limit_in_bytes", softText, BYTES)], ["memory.swap.max", swap],
  ["cpu.weight", into("cpu.shares", sharesOfWeight, "a number")], ["cpu.weight.nice", into("cpu.shares", sharesOfNice, "a number from -20 to 19")],
  ["cpu.max", cpuMax], ["cpu.max.burst", same("cpu.cfs_burst_us")], ["cpu.idle", same("cpu.idle")],
  ["cpuset.cpus", same("cpuset.cpus")], ["cpuset.mems", same("cpuset.mems")], ["pids.max", same("pids.max")], ["rdma.max", same("rdma.max")], ["misc.max", same("misc.max")],
  ["io.weight", ioWeight], ["io.bfq.weight", same("blkio.bfq.weight")], ["io.prio.class", same("blkio.prio.class")], ["io.max", ioMax], ["cgroup.freeze", into("freezer.state", freeze, "0 or 1")],
]);

const REASONS: readonly (readonly [string, string])[] = [
  ["memory.high", "v1 cannot slow a container down at a limit"], ["memory.min", "v1 guarantees no memory"], ["memory.oom.group", "v1 kills single processes only"],
  ["cgroup.max.", "v1 does not bound how many cgroups there are below"], ["cpuset.cpus.partition", "v1 has no partitions"],
];

export function turnToV1(file: string): Turn {
  const [, size, rsvd = ""] = /^hugetlb\.(\w+?)(\.rsvd)?\.max$/.exec(file) ?? [];
  if (size !== undefined) return into(`hugetlb.${size}${rsvd}.limit_in_bytes`, limitText, BYTES);
  return turns().get(file) ?? (() => REASONS.find(([beginning]) => file.startsWith(beginning))?.[1] ?? "v1 has nothing like it");
}
