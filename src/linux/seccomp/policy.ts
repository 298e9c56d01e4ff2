// Owns the language of LXC's seccomp policies, version 1 (numbers that are allowed) and 2 (rules with actions and comparisons).
import type { Comparison } from "./bpf.ts";
import { readComparisons } from "./comparisons.ts";

/** SECCOMP_RET_*; of errno, the number is in the low 16 bits. */
export const ACTION = { kill: 0, trap: 0x00030000, errno: 0x00050000, notify: 0x7fc00000, log: 0x7ffc0000, allow: 0x7fff0000 } as const;
const EACCES = 13;
const MOST_ERRNO = 4095;
const MNT_FORCE = 1n;

export interface Rule {
  readonly line: number;
  /** A system call's name; version 1 has numbers of the machine's own interface. */
  readonly call: string | number;
  readonly action: number;
  readonly comparisons: readonly Comparison[];
}
export interface Policy {
  /** What happens to a call without a rule. */
  readonly fallback: number;
  readonly rules: readonly Rule[];
  /** Version 1: only the machine's own interface may be used at all. */
  readonly isNativeOnly: boolean;
}
/** Something wrong in a line; `isWarning`: the policy can be used nevertheless. */
export interface Flaw { readonly line: number; readonly text: string; readonly remedy?: string; readonly isWarning?: boolean }

const SECTIONS = new Set(["all", "x86", "x86_64", "x32", "arm", "arm64", "mips", "mips64", "mips64n32", "mipsel", "mipsel64", "mipsel64n32", "ppc", "ppc64", "ppc64le", "s390", "s390x", "loongarch64", "riscv64"]);

/** A section of another machine: its rules are passed over. */
interface Reader { readonly sections: readonly string[]; readonly flaws: Flaw[]; isForeign: boolean; readonly byDefault: number; readonly rules: Rule[] }

/** `errno 1`, `kill`; a text is what is wrong. */
function readAction(words: readonly string[]): number | string {
  const [word = "", argument, ...rest] = words;
  if (word === "errno") {
    const errno = Number(argument);
    if (argument === undefined || !/^\d+$/.test(argument) || errno > MOST_ERRNO || rest.length > 0) return `'${words.join(" ")}': errno takes a number up to ${MOST_ERRNO}`;
    return ACTION.errno | errno;
  }
  if (argument !== undefined) return `'${words.join(" ")}' is not an action`;
  if (word === "kill" || word === "trap" || word === "allow" || word === "log" || word === "notify") return ACTION[word];
  return `'${word}' is not an action`;
}
const actionFlaw = (line: number, text: string): Flaw => ({ line, text, remedy: "actions are kill, errno N, trap, allow, log and notify" });

/** Text up to a comment. LXC takes a `#` in the first column only, and ignores what follows some words. */
const withoutComment = (line: string): string => line.replace(/(^|\s)#.*$/, "").trim();
const wordsOf = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== "");

/** umount2(2) with MNT_FORCE hangs or harms others' mounts of a network file system. */
const forceUmount = (line: number): Rule => ({ line, call: "umount2", action: ACTION.errno | EACCES, comparisons: [{ index: 1, operator: "&=", value: MNT_FORCE, mask: MNT_FORCE }] });

function readRule(reader: Reader, line: number, text: string): void {
  const { flaws, rules, byDefault } = reader;
  const bracket = text.indexOf("[");
  const [call = "", ...words] = wordsOf(bracket < 0 ? text : text.slice(0, bracket));
  if (call === "reject_force_umount") {
    rules.push(forceUmount(line));
    return;
  }
  const action = words.length === 0 ? byDefault : readAction(words);
  const comparisons = bracket < 0 ? [] : readComparisons(text.slice(bracket));
  if (typeof action === "string") flaws.push(actionFlaw(line, action));
  if (typeof comparisons === "string") flaws.push({ line, text: comparisons });
  if (typeof action === "number" && typeof comparisons !== "string") rules.push({ line, call, action, comparisons });
}

function readSection(reader: Reader, line: number, text: string): void {
  const name = text.slice(1, -1).toLowerCase();
  if (!text.endsWith("]") || !SECTIONS.has(name)) reader.flaws.push({ line, text: `'${text}' is not a section`, remedy: `sections are named after machines: ${reader.sections.map((section) => `[${section}]`).join(" ")}` });
  reader.isForeign = !reader.sections.includes(name);
}

/** Rules and sections. As in LXC, a section says which machines its rules are for; there they hold for all ways into the kernel. */
function readRules(reader: Reader, lines: readonly string[]): void {
  lines.forEach((raw, i) => {
    const text = withoutComment(raw);
    if (i < 2 || text === "") return;
    if (text.startsWith("[")) readSection(reader, i + 1, text);
    else if (!reader.isForeign) readRule(reader, i + 1, text);
  });
}

function readNumbers(lines: readonly string[]): { readonly rules: readonly Rule[]; readonly flaws: readonly Flaw[] } {
  const rows = lines.slice(2).map((line, i) => ({ line: i + 3, text: withoutComment(line) })).filter(({ text }) => text !== "");
  const isNumber = ({ text }: { readonly text: string }): boolean => /^\d{1,6}$/.test(text);
  return {
    rules: rows.filter(isNumber).map(({ line, text }) => ({ line, call: Number(text), action: ACTION.allow, comparisons: [] })),
    flaws: rows.filter((row) => !isNumber(row)).map(({ line, text }) => ({ line, text: `'${text}' is not the number of a system call`, remedy: "names are for version 2: write 2 in the first line" })),
  };
}

export interface ReadPolicy { readonly policy: Policy; readonly flaws: readonly Flaw[] }

/** `sections`: those that are for this machine. With a flaw that is no warning the policy must not be used. */
export function readPolicy(text: string, sections: readonly string[]): ReadPolicy {
  const lines = text.split("\n");
  const [version = "", head = ""] = lines.map(withoutComment);
  const [style = "", ...words] = wordsOf(head);
  const isAllowing = style === "allowlist" || style === "whitelist";
  const flaws: Flaw[] = [];
  if (version !== "1" && version !== "2") flaws.push({ line: 1, text: `'${version}' is not the version of a seccomp policy`, remedy: "write 2 in the first line" });
  else if (!isAllowing && (version === "1" || (style !== "denylist" && style !== "blacklist"))) {
    flaws.push({ line: 2, text: `'${style}' is not the style of a seccomp policy`, remedy: version === "1" ? "write allowlist in the second line" : "write denylist or allowlist in the second line" });
  }
  const fallback = words.length === 0 || version === "1" ? (isAllowing ? ACTION.kill : ACTION.allow) : readAction(words);
  if (typeof fallback === "string") flaws.push(actionFlaw(2, fallback));
  const policy = { fallback: typeof fallback === "number" ? fallback : ACTION.kill, isNativeOnly: version === "1" };
  if (flaws.length > 0) return { policy: { ...policy, rules: [] }, flaws };
  if (version === "1") {
    const read = readNumbers(lines);
    return { policy: { ...policy, rules: read.rules }, flaws: read.flaws };
  }
  const reader: Reader = { sections, flaws, isForeign: false, byDefault: isAllowing ? ACTION.allow : ACTION.kill, rules: [] };
  readRules(reader, lines);
  return { policy: { ...policy, rules: reader.rules }, flaws };
}
