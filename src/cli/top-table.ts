// Owns the table of lxc-top(1), its order, and the lines of its batch mode: byte for byte as LXC prints them.
import type { ContainerStats, Transfers } from "../model/stats.ts";

export type SortKey = "n" | "c" | "b" | "m" | "s" | "k";
export interface TopOrder { readonly key: SortKey; readonly isReversed: boolean }

const UNITS = [["GiB", 30n], ["MiB", 20n], ["KiB", 10n]] as const;

/** `688.00 KiB`, `  0.00   `: truncated, not rounded. */
export function topSize(bytes: bigint): string {
  const unit = UNITS.find(([, shift]) => bytes > 1n << shift);
  if (unit === undefined) return `${`${bytes}`.padStart(3)}.00   `;
  const [name, shift] = unit;
  return `${bytes >> shift}.${String(((bytes & ((1n << shift) - 1n)) * 100n) >> shift).padStart(2, "0")} ${name}`;
}

const NONE: Transfers = { reads: 0n, writes: 0n, total: 0n };
const VALUES: Readonly<Record<Exclude<SortKey, "n">, (one: ContainerStats) => bigint>> = {
  c: (one) => one.cpuNanoseconds ?? 0n, b: (one) => one.blkioBytes?.total ?? 0n, m: (one) => one.memoryBytes ?? 0n, s: (one) => one.memoryAndSwapBytes ?? 0n, k: (one) => one.kmemBytes ?? 0n,
};

/** By name from the first, by use from the most; `isReversed` turns both. */
export function inOrder(all: readonly ContainerStats[], { key, isReversed }: TopOrder): readonly ContainerStats[] {
  const value = key === "n" ? undefined : VALUES[key];
  const sorted = all.toSorted((a, b) => {
    const difference = value === undefined ? 0n : value(b) - value(a);
    return difference !== 0n ? (difference < 0n ? -1 : 1) : a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
  });
  return isReversed ? sorted.toReversed() : sorted;
}

const seconds = (nanoseconds: bigint): string => (Number(nanoseconds) / 1e9).toFixed(2);
/** In hundredths of a second, the kernel's USER_HZ. */
const ticks = (nanoseconds: bigint | undefined): bigint => (nanoseconds ?? 0n) / 10_000_000n;

interface Sums { readonly cpu: bigint; readonly system: bigint; readonly user: bigint; readonly io: Transfers; readonly memory: bigint; readonly both: bigint; readonly kernel: bigint }
const sumsOf = (one: ContainerStats): Sums => ({
  cpu: one.cpuNanoseconds ?? 0n, system: one.cpuSystemNanoseconds ?? 0n, user: one.cpuUserNanoseconds ?? 0n, io: one.blkioBytes ?? NONE, memory: one.memoryBytes ?? 0n, both: one.memoryAndSwapBytes ?? 0n, kernel: one.kmemBytes ?? 0n,
});
const added = (a: Sums, b: Sums): Sums => ({
  cpu: a.cpu + b.cpu, system: a.system + b.system, user: a.user + b.user, memory: a.memory + b.memory, both: a.both + b.both, kernel: a.kernel + b.kernel,
  io: { reads: a.io.reads + b.io.reads, writes: a.io.writes + b.io.writes, total: a.io.total + b.io.total },
});

function row(title: string, { cpu, system, user, io, memory, both, kernel }: Sums): string {
  const transfers = `${topSize(io.total)}(${topSize(io.reads)}/${topSize(io.writes)})`;
  return [title.slice(0, 18).padEnd(18), seconds(cpu).padStart(12), ...[system, user].map((time) => (Number(ticks(time)) / 100).toFixed(2).padStart(12)), transfers.padStart(36), ...[memory, both, kernel].map((bytes) => topSize(bytes).padStart(10))].join(" ");
}

const HEAD = [["Container", "CPU", "CPU", "CPU", "BlkIO", "Mem", "MemSw", "KMem"], ["Name", "Used", "Sys", "User", "Total(Read/Write)", "Used", "Used", "Used"]] as const;
const WIDTHS = [18, 12, 12, 12, 36, 10, 10, 10] as const;
const heading = (words: readonly string[]): string => words.map((word, i) => (i === 0 ? word.padEnd(WIDTHS[i] ?? 0) : word.padStart(WIDTHS[i] ?? 0))).join(" ");

const [HOME, CLEAR, REVERSE, BOLD, PLAIN] = ["\u001b[H", "\u001b[J", "\u001b[7m", "\u001b[1m", "\u001b[0m"];
/** Lines that are no container's: two of the heading, the total. */
const FRAME_LINES = 3;

/** One screen: as many containers as fit, and the total of all. */
export function topScreen(all: readonly ContainerStats[], order: TopOrder, rows: number): string {
  const shown = inOrder(all, order).slice(0, Math.max(0, rows - FRAME_LINES));
  const zero: Sums = { cpu: 0n, system: 0n, user: 0n, io: NONE, memory: 0n, both: 0n, kernel: 0n };
  const total = all.map(sumsOf).reduce(added, zero);
  return `${HOME}${CLEAR}${REVERSE}${BOLD}${HEAD.map(heading).join("\n")}\n${PLAIN}${shown.map((one) => `${row(one.name, sumsOf(one))}\n`).join("")}${row(`TOTAL ${shown.length} of ${all.length}`, total)}`;
}

export const BATCH_HEAD = "time_ms,container,cpu_nanos,cpu_sys_userhz,cpu_user_userhz,blkio_bytes,blkio_iops,mem_used_bytes,memsw_used_bytes,kernel_mem_used_bytes\n";
export const batchLines = (all: readonly ContainerStats[], order: TopOrder): string => inOrder(all, order).map((one) => `${[
  one.at, one.name, one.cpuNanoseconds ?? 0n, ticks(one.cpuSystemNanoseconds), ticks(one.cpuUserNanoseconds), one.blkioBytes?.total ?? 0n, one.blkioOperations?.total ?? 0n,
  one.memoryBytes ?? 0n, one.memoryAndSwapBytes ?? 0n, one.kmemBytes ?? 0n,
].join(",")}\n`).join("");
