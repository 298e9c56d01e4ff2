// Owns the named checks that `npm run ok` and `npm test` share. Each one counts as a test.
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { header } from "./gen-isa.ts";
import { BUN, ROOT, run, tsc } from "./step.ts";
import type { RunOptions } from "./step.ts";

/** How a check ended: how many tests, and what to print when not all passed. */
export interface Outcome { readonly passed: number; readonly failed: number; readonly output: string }
export interface Check {
  readonly name: string;
  readonly run: (tick: (seconds: number) => void) => Promise<Outcome>;
  /** Things of which there is one: checks that hold the same are not run side by side. */
  readonly holds?: readonly string[];
}

const whole = (isGood: boolean, output: string): Outcome => ({ passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, output: isGood ? "" : output });

export const types: Check = {
  name: "types",
  run: async () => { const { status, output } = await tsc("-b", ROOT); return whole(status === 0, output); },
};
export const lint: Check = {
  name: "lint",
  run: async () => {
    const folders = ["src", "scripts", "test", "bench"].filter((name) => existsSync(join(ROOT, name)));
    // the linter starts tsgolint by name
    const env = { ...process.env, PATH: `${ROOT}/node_modules/.bin:${process.env["PATH"] ?? ""}` };
    const { status, output } = await run([BUN, join(ROOT, "node_modules/oxlint/bin/oxlint"), "--type-aware", ...folders], { env });
    return whole(status === 0, output);
  },
};
export const isa: Check = {
  name: "engine/isa.gen.h is what src/isa/schema.ts says",
  run: () => Promise.resolve(whole(readFileSync(join(ROOT, "engine/isa.gen.h"), "utf8") === header(), "stale: run bun scripts/gen-isa.ts")),
};

const attribute = (head: string, name: string): number => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(head)?.[1] ?? 0);

/** Runs test files under bun. A load error, a crash or an empty run counts as one failure. */
async function bunTest(paths: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const junit = join(ROOT, ".cache", `junit-${process.pid}-${paths.join("-").replaceAll(/\W+/g, "-").slice(-80)}.xml`);
  const argv = [BUN, "test", "--timeout", "300000", "--reporter=junit", `--reporter-outfile=${junit}`, ...paths.map((path) => `./${path}`)];
  // the tests of single ops run the engine that was built, too; alone on the machine, any leftover counts
  const env = { BERTH_ENGINE: join(ROOT, "dist/libexec/berth/berth-engine"), BERTH_TEST_ALONE: "1", ...process.env, ...options.env, CI: "true" };
  const { status, output } = await run(argv, { ...options, env });
  const report = existsSync(junit) ? readFileSync(junit, "utf8") : "";
  rmSync(junit, { force: true });
  const head = /<testsuites\b[^>]*>/.exec(report)?.[0] ?? "";
  let failed = attribute(head, "failures") + attribute(head, "errors");
  const skipped = attribute(head, "skipped");
  const passed = Math.max(0, attribute(head, "tests") - skipped - failed);
  failed += skipped; // nothing is skipped in silence
  if (status !== 0 && failed === 0) failed = 1;
  const why = status === 124 ? `\n${paths.join(" ")} took longer than ${options.limit} s\n` : "";
  return { passed, failed, output: failed === 0 ? "" : output + why };
}

/** The test files of a folder; a test file is its own only one. */
export function testFiles(folder: string): string[] {
  const top = join(ROOT, folder);
  if (!existsSync(top)) return [];
  if (statSync(top).isFile()) return [folder];
  return readdirSync(top, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".test.ts")).sort().map((name) => join(folder, name));
}

/** One bun for all files of the folders: fit for pure tests. */
export const together = (name: string, folders: readonly string[], limit = 120): Check => ({
  name,
  run: (onTick) => {
    const files = folders.flatMap(testFiles);
    return files.length === 0 ? Promise.resolve(whole(false, `no tests in ${folders.join(", ")}`)) : bunTest(files, { limit, onTick });
  },
});

/** A bun for each file: a crash or a hang costs one file. It runs beside others: only what carries its own marks counts as left behind. */
export const ownBun = (path: string, limit = 600): Check => ({
  name: path,
  run: (onTick) => bunTest([path], { limit, onTick, env: { BERTH_TEST_ALONE: "0" } }),
});
