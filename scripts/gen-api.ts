// Writes docs/reference/api.md: the library's surface, as the compiler's declarations have it. A change of it that nobody meant
// is a difference in this file, which test/house/library.test.ts looks at.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Declaration } from "./api/declarations.ts";
import { surfaceOf, type Surface } from "./api/surface.ts";
import { ROOT, TSC, run } from "./step.ts";

export const API_PAGE = "docs/reference/api.md";

/** Generated out of tables that have pages of their own: the engine's instruction set, the config's keys. */
const ELSEWHERE: Readonly<Record<string, string>> = { SCHEMA: "the engine's instruction set: src/isa/schema.ts, docs/decisions/0002-protocol.md", ConfigValues: "one optional field for each key of a config: docs/reference/config/README.md" };

const isHandle = ({ file }: Declaration): boolean => file.includes("/library/");
const isType = ({ text }: Declaration): boolean => /^(?:interface|type)\b/.test(text);

function section({ name, doc, text }: Declaration): string {
  const elsewhere = ELSEWHERE[name];
  return [`### ${name}`, "", ...(doc === "" ? [] : [doc, ""]), ...(elsewhere === undefined ? ["```ts", text, "```"] : [`Here left out: ${elsewhere}.`]), ""].join("\n");
}

export function apiPage({ exported, mentioned }: Surface): string {
  const parts: readonly (readonly [string, string, readonly Declaration[]])[] = [
    ["Handles", "What a program begins with: they throw a `BerthError`.", exported.filter((one) => isHandle(one) && !isType(one))],
    ["Types of handles", "What they take and give.", exported.filter((one) => isHandle(one) && isType(one))],
    ["Verbs", "They take a request (`libraryRequest()`) and give data or problems; they never throw for what can be expected, and never print. A plan is run by `run`.", exported.filter((one) => !isHandle(one) && !isType(one))],
    ["Types of verbs", "What they take and give.", exported.filter((one) => !isHandle(one) && isType(one))],
    ["Types that are only mentioned", "Parts of the above, without a name outside.", mentioned],
  ];
  return [
    "# The library, whole", "",
    "Written by `scripts/gen-api.ts` from the compiler's declarations; do not edit. The [guide](../guide/library.md) tells how it is used, [problems](problems.md) what each code means.", "",
    ...parts.flatMap(([title, sentence, all]) => [`## ${title}`, "", sentence, "", ...all.map(section)]),
  ].join("\n");
}

/** The declarations in `folder`, compiled anew. */
async function compileDeclarations(folder: string): Promise<void> {
  const { status, output } = await run([...TSC, "-p", join(ROOT, "tsconfig.lib.json"), "--outDir", folder, "--declaration", "--emitDeclarationOnly"]);
  if (status !== 0) throw new Error(output);
}

export async function apiText(): Promise<string> {
  const folder = join(ROOT, ".cache/api");
  await compileDeclarations(folder);
  return apiPage(surfaceOf(join(folder, "index.d.ts")));
}

if (import.meta.main) {
  const path = join(ROOT, API_PAGE);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, await apiText());
}
