// What a file offers is taken by another: an export that nobody imports is dead, or its own file's business.
import { expect, test } from "bun:test";
import { isGenerated, sources } from "./sources.ts";
import type { Source } from "./sources.ts";

const OFFERED = /^export (?:async )?(?:const|let|function\*?|class) (\w+)/gm;
const wordsOf = (text: string): ReadonlySet<string> => new Set(text.match(/\w+/g));

/** `FILE: NAME` of each value that no other file speaks of. */
function unwanted(files: readonly Source[]): readonly string[] {
  const holders = new Map<string, number>();
  for (const { text } of files) for (const word of wordsOf(text)) holders.set(word, (holders.get(word) ?? 0) + 1);
  return files.filter(({ path }) => !isGenerated(path)).flatMap(({ path, text }) => [...text.matchAll(OFFERED)].map(([, name = ""]) => name)
    .filter((name) => holders.get(name) === 1).map((name) => `${path}: ${name}`));
}

test("an export that no other file speaks of is seen", () => {
  const files = [{ path: "a.ts", text: "export const used = 1;\nexport function dead(): void {}\nexport type T = 1;\nconst own = 2;\n" }, { path: "b.ts", text: 'import { used } from "./a.ts";\nexport async function* also() {}\n' }];
  expect(unwanted(files)).toEqual(["a.ts: dead", "b.ts: also"]);
});

/** What is on its way, from one clean-up to the next. */
const MOST = 12;

test("values that are exported are spoken of elsewhere, but for a few", () => {
  const files = sources(["src", "scripts", "test", "bench"], /\.(ts|mjs)$/);
  expect(files.length).toBeGreaterThan(500);
  const found = unwanted(files);
  if (found.length > 0) console.log(`exported for nobody: ${found.join(", ")}`);
  expect(found.length > MOST ? found : []).toEqual([]);
});
