// Owns the argument comparisons of a rule: `[INDEX,VALUE,OPERATOR]`, `[INDEX,VALUE,&=,MASK]`, up to six.
import { OPERATORS } from "./bpf.ts";
import type { Comparison, Operator } from "./bpf.ts";

const WORDS: Readonly<Record<string, Operator>> = {
  ...Object.fromEntries(OPERATORS.map((operator) => [operator, operator])),
  SCMP_CMP_NE: "!=", SCMP_CMP_LT: "<", SCMP_CMP_LE: "<=", SCMP_CMP_EQ: "==", SCMP_CMP_GE: ">=", SCMP_CMP_GT: ">", SCMP_CMP_MASKED_EQ: "&=",
};
/** A system call has six arguments. */
const MOST = 6;

/** Decimal, 0x…, or octal with a leading 0, as scanf(3) reads numbers; negative ones wrap to 64 bits. */
function numberOf(text: string): bigint | undefined {
  const [, sign = "", digits = ""] = /^([-+]?)(0x[0-9a-f]+|\d+)$/i.exec(text) ?? [];
  if (digits === "" || (/^0\d/.test(digits) && /[89]/.test(digits))) return undefined;
  const value = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return value > 0xffffffffffffffffn ? undefined : BigInt.asUintN(64, sign === "-" ? -value : value);
}

function readComparison(text: string): Comparison | string {
  const [index = "", value = "", word = "", mask, ...rest] = text.split(",").map((part) => part.trim());
  const operator = WORDS[word];
  if (!/^[0-5]$/.test(index)) return `'[${text}]' compares argument '${index}': a system call has arguments 0 to 5`;
  if (operator === undefined) return `'${word}' compares nothing: operators are ${OPERATORS.join(" ")}`;
  const [number, masked] = [numberOf(value), mask === undefined ? 0n : numberOf(mask)];
  if (number === undefined) return `'${value}' is not a number of 64 bits`;
  if (masked === undefined || rest.length > 0) return `'[${text}]' does not end with a mask`;
  // bits that the mask takes away cannot be compared
  return operator === "&=" ? { index: Number(index), operator, value: number & masked, mask: masked } : { index: Number(index), operator, value: number };
}

/** What stands behind a rule's action; a text is what is wrong with it. */
export function readComparisons(text: string): readonly Comparison[] | string {
  const found = [...text.matchAll(/\[([^\][]*)\]/g)].map(([, inner = ""]) => inner);
  if (text.replaceAll(/\[[^\][]*\]/g, "").trim() !== "") return `'${text.trim()}' is not a list of [INDEX,VALUE,OPERATOR]`;
  if (found.length > MOST) return `more than ${MOST} comparisons`;
  const comparisons: Comparison[] = [];
  for (const inner of found) {
    const read = readComparison(inner);
    if (typeof read === "string") return read;
    comparisons.push(read);
  }
  return comparisons;
}
