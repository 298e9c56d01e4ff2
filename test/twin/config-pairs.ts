// Owns which keys and values are put to LXC and to Berth, and what is compared of each.
import { examples } from "../../src/config/golden/examples.ts";
import { rows } from "../../src/config/table.ts";
import { askOurs, type Answer, type Step } from "./config-steps.ts";

/** `before`: what must be set first. */
export interface Pair { readonly key: string; readonly value: string; readonly before: readonly (readonly [string, string])[] }

/** Edges of what a number can be, forms of a number, and what is none; beside those of the examples. */
const NUMBERS = ["2", "007", "0X7f", "+1", "+0", "-0", "1e3", "1.5", "1_000", "٣", "0x", "2147483647", "2147483648", "4294967294", "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "99999999999999999999"];
/** Forms of a text: what the line's parser takes off, and what it must not. */
const TEXTS = ["'a b'", '"a b"', "'a", "a'", "\"'a'\"", "a  b", "a\tb", "é", "日本", "a=b", "a # b", "#", "\\", "a\\", "x".repeat(3000)];

const numeric = /max$|size$|uid$|gid$|delay$|order$|mtu$|queues$|vlan\.id$|signal|level$|autodev$|rotate$|ephemeral$|\.auto$|managed$|relative$|unshare$|nesting$|l2proxy$|privs$|prlimit\.|version$|session$/;

function before(key: string): Pair["before"] {
  const lines = (examples[key]?.before ?? "").split("\n").filter((line) => line !== "");
  return lines.map((line) => { const [name = "", value = ""] = line.split(" = "); return [name, value]; });
}

/** What stands in the table for a key that LXC does not have. */
export const OURS = "berth";

export const PAIRS: readonly Pair[] = rows.filter(({ key, since }) => key !== "lxc.include" && since !== OURS).flatMap((row) => {
  const { good = [], bad = [], key = row.key } = examples[row.key] ?? {};
  // the fstab is a file that must be there
  const more = row.clears !== undefined || key === "lxc.mount.fstab" ? [] : numeric.test(key) && row.key !== "lxc.mount.auto" ? NUMBERS : row.grammar.read("a b=é").ok ? TEXTS : ["'a b'", "é", "A"];
  const values = new Set([...good, ...bad].map(([value]) => value).concat(more));
  return [...values].map((value) => ({ key, value, before: before(row.key) }));
});

const setUp = (pair: Pair): readonly Step[] => pair.before.map(([key, value]): Step => ["set", key, value]);
const text = ({ key, value, before: first }: Pair): string => [...first, [key, value]].map(([name, given]) => `${name} = ${given}\n`).join("");
/** Two questions for each pair: set by the library, and loaded from a file. */
export const questions = (pair: Pair): readonly (readonly Step[])[] => [
  [...setUp(pair), ["set", pair.key, pair.value], ["get", pair.key], ["clear", pair.key], ["get", pair.key]],
  [["load", text(pair)], ["get", pair.key]],
];

/** What is said of a pair. `got`, `cleared` and `loaded` count where the value was taken. */
export interface Said { readonly set: Answer; readonly got: Answer; readonly cleared: Answer; readonly load: Answer; readonly loaded: Answer }
export function said(pair: Pair, [bySet = [], byLoad = []]: readonly (readonly Answer[])[]): Said {
  const [set = null, got = null, , cleared = null] = bySet.slice(pair.before.length);
  const [load = null, loaded = null] = byLoad;
  return { set, got, cleared, load, loaded };
}
export const saidByUs = (pair: Pair): Said => said(pair, questions(pair).map(askOurs));

/** The aspects of which both sides can say something. */
export function compared(ours: Said, theirs: Said): readonly (keyof Said)[] {
  const isSet = ours.set === true && theirs.set === true;
  return ["set", "load", ...(isSet ? ["got", "cleared"] as const : []), ...(ours.load === true && theirs.load === true ? ["loaded"] as const : [])];
}
