// Owns how the planner is put together. A module costs the planner's start as much as the functions in it: so each of the
// commands that somebody waits for is joined into one file first, with all that its usual way needs. What is rarely needed
// (help, explanations, repairs) stays a file of its own, loaded when it is asked for; so does every other command.
// Tables of plain data are parsed from JSON: the interpreter takes ten times as long to make an object property by property.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { BunPlugin } from "bun";
import { withCalls } from "./planner-rows.ts";
import { ROOT } from "./step.ts";

const SRC = join(ROOT, "src");
export const JOINED: readonly string[] = ["attach", "execute", "info", "ls", "start", "stop"];
/** Those of them that never answer with a plan. */
const WITHOUT_PLAN: readonly string[] = ["info", "ls"];
const doorFile = (name: string): string => join(SRC, "cli/lxc", `${name}.ts`);

const LAZY_VERB = /^ *const (\{ \w+ \}) = await import\(("\.\.\/\.\.\/runtime\/\w+\.ts")\);\n/m;
/** A door loads its verb after its options have been read; in a file with it that would only cost. */
const withVerb = (text: string): string => {
  const [line = "", names = "", from = ""] = LAZY_VERB.exec(text) ?? [];
  return line === "" ? text : `import ${names} from ${from};\n${text.replace(line, "")}`;
};

/** Exported tables by file; `without`: what of a row nobody asks for in the planner. */
const TABLES: Readonly<Record<string, { readonly table: string; readonly without?: string }>> = {
  "isa/schema.ts": { table: "SCHEMA", without: "doc" }, "linux/errno.ts": { table: "ERRNOS" }, "linux/signals.ts": { table: "SIGNALS" },
};

/** The text of a file below src/, its table as `JSON.parse("…")`; throws for a table that is not written as this expects, or is more than data. */
export async function withJson(path: string, text: string): Promise<string> {
  const { table = "", without } = TABLES[path] ?? {};
  const literal = new RegExp(`(?<=^export const ${table} = )\\{\\n[^]*?\\n\\} as const satisfies [^;]+(?=;)`, "m");
  const loaded: Readonly<Record<string, unknown>> = await import(join(SRC, path));
  const value = JSON.stringify(loaded[table], (key, inner: unknown) => (key === without ? undefined : inner));
  if (!literal.test(text) || loaded[table] === undefined || value.includes("null")) throw new Error(`src/${path}: the planner's build does not know how to turn ${table} into JSON`);
  return text.replace(literal, () => `/* @__PURE__ */ JSON.parse(${JSON.stringify(value)})`);
}

const STAND_INS = join(SRC, "host/planner");
/** node:fs costs 0.8 ms before its first call: the usual ways have a stand-in (docs/decisions/0015). */
const withStandIns = (text: string): string => text
  .replace(/^(import \{[^}]*\} from )"node:fs";/gm, (_, names: string) => `${names}${JSON.stringify(join(STAND_INS, "fs.ts"))};`)
  .replace(/^(import \{[^}]*\} from )"[./\w]*\/read-text\.ts";/gm, (_, names: string) => `${names}${JSON.stringify(join(STAND_INS, "read-text.ts"))};`);
/** What the program itself has before a door is open. */
const BEFORE_DOORS: readonly string[] = ["main.ts", "host/frames.ts", "host/read-text.ts"];

/** The table of doors as a switch: a function and a property for each door would be made before one is opened. */
export function asSwitch(table: string): string {
  const cases = [...table.matchAll(/^  "?([\w-]+)"?: \(\) => (.+),$/gm)].map(([, name, load]) => `    case ${JSON.stringify(name)}: return ${load};`);
  const lines = table.split("\n").filter((line) => line.includes("import(")).length;
  if (cases.length === 0 || cases.length !== lines) throw new Error(`src/cli/doors.ts: ${lines} doors, of which the planner's build knows ${cases.length}`);
  return ["export function openDoor(name) {", "  switch (name) {", ...cases, "    default: return undefined;", "  }", "}", ""].join("\n");
}

/** The text of a file below src/ as the planner has it, `door` being the door it is joined to, if any. */
async function prepared(path: string, door?: string): Promise<string> {
  const text = await Bun.file(join(SRC, path)).text();
  if (path === "cli/open-door.ts") return asSwitch(await Bun.file(join(SRC, "cli/doors.ts")).text());
  if (TABLES[path] !== undefined) return withJson(path, text);
  const usual = (door !== undefined || BEFORE_DOORS.includes(path)) ? withStandIns(text) : text;
  if (door === undefined) return usual;
  if (/^config\/keys\/\w+\.ts$/.test(path)) return withCalls(usual);
  return join(SRC, path) === doorFile(door) ? withVerb(usual) : usual;
}
const preparing = (door?: string): BunPlugin => ({
  name: "as the planner has it",
  setup(build) {
    build.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => ({ contents: await prepared(path.slice(SRC.length + 1), door), loader: "ts" }));
  },
});

/** What is lazily loaded stays a file of its own; so do the stand-ins, which the program has loaded before its door. */
const joining: BunPlugin = {
  name: "one file",
  setup(build) {
    build.onResolve({ filter: /\/host\/planner\/(fs|read-text)\.ts$/ }, ({ path }) => ({ path, external: true }));
    build.onResolve({ filter: /\/calls\.ts$/ }, ({ path, importer }) => (importer.startsWith(STAND_INS) ? { path: resolve(dirname(importer), path), external: true } : undefined));
    build.onResolve({ filter: /\.ts$/ }, ({ kind, path, importer }) => (kind === "dynamic-import" ? { path: resolve(dirname(importer), path), external: true } : undefined));
  },
};

async function bundle(options: Parameters<typeof Bun.build>[0]): Promise<void> {
  const { success, logs } = await Bun.build({ target: "bun", format: "esm", throw: false, ...options });
  if (!success) throw new Error(`bundling the planner failed:\n${logs.map(String).join("\n")}`);
}

/** The door and all that its usual way needs, as `work`/DOOR.js. */
export async function joinDoor(door: string, work: string): Promise<void> {
  const entry = join(work, "entry", `${door}.ts`);
  mkdirSync(dirname(entry), { recursive: true });
  const bytes = WITHOUT_PLAN.includes(door) ? "" : `export { planBytes } from ${JSON.stringify(join(STAND_INS, "plan-bytes.ts"))};\n`;
  writeFileSync(entry, `export * from ${JSON.stringify(doorFile(door))};\n${bytes}`);
  await bundle({ entrypoints: [entry], outdir: work, plugins: [joining, preparing(door)] });
}

const usingJoined = (work: string): BunPlugin => ({
  name: "joined doors",
  setup(build) {
    build.onResolve({ filter: /^\.\/lxc\/\w+\.ts$/ }, ({ kind, path }) => {
      const door = path.slice("./lxc/".length, -".ts".length);
      return kind === "dynamic-import" && JOINED.includes(door) ? { path: join(work, `${door}.js`) } : undefined;
    });
  },
});

/** Compiles the planner; `work` is for what lies between. */
export async function compilePlanner(outfile: string, work: string): Promise<void> {
  for (const door of JOINED) await joinDoor(door, work);
  await bundle({
    entrypoints: [join(SRC, "main.ts")], plugins: [usingJoined(work), preparing()], minify: true, sourcemap: "linked", bytecode: true, splitting: true,
    // nothing in the caller's current directory may reach the planner
    compile: { outfile, execArgv: ["--no-warnings"], autoloadDotenv: false, autoloadBunfig: false, autoloadTsconfig: false, autoloadPackageJson: false },
  });
}
