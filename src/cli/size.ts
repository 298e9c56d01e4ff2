// Owns sizes as lxc-info prints them.

const UNITS = [["GiB", 30n], ["MiB", 20n], ["KiB", 10n]] as const;

/** `716.00 KiB`: two places, rounded to the nearest; exact powers stay in the smaller unit, as in LXC. */
export function humanSize(bytes: bigint): string {
  const unit = UNITS.find(([, shift]) => bytes > 1n << shift);
  if (unit === undefined) return `${bytes} bytes`;
  const [name, shift] = unit;
  const hundredths = (bytes * 100n + (1n << (shift - 1n))) >> shift;
  return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, "0")} ${name}`;
}
