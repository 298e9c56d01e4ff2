// Owns sizes: as lxc-info prints them, and as lxc-create and lxc-copy are told them.

const UNITS = [["GiB", 30n], ["MiB", 20n], ["KiB", 10n]] as const;

/** `716.00 KiB`: two places, rounded to the nearest; exact powers stay in the smaller unit, as in LXC. */
export function humanSize(bytes: bigint): string {
  const unit = UNITS.find(([, shift]) => bytes > 1n << shift);
  if (unit === undefined) return `${bytes} bytes`;
  const [name, shift] = unit;
  const hundredths = (bytes * 100n + (1n << (shift - 1n))) >> shift;
  return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, "0")} ${name}`;
}

const SHIFTS: Readonly<Record<string, number>> = { b: 0, k: 10, m: 20, g: 30, t: 40 };

/** `500M`, `2g`; a bare number is MiB, as in LXC. undefined: not a size. */
export function bytesOf(text: string): number | undefined {
  const [, digits, unit = "m"] = /^([0-9]+)([bBkKmMgGtT]?)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const bytes = Number(digits) * 2 ** (SHIFTS[unit === "" ? "m" : unit.toLowerCase()] ?? 0);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}
