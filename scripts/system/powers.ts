// Owns test/system/powers.json: what a user's start could do in each context of each machine, as the system tests saw it last.
// docs/reference/contexts.md is made of it; a run that sees anything else fails, until `--record` writes it anew.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../step.ts";
import { KINDS, nameOf } from "./layouts.ts";

/** What a context could do, as a check says it: `power CONTEXT WHAT WORD`. */
export interface Power { readonly context: string; readonly what: string; readonly word: string }
type Words = Readonly<Record<string, string>>;
/** Kind of machine -> context -> what -> word. */
export type Powers = Readonly<Record<string, Readonly<Record<string, Words>>>>;

const FILE = "test/system/powers.json";

function isPowers(data: unknown, depth = 3): data is Powers {
  if (depth === 0) return typeof data === "string";
  return typeof data === "object" && data !== null && Object.values(data).every((one) => isPowers(one, depth - 1));
}

export function recordedPowers(): Powers {
  const data: unknown = JSON.parse(readFileSync(join(ROOT, FILE), "utf8"));
  if (!isPowers(data)) throw new Error(`${FILE}: not as scripts/system/powers.ts writes it`);
  return data;
}

function powersOf(seen: readonly Power[]): Readonly<Record<string, Words>> {
  const all: Record<string, Record<string, string>> = {};
  for (const { context, what, word } of seen) (all[context] ??= {})[what] = word;
  return all;
}

const userOf = (context: string): string => context.split(":")[0] ?? "";

/** What is recorded of the kind, of these users alone or of all others: each belongs to one file of checks, and not all are run. */
function recordedOf(kind: string, recorded: Powers, seen: readonly Power[], isOfThem: boolean): Readonly<Record<string, Words>> {
  const users = seen.map(({ context }) => userOf(context));
  return Object.fromEntries(Object.entries(recorded[kind] ?? {}).filter(([context]) => users.includes(userOf(context)) === isOfThem));
}

/** One line for each word that is another one than recorded. */
export function changedPowers(kind: string, seen: readonly Power[], recorded: Powers): readonly string[] {
  const now = powersOf(seen);
  const then = recordedOf(kind, recorded, seen, true);
  const contexts = [...new Set([...Object.keys(then), ...Object.keys(now)])];
  return contexts.flatMap((context) => [...new Set([...Object.keys(then[context] ?? {}), ...Object.keys(now[context] ?? {})])]
    .map((what) => ({ what, was: then[context]?.[what] ?? "nothing", is: now[context]?.[what] ?? "nothing" })).filter(({ was, is }) => was !== is)
    .map(({ what, was, is }) => `${kind}: ${context}: ${what}: '${is}', and ${FILE} says '${was}' (npm run test:system -- ${kind} --record)`));
}

export function record(kind: string, seen: readonly Power[]): void {
  const recorded = recordedPowers();
  const all: Powers = { ...recorded, [kind]: { ...recordedOf(kind, recorded, seen, false), ...powersOf(seen) } };
  const names = KINDS.map(nameOf).filter((name) => all[name] !== undefined);
  writeFileSync(join(ROOT, FILE), `${JSON.stringify(Object.fromEntries(names.map((name) => [name, all[name]])), undefined, 1)}\n`);
}
