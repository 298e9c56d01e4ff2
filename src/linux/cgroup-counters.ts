// Owns the formats of the files in which cgroups count: `key value` lines, transfers by device, pressure.

const integer = (text: string | undefined): bigint | undefined => (text !== undefined && /^\d+\s*$/.test(text) ? BigInt(text.trim()) : undefined);
export { integer as parseCount };

/** `key value` lines. */
export const parseKeyed = (text: string): ReadonlyMap<string, bigint> => new Map([...text.matchAll(/^(\S+) (\d+)$/gm)].map(([, key, value]) => [key ?? "", BigInt(value ?? "0")]));

interface Sums { readonly reads: bigint; readonly writes: bigint; readonly total: bigint }

/** io.stat (v2): of every device; LXC counts discards, too. */
export function parseIoTransfers(text: string, unit: "bytes" | "ios"): Sums {
  const sum = (ways: string): bigint => [...text.matchAll(new RegExp(`\\b[${ways}]${unit}=(\\d+)`, "g"))].reduce((total, [, value]) => total + BigInt(value ?? "0"), 0n);
  const [reads, writes, discards] = [sum("r"), sum("w"), sum("d")];
  return { reads, writes, total: reads + writes + discards };
}

/** blkio.throttle.io_service_bytes, blkio.throttle.io_serviced (v1): the last line is the total. */
export function parseBlkioTransfers(text: string): Sums | undefined {
  const total = integer(/^Total (\d+)$/m.exec(text)?.[1]);
  const sum = (way: string): bigint => [...text.matchAll(new RegExp(`^\\S+ ${way} (\\d+)$`, "gm"))].reduce((all, [, value]) => all + BigInt(value ?? "0"), 0n);
  return total === undefined ? undefined : { reads: sum("Read"), writes: sum("Write"), total };
}

interface Line { readonly avg10: number; readonly avg60: number; readonly avg300: number; readonly totalMicroseconds: bigint }

function pressureLine(text: string, word: "some" | "full"): Line | undefined {
  const [, avg10, avg60, avg300, total] = new RegExp(`^${word} avg10=([\\d.]+) avg60=([\\d.]+) avg300=([\\d.]+) total=(\\d+)$`, "m").exec(text) ?? [];
  return total === undefined ? undefined : { avg10: Number(avg10), avg60: Number(avg60), avg300: Number(avg300), totalMicroseconds: BigInt(total) };
}

/** cpu.pressure, memory.pressure, io.pressure: Documentation/accounting/psi.rst. */
export function parsePressure(text: string): { readonly some: Line; readonly full?: Line } | undefined {
  const [some, full] = [pressureLine(text, "some"), pressureLine(text, "full")];
  return some === undefined ? undefined : { some, ...(full === undefined ? {} : { full }) };
}
