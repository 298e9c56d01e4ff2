// Owns the reading of option values: numbers, `KEY=VALUE`, lists. A wrong one is a Problem that quotes it.
import { controlKey } from "../linux/control-key.ts";
import { byOption } from "../model/origin.ts";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";

const wrong = (option: string, text: string, remedy: string): { readonly ok: false; readonly problems: readonly Problem[] } =>
  fail({ code: "option.value", at: byOption(`--${option}`), text, remedy });

/** As LXC: digits only, 32 bits. */
export function idOf(option: string, text: string | undefined): Result<number | undefined> {
  if (text === undefined) return ok(undefined);
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value <= 0xffffffff ? ok(value) : wrong(option, `--${option}: '${text}' is not an id`, "give a number from 0 to 4294967295");
}

/** A letter for Ctrl and that letter: `^b`, `b`. */
export function keyOf(text: string): Result<number> {
  const key = controlKey(text);
  return key === undefined ? wrong("escape", `--escape: '${text}' is not a letter`, "for <Ctrl+b q>: b or ^b") : ok(key);
}

export function secondsOf(option: string, text: string | undefined, otherwise: number): Result<number> {
  if (text === undefined) return ok(otherwise);
  return /^-?\d+$/.test(text) ? ok(Number(text)) : wrong(option, `--${option}: '${text}' is not a number of seconds`, "give whole seconds; -1 waits for ever");
}

/** `-s K=V`; spaces around the key and the equals sign are as in a config file. */
export function definesOf(values: readonly string[]): Result<readonly string[]> {
  const bad = values.find((value) => !/^\s*[^\s=][^=]*=/.test(value));
  return bad === undefined ? ok(values) : wrong("define", `--define: '${bad}' is not KEY=VALUE`, "for example: -s lxc.uts.name=web");
}

/** `A|B` with a word list; words are compared without case. */
export function wordsOf<W extends string>(option: string, text: string, known: Readonly<Record<string, W>>): Result<readonly W[]> {
  const words: W[] = [];
  for (const part of text.split("|")) {
    const word = known[part.trim().toUpperCase()];
    if (word === undefined) return wrong(option, `--${option}: '${part}' is not known`, `one or more of ${Object.keys(known).join(", ")}, separated by |`);
    words.push(word);
  }
  return ok(words);
}

/** The problems of several readings at once, so that all of them are told together. */
export const problemsOf = (...results: readonly Result<unknown>[]): readonly Problem[] => results.flatMap((result) => (result.ok ? [] : result.problems));

/** `{ [key]: value }`, or nothing: optional fields stay absent. */
export function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  const none: { readonly [P in K]?: V } = {};
  return value === undefined ? none : { ...none, [key]: value };
}
