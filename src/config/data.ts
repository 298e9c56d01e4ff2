// Owns a config given as data -> its text: a line for each value, checked as the lines of a file are.
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import { valueProblem, written } from "./edit.ts";
import type { ConfigValues } from "./keys.gen.ts";
import { legacyKey } from "./legacy.ts";
import { presentKey } from "./present-key.ts";
import { findKey, type Found } from "./table.ts";

type Value = string | number | boolean | readonly (string | number | boolean)[] | undefined;

/** Old names are what they are called now; those that belong to the interface begun last cannot be told in data. */
function keyOf(key: string): Result<Found> {
  const legacy = findKey(key) === undefined ? legacyKey(key) : undefined;
  return presentKey(legacy?.kind === "renamed" ? legacy.key : key);
}

const textOf = (value: string | number | boolean): string => (typeof value === "boolean" ? (value ? "1" : "0") : String(value));
const textsOf = (value: Exclude<Value, undefined>): readonly string[] => (typeof value === "object" ? value.map(textOf) : [textOf(value)]);

function line({ row, key }: Found, text: string): Problem | string {
  if (text === "") return `${key} =`;
  return valueProblem({ row, key, sub: "" }, key, text) ?? `${key} = ${written(key, text)}`;
}

/** An interface begins with its type. */
const typesFirst = (entries: readonly (readonly [string, Value])[]): readonly (readonly [string, Value])[] => {
  const isType = ([key]: readonly [string, Value]): boolean => /^lxc\.net\.\d+\.type$/.test(key);
  const ofNet = ([key]: readonly [string, Value]): boolean => /^lxc\.net\.\d+\./.test(key);
  const first = entries.findIndex(ofNet);
  return first < 0 ? entries : [...entries.slice(0, first), ...entries.filter(isType), ...entries.slice(first).filter((entry) => !isType(entry))];
};

/** The lines in the order of the keys, but that an interface begins with its type. All problems at once. */
export function configText(values: ConfigValues): Result<string> {
  const entries: readonly (readonly [string, Value])[] = Object.entries(values);
  const problems: Problem[] = [];
  const lines: string[] = [];
  for (const [key, value] of typesFirst(entries)) {
    if (value === undefined) continue;
    const found = keyOf(key);
    if (!found.ok) { problems.push(...found.problems); continue; }
    for (const made of textsOf(value).map((text) => line(found.value, text))) {
      if (typeof made === "string") lines.push(`${made}\n`);
      else problems.push(made);
    }
  }
  return problems.length > 0 ? fail(...problems) : ok(lines.join(""));
}
