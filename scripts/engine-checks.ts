// Owns the engine's own tests: C unit tests under the sanitizers, and the fuzz targets.
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { engineSources, userNicSources } from "./build.ts";
import type { Check, Outcome } from "./checks.ts";
import { ROOT, run } from "./step.ts";

const WORK = join(ROOT, ".cache/engine");
const MULTIARCH = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
const FLAGS = ["-std=gnu11", "-g", "-O1", "-fno-omit-frame-pointer", "-Wall", "-Wextra", "-idirafter", `/usr/include/${MULTIARCH}`];
const SANITIZE = "address,undefined";
const ENV = { ...process.env, ASAN_OPTIONS: "abort_on_error=0:detect_leaks=0", UBSAN_OPTIONS: "halt_on_error=1:print_stacktrace=1" };

const cFiles = (folder: string): string[] =>
  (existsSync(join(ROOT, folder)) ? readdirSync(join(ROOT, folder)).filter((name) => name.endsWith(".c")).sort().map((name) => join(ROOT, folder, name)) : []);
const one = (isGood: boolean, output: string): Outcome => ({ passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, output: isGood ? "" : output });
/** The programs in C: where their tests lie, and what is tested. */
const PROGRAMS = [{ folder: "engine", sources: engineSources }, { folder: "engine/user-nic", sources: userNicSources }] as const;
type Program = (typeof PROGRAMS)[number];
const below = (kind: "test" | "fuzz"): { source: string; of: Program }[] => PROGRAMS.flatMap((of) => cFiles(`${of.folder}/${kind}`).map((source) => ({ source, of })));
const library = ({ sources }: Program): string[] => sources().filter((path) => basename(path) !== "main.c");

async function compile({ source, of }: { readonly source: string; readonly of: Program }, sanitizers: string): Promise<{ readonly program: string; readonly problem?: string }> {
  mkdirSync(WORK, { recursive: true });
  const program = join(WORK, basename(source, ".c"));
  const built = await run(["clang", ...FLAGS, "-I", join(ROOT, of.folder), `-fsanitize=${sanitizers}`, "-fno-sanitize-recover=all", "-o", program, source, ...library(of)]);
  return built.status === 0 ? { program } : { program, problem: built.output };
}

export const engineTests = (): Check[] => below("test").map(({ source, of }) => ({
  name: `${of.folder}/test/${basename(source)} (address and undefined-behaviour sanitizers)`,
  run: async (onTick) => {
    const { program, problem } = await compile({ source, of }, SANITIZE);
    if (problem !== undefined) return one(false, problem);
    const { status, output } = await run([program], { env: ENV, limit: 120, onTick });
    return one(status === 0, `${output}\nstatus ${status}`);
  },
}));

/** Each fuzz target for a bounded time: first its whole corpus, then new inputs; without a seed other ones each time. */
export const fuzzing = (seconds: number, seed?: number): Check[] => below("fuzz").map(({ source, of }) => ({
  name: `${of.folder}/fuzz/${basename(source)}, ${seconds} s`,
  run: async (onTick) => {
    const { program, problem } = await compile({ source, of }, `${SANITIZE},fuzzer`);
    if (problem !== undefined) return one(false, problem);
    const found = join(WORK, `corpus-${basename(source, ".c")}`);
    const seeds = join(ROOT, of.folder, "fuzz/corpus", basename(source, "_fuzz.c"));
    mkdirSync(found, { recursive: true });
    const argv = [program, ...(seed === undefined ? [] : [`-seed=${seed}`]), `-max_total_time=${seconds}`, "-timeout=10", "-rss_limit_mb=2048", `-artifact_prefix=${WORK}/`, found, ...(existsSync(seeds) ? [seeds] : [])];
    const { status, output } = await run(argv, { env: ENV, limit: seconds + 60, onTick });
    return one(status === 0, output.slice(-6000));
  },
}));
