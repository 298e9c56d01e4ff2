// Owns the plain grammars: switches, numbers, text, one of a few words.
import { didYouMean } from "../nearest.ts";
import { good, wrong, type Grammar } from "./grammar.ts";

/** Numbers as strtoul(3) with base 0 reads them: 16, +16, 0x10 and 020 are the same. */
export function unsigned(text: string): number | undefined {
  if (text.length === 1 && text >= "0" && text <= "9") return text.charCodeAt(0) - 48;
  if (text.startsWith("+") && !text.startsWith("++")) return unsigned(text.slice(1));
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text);
  if (/^0[0-7]{1,16}$/.test(text)) return Number.parseInt(text, 8);
  return /^0[xX][0-9a-fA-F]{1,12}$/.test(text) ? Number.parseInt(text, 16) : undefined;
}

/** What `unsigned` reads, as part of a regular expression. */
export const NUMBER = "(?:[+]?(?:0|[1-9][0-9]*|0[0-7]+|0[xX][0-9a-fA-F]+))";

const MEANT: Readonly<Partial<Record<string, string>>> = { yes: "write 1", true: "write 1", on: "write 1", no: "write 0", false: "write 0", off: "write 0" };

export const bool: Grammar<boolean> = {
  expects: "0 or 1",
  facts: { is: "switch", pattern: "^[+]?(?:0*[01]|0[xX]0*[01])$" },
  read: (text) => {
    const value = unsigned(text);
    return value === 0 || value === 1 ? good(value === 1) : wrong(`'${text}' is not 0 or 1`, 0, MEANT[text.toLowerCase()]);
  },
  show: (value) => [value ? "1" : "0"],
};

/** `min` to `max`. */
export const count = (max = 4294967295, min = 0): Grammar<number> => ({
  expects: max === 4294967295 ? "a number" : `a number from ${min} to ${max}`,
  facts: { is: "number", min, max, pattern: `^${NUMBER}$` },
  read: (text) => {
    const value = unsigned(text);
    if (value === undefined) return wrong(`'${text}' is not a number`);
    if (value < min) return wrong(`${text} is less than ${min}`);
    return value <= max ? good(value) : wrong(`${text} is more than ${max}`);
  },
  show: (value) => [String(value)],
});

/** What an int of C holds. */
export const integer: Grammar<number> = {
  expects: "a whole number from -2147483648 to 2147483647",
  facts: { is: "number", min: -2147483648, max: 2147483647, pattern: `^-?${NUMBER}$` },
  read: (text) => {
    const size = /^[+-]{2}/.test(text) ? undefined : unsigned(text.replace(/^-/, ""));
    if (size === undefined) return wrong(`'${text}' is not a whole number`);
    const value = text.startsWith("-") ? -size : size;
    return value >= -2147483648 && value <= 2147483647 ? good(value) : wrong(`${text} is not within -2147483648 and 2147483647`);
  },
  show: (value) => [String(value)],
};

/** `what` names it: `a path`, `a shell command line`; `offers`: words that mean something special. */
export const anyText = (what: string, offers?: readonly string[]): Grammar<string> => ({ expects: what, read: good, ...(offers === undefined ? {} : { facts: { offers } }) });

export const maxLength = (what: string, length: number): Grammar<string> => ({
  expects: `${what}, at most ${length} characters`,
  facts: { pattern: `^.{0,${length}}$` },
  read: (text) => (text.length <= length ? good(text) : wrong(`'${text}' has ${text.length} characters, at most ${length} are possible`)),
});

export function oneOf<const T extends string>(choices: readonly T[]): Grammar<T> {
  const list = choices.length < 2 ? choices.join() : `${choices.slice(0, -1).join(", ")} or ${choices.at(-1) ?? ""}`;
  return {
    expects: list,
    facts: { choices },
    read: (text) => {
      const found = choices.find((choice) => choice === text);
      return found === undefined ? wrong(`'${text}' is not ${list}`, 0, didYouMean(text.toLowerCase(), choices)) : good(found);
    },
  };
}
