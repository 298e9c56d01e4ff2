// Owns the guess at the key a user meant.
import { legacyKey } from "./legacy.ts";
import { nearest } from "./nearest.ts";
import { rows } from "./table.ts";

/** Keys as a user may write them: N filled in, families without their star. */
const written = (key: string, index: string): string => key.replace(".N", `.${index}`).replace(/\.\*$/, "");

/** `lxc.cgruop.memory.max`: the first words are a family with a typo, the rest is the user's own. */
function inFamily(key: string): string | undefined {
  const words = key.split(".");
  const families = new Map(rows.flatMap((row) => (row.isFamily ? [row.key, ...row.legacy].map((name): [string, string] => [name.slice(0, -2), row.key.slice(0, -2)]) : [])));
  for (const size of [3, 2]) {
    const near = words.length <= size ? undefined : nearest(words.slice(0, size).join("."), [...families.keys()].filter((name) => name.split(".").length === size));
    if (near !== undefined) return [families.get(near), ...words.slice(size)].join(".");
  }
  return undefined;
}

/** The present key nearest to `key`; undefined when none is near. */
export function guessKey(key: string): string | undefined {
  const family = inFamily(key);
  if (family !== undefined) return family;
  const index = /^lxc\.net(?:work)?\.(\d+)/.exec(key)?.[1] ?? "0";
  const found = nearest(key, rows.flatMap((row) => [row.key, ...row.legacy].map((name) => written(name, index))));
  if (found === undefined) return undefined;
  const legacy = legacyKey(found);
  return legacy?.kind === "renamed" ? legacy.key : legacy?.kind === "network" ? `lxc.net.${index}.${legacy.sub}` : found;
}

const SEE = "see lxc.container.conf(5) for the keys";

export const guessRemedy = (key: string): string => {
  const guess = guessKey(key);
  return guess === undefined ? SEE : `did you mean '${guess}'?`;
};
