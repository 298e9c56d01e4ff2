// Owns the classic BPF that seccomp(2) takes: instructions over struct seccomp_data, and code that compares a call's arguments.

/** struct sock_filter: code, jump when true, jump when false (in instructions), constant. */
export type Instruction = readonly [code: number, jt: number, jf: number, k: number];
export type Code = readonly Instruction[];

export const OPERATORS = ["!=", "<", "<=", "==", ">=", ">", "&="] as const;
export type Operator = (typeof OPERATORS)[number];
/** `&=`: the argument, masked, is the value. */
export interface Comparison { readonly index: number; readonly operator: Operator; readonly value: bigint; readonly mask?: bigint }

const LOAD = 0x20, AND = 0x54, JUMP = 0x05, JUMP_EQUAL = 0x15, JUMP_GREATER = 0x25, JUMP_AT_LEAST = 0x35, RETURN = 0x06;
/** A conditional jump's distance is one byte. */
const FARTHEST = 255;
/** BPF_MAXINSNS. */
export const MOST_INSTRUCTIONS = 4096;
/** Offsets in struct seccomp_data. */
const NUMBER = 0, ARCHITECTURE = 4, ARGUMENTS = 16;

export const loadNumber: Instruction = [LOAD, 0, 0, NUMBER];
export const loadArchitecture: Instruction = [LOAD, 0, 0, ARCHITECTURE];
export const answer = (action: number): Instruction => [RETURN, 0, 0, action];

/** Goes on with `then` when the accumulator is (at least) the constant, else behind it. */
function branch(code: number, k: number, then: Code): Code {
  return then.length <= FARTHEST ? [[code, 0, then.length, k], ...then] : [[code, 1, 0, k], [JUMP, 0, 0, then.length], ...then];
}
export const ifEqual = (k: number, then: Code): Code => branch(JUMP_EQUAL, k, then);
/** Two ends of a search: below `k`, or at least `k`. Neither may run off its end. */
export const ifBelow = (k: number, below: Code, atLeast: Code): Code =>
  (below.length <= FARTHEST ? [[JUMP_AT_LEAST, below.length, 0, k], ...below, ...atLeast] : [[JUMP_AT_LEAST, 0, 1, k], [JUMP, 0, 0, below.length], ...below, ...atLeast]);

/** Where a test leads: to what follows it, to the end of this comparison as true or as false. */
type Way = "next" | "true" | "false";
type Test = { readonly load: number } | { readonly and: number } | { readonly code: number; readonly k: number; readonly yes: Way; readonly no: Way };

const low = (value: bigint): number => Number(BigInt.asUintN(32, value));
const high = (value: bigint): number => Number(BigInt.asUintN(32, value >> 32n));

/** Little-endian words; the 32-bit interfaces pass one, the kernel fills the other. */
function tests({ index, operator, value, mask = 0n }: Comparison, isWide: boolean): readonly Test[] {
  const at = ARGUMENTS + 8 * index;
  const [k, top] = [low(value), high(value)];
  const word = (code: number, isTrue: boolean): readonly Test[] => [{ load: at }, { code, k, yes: isTrue ? "true" : "false", no: isTrue ? "false" : "true" }];
  const loadHigh: Test = { load: at + 4 };
  switch (operator) {
    case "&=": return [...(isWide ? [loadHigh, { and: high(mask) }, { code: JUMP_EQUAL, k: top, yes: "next", no: "false" }] as const : []), { load: at }, { and: low(mask) }, { code: JUMP_EQUAL, k, yes: "true", no: "false" }];
    case "==": return [...(isWide ? [loadHigh, { code: JUMP_EQUAL, k: top, yes: "next", no: "false" }] as const : []), ...word(JUMP_EQUAL, true)];
    case "!=": return [...(isWide ? [loadHigh, { code: JUMP_EQUAL, k: top, yes: "next", no: "true" }] as const : []), ...word(JUMP_EQUAL, false)];
    default: {
      // a < b is not (a >= b), a <= b is not (a > b)
      const isTrue = operator === ">" || operator === ">=";
      const [more, less]: readonly [Way, Way] = isTrue ? ["true", "false"] : ["false", "true"];
      const both: readonly Test[] = isWide ? [loadHigh, { code: JUMP_GREATER, k: top, yes: more, no: "next" }, { code: JUMP_EQUAL, k: top, yes: "next", no: less }] : [];
      return [...both, ...word(operator === ">" || operator === "<=" ? JUMP_GREATER : JUMP_AT_LEAST, isTrue)];
    }
  }
}

/** Answers with the action when all comparisons hold, else goes on behind this code. */
export function ifArguments(comparisons: readonly Comparison[], isWide: boolean, action: number): Code {
  const groups = comparisons.map((comparison) => tests(comparison, isWide));
  const ends: number[] = [];
  for (const group of groups) ends.push((ends.at(-1) ?? 0) + group.length);
  const total = ends.at(-1) ?? 0; // the answer's place; at most 6 comparisons of 6 tests, so every jump is near
  let place = 0;
  const code = groups.flatMap((group, i) => group.map((test): Instruction => {
    place++;
    if ("load" in test) return [LOAD, 0, 0, test.load];
    if ("and" in test) return [AND, 0, 0, test.and];
    const to: Readonly<Record<Way, number>> = { next: 0, true: (ends[i] ?? total) - place, false: total + 1 - place };
    return [test.code, to[test.yes], to[test.no], test.k];
  }));
  return [...code, answer(action)];
}

/** Eight digits; without a JIT, as the planner runs, one number is much faster than four bytes. */
const digits = (word: number): string => (0x100000000 + (word >>> 0)).toString(16).slice(1);
const swapped = (word: number): number => (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);

/** The bytes as hexadecimal digits: code (16 bits, of which BPF uses 8), jumps, constant, each little-endian. */
export const programHex = (code: Code): string => code.map(([operation, jt, jf, k]) => digits((operation << 24) | (jt << 8) | jf) + digits(swapped(k))).join("");
