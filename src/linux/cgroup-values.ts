// Owns values of cgroup files in both of their versions: what one writes as -1 the other writes as max, and weights
// are counted on different scales. Without effect on the kernel a value is the same before and after.

/** As the kernel's memparse: digits and at most one suffix. */
const SUFFIXES = "kmgtpe";

export type Amount = bigint | "unlimited";

/** Bytes: `512M`, `-1` (v1) and `max` (v2) are no limit. */
export function amountOf(text: string): Amount | undefined {
  if (text === "-1" || text === "max") return "unlimited";
  const [, digits = "", suffix = ""] = /^(\d{1,20})([kKmMgGtTpPeE]?)$/.exec(text) ?? [];
  if (digits === "") return undefined;
  return BigInt(digits) << BigInt(10 * (suffix === "" ? 0 : SUFFIXES.indexOf(suffix.toLowerCase()) + 1));
}

const integerOf = (text: string): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined);

/** A number scaled from one unit to another, within bounds, as the kernel and systemd do it. */
function scaled(text: string, { from, to, least, most }: { readonly from: number; readonly to: number; readonly least: number; readonly most: number }): string | undefined {
  const value = integerOf(text);
  return value === undefined ? undefined : String(Math.min(most, Math.max(least, Math.round((value * to) / from))));
}

/** The scheduler's own weight is the same: the kernel turns cpu.weight into shares by 1024/100. */
export const weightOfShares = (shares: string): string | undefined => scaled(shares, { from: 1024, to: 100, least: 1, most: 10000 });
export const sharesOfWeight = (weight: string): string | undefined => scaled(weight, { from: 100, to: 1024, least: 2, most: 262144 });

/** blkio.weight begins at 500, io.weight at 100. */
export const ioOfBlkio = (weight: string): string | undefined => scaled(weight, { from: 500, to: 100, least: 1, most: 10000 });

const BFQ_DEFAULT = 100, BFQ_MOST = 1000, IO_MOST = 10000;

/** BFQ goes to 1000 only: above the default of 100 its steps are narrower. */
export function bfqOfIo(weight: string): string | undefined {
  const value = integerOf(weight);
  if (value === undefined) return undefined;
  const narrow = value <= BFQ_DEFAULT ? value : BFQ_DEFAULT + ((value - BFQ_DEFAULT) * (BFQ_MOST - BFQ_DEFAULT)) / (IO_MOST - BFQ_DEFAULT);
  return String(Math.min(BFQ_MOST, Math.max(1, Math.round(narrow))));
}

/** The scheduler's weight of each nice value from -20 on; cpu.weight.nice is written in these. */
const NICE: readonly number[] = [
  88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277,
  1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
];
export const sharesOfNice = (nice: string): string | undefined => (/^-?\d{1,2}$/.test(nice) && NICE[Number(nice) + 20] !== undefined ? String(NICE[Number(nice) + 20]) : undefined);
