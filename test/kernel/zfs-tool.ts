// Owns a stand-in for zfs(8): datasets in a file of JSON, and the rules of who goes before whom. As a program: zfs-tool.ts FILE WORD...
import { readFileSync, writeFileSync } from "node:fs";

export interface Dataset { readonly name: string; readonly content: string; readonly origin?: string; readonly snapshots: readonly { readonly name: string; readonly content: string }[] }
interface Answer { readonly pool: readonly Dataset[]; readonly said: string }

const whole = ({ name }: Dataset, snapshot: string): string => `${name}@${snapshot}`;
const snapshotsOf = (one: Dataset): readonly string[] => one.snapshots.map(({ name }) => whole(one, name));
const below = (root: string) => ({ name }: Dataset): boolean => name === root || name.startsWith(`${root}/`);

function found(pool: readonly Dataset[], name: string): Dataset {
  const dataset = pool.find((one) => one.name === name);
  if (dataset === undefined) throw new Error(`'${name}': dataset does not exist`);
  return dataset;
}
const free = (pool: readonly Dataset[], name: string): void => {
  if (pool.some((one) => one.name === name || snapshotsOf(one).includes(name))) throw new Error(`'${name}': dataset already exists`);
};
const put = (pool: readonly Dataset[], changed: Dataset): readonly Dataset[] => pool.map((one) => (one.name === changed.name ? changed : one));

function promote(pool: readonly Dataset[], name: string): readonly Dataset[] {
  const clone = found(pool, name);
  const [above = "", short = ""] = clone.origin?.split("@") ?? [];
  const source = found(pool, above);
  const count = source.snapshots.findIndex((one) => one.name === short) + 1;
  const moved = source.snapshots.slice(0, count);
  for (const one of moved) free(pool, whole(clone, one.name));
  return pool.map((one): Dataset => {
    if (one === clone) return { name, content: one.content, snapshots: [...moved, ...one.snapshots], ...(source.origin === undefined ? {} : { origin: source.origin }) };
    if (one === source) return { ...one, snapshots: one.snapshots.slice(count), origin: `${name}@${short}` };
    const origin = moved.find((each) => one.origin === whole(source, each.name));
    return origin === undefined ? one : { ...one, origin: whole(clone, origin.name) };
  });
}

function destroy(pool: readonly Dataset[], name: string): readonly Dataset[] {
  const [above = "", snapshot] = name.split("@");
  const dataset = found(pool, above);
  const gone = snapshot === undefined ? snapshotsOf(dataset) : [name];
  if (gone.some((one) => pool.some(({ origin }) => origin === one))) throw new Error(`cannot destroy '${name}': it has dependent clones`);
  if (snapshot === undefined) return pool.filter((one) => one !== dataset);
  if (!dataset.snapshots.some((one) => one.name === snapshot)) throw new Error(`'${name}': dataset does not exist`);
  return put(pool, { ...dataset, snapshots: dataset.snapshots.filter((one) => one.name !== snapshot) });
}

/** Throws what zfs says. */
export function zfs(pool: readonly Dataset[], words: readonly string[]): Answer {
  const [verb, last = "", before = ""] = [words[0], words.at(-1), words.at(-2)];
  const done = (changed: readonly Dataset[]): Answer => ({ pool: changed, said: "" });
  switch (verb) {
    case "list": {
      const shown = words.includes("-r") ? pool.filter(below(last)) : [found(pool, last)];
      return { pool, said: shown.flatMap((one) => (words.includes("snapshot") ? snapshotsOf(one) : [words.includes("name,origin") ? `${one.name}\t${one.origin ?? "-"}` : one.name])).map((line) => `${line}\n`).join("") };
    }
    case "snapshot": {
      const [name = "", short = ""] = last.split("@");
      free(pool, last);
      const dataset = found(pool, name);
      return done(put(pool, { ...dataset, snapshots: [...dataset.snapshots, { name: short, content: dataset.content }] }));
    }
    case "clone": {
      free(pool, last);
      const [name = "", short = ""] = before.split("@");
      const content = found(pool, name).snapshots.find((one) => one.name === short)?.content;
      if (content === undefined) throw new Error(`'${before}': dataset does not exist`);
      return done([...pool, { name: last, content, origin: before, snapshots: [] }]);
    }
    case "rename": {
      free(pool, last);
      found(pool, before);
      return done(pool.map((one): Dataset => ({ ...one, ...(one.name === before ? { name: last } : {}), ...(one.origin?.startsWith(`${before}@`) === true ? { origin: last + one.origin.slice(before.length) } : {}) })));
    }
    case "promote": return done(promote(pool, last));
    case "destroy": return done(destroy(pool, last));
    default: throw new Error(`unknown: ${words.join(" ")}`);
  }
}

export const readPool = (file: string): readonly Dataset[] => {
  const pool: readonly Dataset[] = JSON.parse(readFileSync(file, "utf8"));
  return pool;
};
export const writePool = (file: string, pool: readonly Dataset[]): void => writeFileSync(file, JSON.stringify(pool));

if (import.meta.main) {
  const [file = "", ...words] = process.argv.slice(2);
  try {
    const { pool, said } = zfs(readPool(file), words);
    writePool(file, pool);
    process.stdout.write(said);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
