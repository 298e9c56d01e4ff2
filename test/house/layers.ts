// Owns the walls: which folder of src/ may import which, and what a pure folder may not touch.
// The table is the one of docs/ARCHITECTURE.md.
import { dirname, join, normalize } from "node:path";
import { importsOf, isTest } from "./sources.ts";
import type { Source } from "./sources.ts";

export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  linux: [],
  model: ["linux"],
  isa: ["linux", "model"],
  config: ["linux", "model"],
  plan: ["linux", "model", "isa"],
  host: ["linux", "model", "isa"],
  images: ["linux", "model", "isa", "plan", "host"],
  runtime: ["linux", "model", "isa", "config", "plan", "host", "images"],
  library: ["linux", "model", "isa", "config", "host", "runtime"],
  cli: ["linux", "model", "isa", "runtime"],
  "index.ts": ["linux", "model", "isa", "config", "plan", "host", "images", "runtime", "library"],
  "main.ts": ["model", "isa", "host", "cli"],
};
const PURE: readonly string[] = ["linux", "model", "isa", "config", "plan"];

/** What the pure world may not name, beyond what the compiler refuses ("types": [] leaves Date and Math). */
const BANS: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\b|\bnew Date\(\)/, "reads the clock: HostFacts.now"],
  [/\bMath\.random\b/, "is chance: HostFacts.random"],
  [/\bBun\s*\.\s*[a-z]/, "touches the machine"], // process and console do not exist there: the compiler and the linter see to it
];

const folderOf = (path: string): string => path.slice("src/".length).split("/")[0] ?? "";
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
/** Planner of a concern: the name of its file or folder in src/plan. */
const concernOf = (path: string): string => (path.slice("src/plan/".length).split("/")[0] ?? "").replace(/\.ts$/, "");
/** Tools all planners may use: files that plan nothing themselves. */
const PLAN_TOOLS: readonly string[] = ["barriers", "beneath", "image-lock", "scope"];

function importProblem(file: Source, specifier: string): string | undefined {
  const from = folderOf(file.path);
  if (!specifier.startsWith(".")) {
    if (specifier === "bun:test" && isTest(file.path)) return undefined;
    if (isTest(file.path)) return /^(node:|fast-check$)/.test(specifier) ? undefined : `${file.path} imports ${specifier}: no package is used at run time`;
    if (PURE.includes(from)) return `${file.path} imports ${specifier}: ${from} is pure`;
    return specifier.startsWith("node:") || specifier.startsWith("bun:") ? undefined : `${file.path} imports ${specifier}: no package is used at run time`;
  }
  if (!specifier.endsWith(".ts") && !(isTest(file.path) && specifier.endsWith(".json"))) return `${file.path} imports ${specifier}: specifiers end in .ts`;
  const target = normalize(join(dirname(file.path), specifier));
  if (!target.startsWith("src/")) return isTest(file.path) && /^(test\/|package\.json$)/.test(target) ? undefined : `${file.path} imports ${target}: outside src/`;
  const to = folderOf(target);
  if (from !== to && !(MAY_IMPORT[from] ?? []).includes(to)) return `${file.path} imports ${target}: ${from} may import ${MAY_IMPORT[from]?.join(", ") || "nothing"}`;
  if (from === "plan" && to === "plan" && !isTest(file.path)) return planProblem(file.path, target);
  return undefined;
}

function planProblem(path: string, target: string): string | undefined {
  const [from, to] = [concernOf(path), concernOf(target)];
  if (from === to || from === "lifecycle" || PLAN_TOOLS.includes(to)) return undefined;
  return `${path} imports ${target}: planners never import each other; only lifecycle/ composes them`;
}

/** Sentences about every wall these files break. */
export function layerProblems(files: readonly Source[]): string[] {
  return files.flatMap((file) => {
    const folder = folderOf(file.path);
    if (MAY_IMPORT[folder] === undefined) return [`${file.path}: src/${folder} is not in the table of layers`];
    const imports = importsOf(file.text).map((specifier) => importProblem(file, specifier)).filter((problem) => problem !== undefined);
    if (!PURE.includes(folder) || isTest(file.path)) return imports;
    const text = withoutComments(file.text);
    return [...imports, ...BANS.filter(([ban]) => ban.test(text)).map(([ban, why]) => `${file.path}: ${ban.exec(text)?.[0]} ${why}; ${folder} is pure`)];
  });
}
