// Owns making new configs of old ones: by lines, keys and values of the language, so that what comes out is mostly near to
// what people write, and by bytes. The same seed makes the same texts.
import { examples } from "../../../src/config/golden/examples.ts";
import { rows } from "../../../src/config/table.ts";

/** Park and Miller's minimal generator: 0 to `below` - 1. */
export type Chance = (below: number) => number;
export function chanceOf(seed: number): Chance {
  let state = (seed % 2147483646) + 1;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return Math.floor((state / 2147483647) * below);
  };
}
export function pick<T>(chance: Chance, list: readonly T[]): T {
  const found = list[chance(list.length)];
  if (found === undefined) throw new Error("nothing to pick from");
  return found;
}

const HOSTILE = ["", " ", "'", '"', "''", "=", "#", "\\", "\0", "\r", "\t", "\u{fffd}", "\u{d800}", "é", "日本", "𝒳", "x".repeat(300), "-1", "0x", "4294967296", "18446744073709551616", "1e9", "NaN", "__proto__", "constructor", "%s%n", "../../..", "/", "//", "a:b:c", "lxc.", "lxc.=", "::", "1.2.3.4/33", "u 0 0 4294967296", "none none", ",", ",,", "create=dir", "idmap="];
const FAMILY_ENDS = ["x", "memory.max", "devices.allow", "nofile", "net.ipv4.ip_forward", "a.b.c", ".", "N", "0", "toString"];
const PRESENT = rows.map((row) => row.key);
const OLD = rows.flatMap((row) => row.legacy);

/** A key of the table, today's or an old one, with what stands for N and * filled in. */
export function someKey(chance: Chance): string {
  const name = pick(chance, chance(4) === 0 ? [...OLD, "lxc.kmsg", "lxc.pivotdir", "lxc.rootfs.backend", "lxc.network"] : PRESENT);
  return name.replace(".N", `.${pick(chance, ["0", "1", "00", "7", "999999999", "N", ""])}`).replace("*", pick(chance, FAMILY_ENDS));
}

/** A value that some key takes, or one that no key does. */
export function someValue(chance: Chance): string {
  const example = chance(3) === 0 ? undefined : examples[pick(chance, PRESENT)];
  const known = example === undefined ? [] : [...example.good, ...example.bad].map(([value]) => value);
  return known.length === 0 ? pick(chance, HOSTILE) : pick(chance, known);
}

const INCLUDES = ["/etc/lxc/a.conf", "/etc/lxc/d/", "/etc/lxc/d", "self", "../x", "/none", "/secret", ".", "", "/etc/lxc/a.conf/"];
function someLine(chance: Chance): string {
  const key = chance(8) === 0 ? "lxc.include" : someKey(chance);
  const value = key === "lxc.include" ? pick(chance, INCLUDES) : someValue(chance);
  return `${pick(chance, ["", "", "", " ", "\t", "#", "x"])}${key}${pick(chance, [" = ", "=", " =", "= ", "", " "])}${pick(chance, [value, value, value, `'${value}'`, `"${value}"`, `${value} `])}`;
}

type Change = (lines: string[], chance: Chance, at: number) => void;
const insert = (text: string, at: number, piece: string): string => text.slice(0, at) + piece + text.slice(at);
const CHANGES: readonly Change[] = [
  (lines, chance, at) => { lines.splice(at, 0, someLine(chance)); },
  (lines, chance, at) => { lines.splice(at, 0, `${someKey(chance)} =`); },
  (lines, _, at) => { lines.splice(at, 1); },
  (lines, chance, at) => { lines.splice(at, 0, ...Array.from({ length: 1 + chance(40) }, () => lines[at] ?? "")); },
  (lines, chance, at) => { const other = chance(lines.length); [lines[at], lines[other]] = [lines[other] ?? "", lines[at] ?? ""]; },
  (lines, chance, at) => { lines[at] = (lines[at] ?? "").replace(/=.*/, `= ${someValue(chance)}`); },
  (lines, chance, at) => { lines[at] = (lines[at] ?? "").replace(/^[^=]*/, someKey(chance)); },
  (lines, chance, at) => { const text = lines[at] ?? ""; lines[at] = insert(text, chance(text.length + 1), pick(chance, HOSTILE)); },
  (lines, chance, at) => { const text = lines[at] ?? ""; lines[at] = text.slice(0, chance(text.length + 1)); },
  (lines, chance, at) => { lines[at] = (lines[at] ?? "").replace(/\d+/, () => pick(chance, ["0", "-1", "4294967295", "99999999999", "08", "0x10"])); },
  (lines, _, at) => { lines[at] = `${lines[at] ?? ""}\r`; },
];

export function mutated(text: string, other: string, chance: Chance): string {
  const lines = text.split("\n");
  if (chance(5) === 0) lines.splice(chance(lines.length), 0, ...other.split("\n").slice(0, chance(20)));
  for (let count = 1 + chance(6); count > 0; count--) pick(chance, CHANGES)(lines, chance, chance(lines.length));
  return lines.join("\n");
}
