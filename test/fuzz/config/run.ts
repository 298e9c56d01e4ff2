// bun test/fuzz/config/run.ts SECONDS [SEED]: every file of the corpus, then new texts for so long. Says the seed; what fails is
// left in .cache/fuzz-config. `ITERATIONS` of a seed are the same in each run; how many there are depends on the machine.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chanceOf, mutated, pick } from "./mutate.ts";
import { check } from "./properties.ts";

const seconds = Number(process.argv[2] ?? 60);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const folder = join(import.meta.dir, "corpus");
const work = join(import.meta.dir, "../../../.cache/fuzz-config");
const corpus = readdirSync(folder).toSorted().map((name) => readFileSync(join(folder, name), "utf8"));
mkdirSync(work, { recursive: true });

/** Written before it is tried, so that what hangs is known. */
const current = join(work, `current-${process.pid}`);
let count = 0;
function attempt(text: string): void {
  writeFileSync(current, text);
  try {
    check(text, corpus, chanceOf(seed + count));
  } catch (error) {
    console.log(`seed ${seed}, input ${count} (in ${current}): ${error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error)}`);
    process.exit(1);
  }
  count++;
}

for (const text of corpus) attempt(text);
const end = performance.now() + seconds * 1000;
while (performance.now() < end) {
  const chance = chanceOf(seed * 31 + count);
  let text = pick(chance, corpus);
  for (let depth = 1 + chance(3); depth > 0; depth--) text = mutated(text, pick(chance, corpus), chance);
  attempt(text);
}
console.log(`seed ${seed}: ${count} configs`);
