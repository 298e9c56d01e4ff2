// Owns quantities with units: sizes, times, resource limits, signals.
import { RLIM_INFINITY } from "../../linux/rlimits.ts";
import { RTMAX, signalNames, signalNumber } from "../../linux/signals.ts";
import { didYouMean } from "../nearest.ts";
import { good, wrong, type Facts, type Grammar } from "./grammar.ts";

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, kb: 1024, m: 1048576, mb: 1048576, g: 1073741824, gb: 1073741824 };
const PAGE = 4096;
const AUTO = 131072;

function powerOfTwo(size: number): number {
  let power = PAGE;
  while (power < size) power *= 2;
  return power;
}

/** lxc.console.size and lxc.console.buffer.size: at least a page, rounded up to a power of two, as LXC does. */
export const ringSize: Grammar<number> = {
  expects: "auto, or a number of bytes, kB, MB or GB",
  facts: { is: "number", min: 0, max: 2 ** 40, choices: ["auto"], pattern: "^[0-9]{1,12}\\s*(?:[kKmMgG][bB]?)?$" },
  read: (text) => {
    if (text === "auto") return good(AUTO);
    const [, digits = "", unit = ""] = /^(\d{1,12})\s*([A-Za-z]*)$/.exec(text) ?? [];
    const factor = UNITS[unit.toLowerCase()];
    if (digits === "" || factor === undefined) return wrong(`'${text}' is not a size`, 0, "write a number and one of kB, MB, GB, or auto");
    const size = Number(digits) * factor;
    return size <= 2 ** 40 ? good(powerOfTwo(size)) : wrong(`'${text}' is more than this can hold`);
  },
  show: (value) => [String(value)],
};

const NANOSECONDS: Readonly<Record<string, bigint>> = { h: 3600000000000n, m: 60000000000n, s: 1000000000n, ms: 1000000n, us: 1000n, ns: 1n };

/** Nanoseconds. */
export const duration: Grammar<bigint> = {
  expects: "a number, may be negative, with one of h, m, s, ms, us, ns",
  facts: { pattern: "^[+-]?[0-9]{1,18}\\s*(?:h|m|s|ms|us|ns)$" },
  read: (text) => {
    const [, sign = "", digits = "", unit = ""] = /^([+-]?)(\d{1,18})\s*([a-z]*)$/.exec(text) ?? [];
    const factor = NANOSECONDS[unit];
    if (digits === "") return wrong(`'${text}' is not a time`, 0, "write a number and one of h, m, s, ms, us, ns");
    if (factor === undefined) return wrong(unit === "" ? `'${text}' has no unit` : `'${unit}' is not a unit of time`, Math.max(0, text.length - unit.length), "use h, m, s, ms, us or ns");
    return good(BigInt(digits) * factor * (sign === "-" ? -1n : 1n));
  },
  show: (value) => [`${value}ns`],
};

export interface Limit { readonly soft: bigint; readonly hard: bigint }

function limitNumber(text: string): bigint | undefined {
  if (text === "unlimited" || text === "-1") return RLIM_INFINITY;
  const value = /^\+?\d{1,20}$/.test(text) ? BigInt(text) : undefined;
  return value === undefined || value > RLIM_INFINITY ? undefined : value;
}

const limitWord = (value: bigint): string => (value === RLIM_INFINITY ? "unlimited" : String(value));

export const limit: Grammar<Limit> = {
  expects: "SOFT[:HARD], each a number or unlimited",
  facts: { is: "number", min: -1, choices: ["unlimited"], pattern: "^(?:[+]?[0-9]{1,20}|unlimited|-1)\\s*(?::\\s*(?:[+]?[0-9]{1,20}|unlimited|-1))?$" },
  read: (text) => {
    const colon = text.indexOf(":");
    const [first, second] = colon < 0 ? [text, text] : [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
    const soft = limitNumber(first);
    const hard = limitNumber(second);
    if (soft === undefined) return wrong(`'${first}' is not a number or 'unlimited'`);
    if (hard === undefined) return wrong(`'${second}' is not a number or 'unlimited'`, colon + 1);
    return soft <= hard ? good({ soft, hard }) : wrong(`the soft limit ${first} is above the hard limit ${second}`, 0, "write SOFT:HARD with SOFT not above HARD");
  },
  show: ({ soft, hard }) => [soft === hard ? limitWord(soft) : `${limitWord(soft)}:${limitWord(hard)}`],
};

/** 0 is no signal: what that means is said at each key. */
export const signal: Grammar<number> = {
  expects: "a signal: a number, SIGNAME, SIGRTMIN+N or SIGRTMAX-N",
  get facts(): Facts { return { is: "number", min: 0, max: RTMAX, choices: signalNames(), ignoresCase: true, pattern: "^0*(?:[0-9]|[1-5][0-9]|6[0-4])$|^[sS][iI][gG][rR][tT][mM](?:[iI][nN]|[aA][xX])(?:[+-](?:[012]?[0-9]|30))?$" }; },
  read: (text) => {
    const value = text.startsWith("0") && /^0+$/.test(text) ? 0 : signalNumber(text.toUpperCase());
    if (value !== undefined) return good(value);
    const isBare = signalNumber(`SIG${text.toUpperCase()}`) !== undefined;
    return wrong(`'${text}' is not a signal`, 0, isBare ? `write SIG${text.toUpperCase()}` : didYouMean(text.toUpperCase(), signalNames(), "see signal(7) for the names"));
  },
  show: (value) => [String(value)],
};
