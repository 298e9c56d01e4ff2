// Owns "does a text fit the facts of a grammar?", as a JSON Schema made of them would answer.
import type { Facts } from "../grammar/grammar.ts";

function fitsWord(facts: Facts, text: string): boolean {
  const { choices, pattern, ignoresCase = false } = facts;
  if (choices === undefined && pattern === undefined) return true;
  const isSame = (choice: string): boolean => choice === text || (ignoresCase && choice.toLowerCase() === text.toLowerCase());
  return choices?.some(isSame) === true || (pattern !== undefined && new RegExp(pattern, "u").test(text));
}

export const fits = (facts: Facts, text: string): boolean =>
  (facts.isWords === true ? text.split(/[ \t]+/).filter((word) => word !== "").every((word) => fitsWord(facts, word)) : fitsWord(facts, text));
