// Owns statistics as text: a table for people, OpenMetrics 1.0 for monitoring systems.
import type { ContainerStats, Pressure } from "../model/stats.ts";
import { humanSize } from "./size.ts";

const NONE = "-";
const size = (bytes: bigint | undefined): string => (bytes === undefined ? NONE : humanSize(bytes));
const seconds = (nanoseconds: bigint): number => Number(nanoseconds) / 1e9;

/** In the time since the look before; without one, since its start. */
function share(one: ContainerStats, before: readonly ContainerStats[]): string {
  const last = before.find(({ name, pid }) => name === one.name && pid === one.pid);
  const since = last?.at ?? (one.startedAt === undefined ? undefined : one.startedAt * 1000);
  if (one.cpuNanoseconds === undefined || since === undefined || one.at <= since) return NONE;
  return `${((Number(one.cpuNanoseconds - (last?.cpuNanoseconds ?? 0n)) / 1e6 / (one.at - since)) * 100).toFixed(1)}%`;
}
const worst = (pressure: ContainerStats["pressure"]): string => {
  const found = Object.entries(pressure ?? {}).toSorted(([, a], [, b]) => b.some.avg10 - a.some.avg10)[0];
  return found === undefined ? NONE : `${found[1].some.avg10.toFixed(1)}% ${found[0]}`;
};
const traffic = (one: ContainerStats, way: "rxBytes" | "txBytes"): string => (one.nics.length === 0 ? NONE : size(BigInt(one.nics.reduce((sum, nic) => sum + nic[way], 0))));

type Cell = (one: ContainerStats, before: readonly ContainerStats[]) => string;
const COLUMNS: readonly (readonly [string, Cell])[] = [
  ["NAME", ({ name }) => name], ["STATE", ({ state }) => state], ["CPU", ({ cpuNanoseconds }) => (cpuNanoseconds === undefined ? NONE : `${seconds(cpuNanoseconds).toFixed(2)} s`)], ["CPU%", share],
  ["MEMORY", ({ memoryBytes }) => size(memoryBytes)], ["LIMIT", ({ memoryLimitBytes }) => size(memoryLimitBytes)], ["SWAP", ({ swapBytes }) => size(swapBytes)], ["KMEM", ({ kmemBytes }) => size(kmemBytes)],
  ["READ", ({ blkioBytes }) => size(blkioBytes?.reads)], ["WRITTEN", ({ blkioBytes }) => size(blkioBytes?.writes)], ["PIDS", ({ pids }) => (pids === undefined ? NONE : `${pids}`)],
  ["RECEIVED", (one) => traffic(one, "rxBytes")], ["SENT", (one) => traffic(one, "txBytes")], ["PRESSURE", ({ pressure }) => worst(pressure)],
];

export function statsTable(all: readonly ContainerStats[], before: readonly ContainerStats[]): string {
  const table = [COLUMNS.map(([title]) => title), ...all.map((one) => COLUMNS.map(([, cell]) => cell(one, before)))];
  const widths = COLUMNS.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) => `${row.map((text, column) => (column < 2 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0))).join("  ").trimEnd()}\n`).join("");
}

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
type Labels = Readonly<Record<string, string>>;
interface Sample { readonly labels?: Labels; readonly value: bigint | number | undefined }
interface Family { readonly name: string; readonly type: "counter" | "gauge"; readonly unit?: string; readonly help: string; readonly samples: (one: ContainerStats) => readonly Sample[] }

const inSeconds = (nanoseconds: bigint | undefined): number | undefined => (nanoseconds === undefined ? undefined : seconds(nanoseconds));
const pressures = (one: ContainerStats): readonly (readonly [string, Pressure])[] => Object.entries(one.pressure ?? {});
const transfers = (of: ContainerStats["blkioBytes"]): readonly Sample[] => [{ labels: { direction: "read" }, value: of?.reads }, { labels: { direction: "write" }, value: of?.writes }];

const FAMILIES: readonly Family[] = [
  { name: "cpu_seconds", type: "counter", unit: "seconds", help: "Processor time.", samples: (one) => [{ value: inSeconds(one.cpuNanoseconds) }] },
  { name: "cpu_mode_seconds", type: "counter", unit: "seconds", help: "Processor time in user mode and in the kernel.", samples: (one) => [{ labels: { mode: "user" }, value: inSeconds(one.cpuUserNanoseconds) }, { labels: { mode: "system" }, value: inSeconds(one.cpuSystemNanoseconds) }] },
  { name: "cpu_throttled_seconds", type: "counter", unit: "seconds", help: "Time for which its CPU quota made it wait.", samples: (one) => [{ value: inSeconds(one.cpuThrottledNanoseconds) }] },
  { name: "memory_bytes", type: "gauge", unit: "bytes", help: "Memory in use.", samples: (one) => [{ value: one.memoryBytes }] },
  { name: "memory_kind_bytes", type: "gauge", unit: "bytes", help: "Memory of processes, and of cached files.", samples: (one) => [{ labels: { kind: "anon" }, value: one.memoryAnonBytes }, { labels: { kind: "file" }, value: one.memoryFileBytes }] },
  { name: "memory_peak_bytes", type: "gauge", unit: "bytes", help: "The most memory that was in use.", samples: (one) => [{ value: one.memoryPeakBytes }] },
  { name: "memory_limit_bytes", type: "gauge", unit: "bytes", help: "Limit of memory; absent: none.", samples: (one) => [{ value: one.memoryLimitBytes }] },
  { name: "swap_bytes", type: "gauge", unit: "bytes", help: "Swap in use.", samples: (one) => [{ value: one.swapBytes }] },
  { name: "kernel_memory_bytes", type: "gauge", unit: "bytes", help: "Memory that the kernel uses for it.", samples: (one) => [{ value: one.kmemBytes }] },
  { name: "oom_kills", type: "counter", help: "Processes killed for want of memory.", samples: (one) => [{ value: one.oomKills }] },
  { name: "io_bytes", type: "counter", unit: "bytes", help: "Block I/O.", samples: (one) => transfers(one.blkioBytes) },
  { name: "io_operations", type: "counter", help: "Block I/O operations.", samples: (one) => transfers(one.blkioOperations) },
  { name: "pids", type: "gauge", help: "Processes and threads.", samples: (one) => [{ value: one.pids }] },
  { name: "pids_limit", type: "gauge", help: "Limit of processes and threads; absent: none.", samples: (one) => [{ value: one.pidsLimit }] },
  { name: "pressure_waiting_seconds", type: "counter", unit: "seconds", help: "Time in which some, or all, of its processes waited for a resource.", samples: (one) => pressures(one).flatMap(([resource, { some, full }]) => [{ labels: { resource, share: "some" }, value: Number(some.totalMicroseconds) / 1e6 }, { labels: { resource, share: "full" }, value: full === undefined ? undefined : Number(full.totalMicroseconds) / 1e6 }]) },
  { name: "network_receive_bytes", type: "counter", unit: "bytes", help: "Received through a veth pair.", samples: (one) => one.nics.map(({ link, rxBytes }) => ({ labels: { link }, value: rxBytes })) },
  { name: "network_transmit_bytes", type: "counter", unit: "bytes", help: "Sent through a veth pair.", samples: (one) => one.nics.map(({ link, txBytes }) => ({ labels: { link }, value: txBytes })) },
  { name: "frozen", type: "gauge", help: "1: it is frozen.", samples: (one) => [{ value: one.state === "FROZEN" ? 1 : 0 }] },
  { name: "start_time_seconds", type: "gauge", unit: "seconds", help: "When it was started, since 1970.", samples: (one) => [{ value: one.startedAt }] },
];

function familyText({ name, type, unit, help, samples }: Family, all: readonly ContainerStats[]): string {
  const metric = `lxc_container_${name}`;
  const lines = all.flatMap((one) => samples(one).flatMap(({ labels = {}, value }) => {
    const shown = Object.entries({ name: one.name, ...labels }).map(([label, text]) => `${label}="${escaped(text)}"`).join(",");
    return value === undefined ? [] : [`${metric}${type === "counter" ? "_total" : ""}{${shown}} ${value}\n`];
  }));
  return lines.length === 0 ? "" : `# TYPE ${metric} ${type}\n${unit === undefined ? "" : `# UNIT ${metric} ${unit}\n`}# HELP ${metric} ${help}\n${lines.join("")}`;
}

export const openMetrics = (all: readonly ContainerStats[]): string => `${FAMILIES.map((family) => familyText(family, all)).join("")}# EOF\n`;
