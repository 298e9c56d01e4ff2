// Owns what a container's cgroups have counted: processor time, memory, block input and output.
import { readText } from "../read-text.ts";

export interface CgroupPlace { readonly version: 1 | 2; readonly controllers: readonly string[]; readonly directory: string }

export interface CgroupUsage {
  readonly cpuNanoseconds?: bigint;
  readonly memoryBytes?: bigint;
  readonly kmemBytes?: bigint;
  readonly swapBytes?: bigint;
  readonly blkioBytes?: bigint;
}

const integer = (text: string | undefined): bigint | undefined => (text !== undefined && /^\d+\s*$/.test(text) ? BigInt(text.trim()) : undefined);

/** `key value` lines. */
export const keyed = (text: string): ReadonlyMap<string, bigint> =>
  new Map([...text.matchAll(/^(\S+) (\d+)$/gm)].map(([, key, value]) => [key ?? "", BigInt(value ?? "0")]));

const sum = (values: ReadonlyMap<string, bigint>, keys: readonly string[]): bigint => keys.reduce((total, key) => total + (values.get(key) ?? 0n), 0n);

/** io.stat (v2): rbytes=, wbytes= and dbytes= of every device, as v1's total. */
export const parseIoStat = (text: string): bigint => [...text.matchAll(/\b[rwd]bytes=(\d+)/g)].reduce((total, [, value]) => total + BigInt(value ?? "0"), 0n);

/** blkio.throttle.io_service_bytes (v1): the last line is the total. */
export const parseBlkio = (text: string): bigint | undefined => integer(/^Total (\d+)$/m.exec(text)?.[1]);

const present = (usage: { readonly [K in keyof CgroupUsage]: CgroupUsage[K] | undefined }): CgroupUsage =>
  Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined));

function unified(directory: string): CgroupUsage {
  const [cpu, memory, io] = ["cpu.stat", "memory.stat", "io.stat"].map((file) => readText(`${directory}/${file}`));
  const counted = memory === undefined ? undefined : keyed(memory);
  const microseconds = cpu === undefined ? undefined : keyed(cpu).get("usage_usec");
  return present({
    cpuNanoseconds: microseconds === undefined ? undefined : microseconds * 1000n,
    memoryBytes: counted === undefined ? undefined : sum(counted, ["anon", "file"]),
    kmemBytes: counted === undefined ? undefined : sum(counted, ["kernel_stack", "pagetables", "sock", "slab"]),
    swapBytes: integer(readText(`${directory}/memory.swap.current`)),
    blkioBytes: io === undefined ? undefined : parseIoStat(io),
  });
}

function legacy(directory: string, controllers: readonly string[]): CgroupUsage {
  const read = (controller: string, file: string): string | undefined => (controllers.includes(controller) ? readText(`${directory}/${file}`) : undefined);
  const stat = read("memory", "memory.stat");
  const blkio = read("blkio", "blkio.throttle.io_service_bytes");
  return present({
    cpuNanoseconds: integer(read("cpuacct", "cpuacct.usage")),
    memoryBytes: integer(read("memory", "memory.usage_in_bytes")),
    kmemBytes: integer(read("memory", "memory.kmem.usage_in_bytes")),
    swapBytes: stat === undefined ? undefined : keyed(stat).get("swap"),
    blkioBytes: blkio === undefined ? undefined : parseBlkio(blkio),
  });
}

/** Each hierarchy tells what it counts; on a hybrid host the v1 one does. */
export const cgroupUsage = (places: readonly CgroupPlace[]): CgroupUsage =>
  places.toSorted((a, b) => b.version - a.version).reduce<CgroupUsage>((all, { version, controllers, directory }) => ({ ...all, ...(version === 2 ? unified(directory) : legacy(directory, controllers)) }), {});
