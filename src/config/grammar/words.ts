// Owns lists of words: capabilities, namespaces, groups; and splitting a command line.
import { CAPABILITIES, capabilityName, capabilityNumber } from "../../linux/capabilities.ts";
import type { NamespaceName } from "../../model/spec.ts";
import { didYouMean } from "../nearest.ts";
import { good, words, wrong, type Grammar, type Reading } from "./grammar.ts";
import { NUMBER, unsigned } from "./scalar.ts";

/** Every word through `one`; stops at the first that is wrong. */
function each<T>(text: string, one: (word: string) => Reading<T>): Reading<readonly T[]> {
  const values: T[] = [];
  for (const word of words(text)) {
    const reading = one(word.text);
    if (!reading.ok) return { ...reading, offset: word.offset + reading.offset };
    values.push(reading.value);
  }
  return good(values);
}

function capability(word: string): Reading<string> {
  const value = capabilityNumber(word);
  return value === undefined ? wrong(`'${word}' is not a capability`, 0, didYouMean(word.toLowerCase().replace(/^cap_/, ""), CAPABILITIES, "see capabilities(7); write the names without CAP_")) : good(capabilityName(value));
}

/** A number, or a name with CAP_ in front, is understood, too. */
const OTHER_CAPABILITY = "^[0-9]{1,2}$|^[cC][aA][pP]_[a-zA-Z_]+$";

export const capabilities: Grammar<readonly string[]> = {
  expects: "names of capabilities without CAP_, separated by blanks",
  facts: { isWords: true, choices: CAPABILITIES, ignoresCase: true, pattern: OTHER_CAPABILITY },
  read: (text) => each(text, capability),
};

/** `none` empties what came before it. */
export const keptCapabilities: Grammar<readonly string[]> = {
  expects: "names of capabilities without CAP_, separated by blanks, or none",
  facts: { isWords: true, choices: [...CAPABILITIES, "none"], ignoresCase: true, pattern: OTHER_CAPABILITY },
  read: (text) => each(text, (word) => (word === "none" ? good(word) : capability(word))),
};

export const NAMESPACES: readonly NamespaceName[] = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];

export function namespaceName(word: string): Reading<NamespaceName> {
  const found = NAMESPACES.find((name) => name === word);
  if (found !== undefined) return good(found);
  return wrong(`'${word}' is not a namespace`, 0, didYouMean(word, NAMESPACES, `use ${NAMESPACES.join(", ")}`));
}

export const namespaces: Grammar<readonly NamespaceName[]> = {
  expects: `words out of ${NAMESPACES.join(", ")}`, facts: { isWords: true, choices: NAMESPACES }, read: (text) => each(text, namespaceName), show: (names) => names,
};

export const anyWords = (what: string): Grammar<readonly string[]> => ({ expects: `${what}, separated by blanks`, facts: { isWords: true }, read: (text) => each(text, (word) => good(word)), show: (names) => names });

export const groupIds: Grammar<readonly number[]> = {
  expects: "group ids, separated by commas",
  facts: { pattern: `^\\s*(?:${NUMBER}\\s*)?(?:,\\s*(?:${NUMBER}\\s*)?)*$` },
  read: (text) => {
    const values: number[] = [];
    let offset = 0;
    for (const part of text.split(",")) {
      const value = unsigned(part.trim());
      if (value !== undefined && value <= 4294967294) values.push(value);
      else if (part.trim() !== "") return wrong(`'${part.trim()}' is not a group id`, offset + part.length - part.trimStart().length, "write numbers with commas between them");
      offset += part.length + 1;
    }
    return good(values);
  },
  show: (values) => values.map(String),
};

interface Argument { readonly text: string; readonly end: number; readonly isOpen: boolean }

/** One argument that starts at `start`. A quote counts only at an argument's start; there is no escape: LXC's rule. */
function argumentAt(text: string, start: number): Argument {
  const quote = text.charAt(start);
  if (quote === "'" || quote === '"') {
    const close = text.indexOf(quote, start + 1);
    return close < 0 ? { text: "", end: text.length, isOpen: true } : { text: text.slice(start + 1, close), end: close + 1, isOpen: false };
  }
  let end = start;
  while (end < text.length && !/\s/.test(text.charAt(end))) end++;
  return { text: text.slice(start, end), end, isOpen: false };
}

export const commandLine: Grammar<readonly string[]> = {
  expects: "a command and its arguments; an argument in quotes may hold blanks",
  read: (text) => {
    const argv: string[] = [];
    let at = 0;
    while (at < text.length) {
      if (/\s/.test(text.charAt(at))) { at++; continue; }
      const argument = argumentAt(text, at);
      if (argument.isOpen) return wrong(`the quote ${text.charAt(at)} is not closed`, at);
      argv.push(argument.text);
      at = argument.end;
    }
    return good(argv);
  },
};
