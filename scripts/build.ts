// Builds dist/: a tree that runs in place and can be moved. Parts whose inputs did not change are kept.
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { header } from "./gen-isa.ts";
import { alignFile } from "./huge-pages.ts";
import { compilePlanner } from "./planner.ts";
import { ROOT, run, tsc } from "./step.ts";
import { filesBelow, freshen } from "./stamp.ts";
import type { Part } from "./stamp.ts";

export const DIST: string = join(ROOT, "dist");
const ENGINE = join(DIST, "libexec/berth/berth-engine");
const PLANNER = join(DIST, "libexec/berth/berth-planner");
const CALLS = join(DIST, "libexec/berth/planner-calls.node");
const USER_NIC = join(DIST, "libexec/berth/lxc-user-nic");
const WORK = join(ROOT, ".cache/build");

async function must(argv: readonly string[], what: string): Promise<string> {
  const { status, output } = await run(argv);
  if (status !== 0) throw new Error(`${what} failed (status ${status}):\n${output}\n  ${argv.join(" ")}`);
  return output;
}
/** A file appears whole or not at all, also when the old one is being executed. */
function install(from: string, to: string, mode: number): void {
  mkdirSync(dirname(to), { recursive: true });
  chmodSync(from, mode);
  renameSync(from, to);
}

/** C sources of the engine proper; tests and fuzz targets live in folders below. */
export const engineSources = (): string[] => readdirSync(join(ROOT, "engine")).filter((name) => name.endsWith(".c")).sort().map((name) => join(ROOT, "engine", name));
const MUSL_FLAGS: readonly string[] = [
  "-std=gnu11", "-O2", "-g0", "-static", "-Wall", "-Wextra", "-Werror", "-fno-plt", "-fstack-protector-strong", "-D_FORTIFY_SOURCE=2",
  // musl-gcc hides the kernel's headers
  "-idirafter", "/usr/include", "-idirafter", `/usr/include/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`,
];

function enginePart(): Part {
  const inputs = filesBelow(join(ROOT, "engine")).filter((path) => /^[^/]*\.[ch]$/.test(path.slice(ROOT.length + "/engine/".length)));
  const out = join(WORK, "berth-engine");
  const argv = ["musl-gcc", ...MUSL_FLAGS, "-s", "-Wl,-z,noseparate-code", "-Wl,--build-id=none", "-Wl,--sort-section=name", "-o", out, ...engineSources()];
  const make = async (): Promise<void> => {
    if (readFileSync(join(ROOT, "engine/isa.gen.h"), "utf8") !== header()) throw new Error("engine/isa.gen.h is stale: run bun scripts/gen-isa.ts");
    await must(argv, "compiling the engine");
    install(out, ENGINE, 0o755);
  };
  return { name: "engine", inputs: [...inputs, join(ROOT, "src/isa/schema.ts")], salt: argv.join(" "), outputs: [ENGINE], make };
}

/** lxc-user-nic: set-user-ID root where it is installed, so it is a program of its own. */
export const userNicSources = (): string[] => filesBelow(join(ROOT, "engine/user-nic")).filter((path) => /user-nic\/[^/]*\.c$/.test(path));
function userNicPart(): Part {
  const out = join(WORK, "lxc-user-nic");
  const argv = ["musl-gcc", ...MUSL_FLAGS, "-Wshadow", "-s", "-Wl,-z,noseparate-code", "-Wl,--build-id=none", "-o", out, ...userNicSources()];
  const make = async (): Promise<void> => {
    await must(argv, "compiling lxc-user-nic");
    install(out, USER_NIC, 0o755);
  };
  return { name: "user-nic", inputs: filesBelow(join(ROOT, "engine/user-nic")), salt: argv.join(" "), outputs: [USER_NIC], make };
}

export const callsSources = (): string[] => filesBelow(join(ROOT, "engine/planner-calls")).filter((path) => path.endsWith(".c"));
/** The planner's system calls: loaded into it, so it is linked with whichever C library the planner has. */
function callsPart(): Part {
  const out = join(WORK, "planner-calls.node");
  const argv = ["cc", "-std=gnu11", "-O2", "-g0", "-Wall", "-Wextra", "-Werror", "-Wshadow", "-shared", "-fPIC", "-fvisibility=hidden", "-fno-plt", "-s", "-Wl,--build-id=none", "-o", out, ...callsSources()];
  const make = async (): Promise<void> => {
    await must(argv, "compiling the planner's calls");
    install(out, CALLS, 0o644);
  };
  return { name: "planner-calls", inputs: [...filesBelow(join(ROOT, "engine/planner-calls")), join(ROOT, "engine/plan.h"), join(ROOT, "src/isa/schema.ts")], salt: argv.join(" "), outputs: [CALLS], make };
}

const sources = (): string[] => filesBelow(join(ROOT, "src")).filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"));

function plannerPart(): Part {
  const out = join(WORK, "berth-planner"); // bun embeds this name: a fixed one keeps builds reproducible
  const make = async (): Promise<void> => {
    await compilePlanner(out, join(WORK, "doors"));
    alignFile(out);
    install(out, PLANNER, 0o755);
  };
  return { name: "planner", inputs: [...sources(), join(ROOT, "scripts/planner.ts"), join(ROOT, "scripts/huge-pages.ts")], salt: Bun.version, outputs: [PLANNER], make };
}

function libraryPart(): Part {
  const make = async (): Promise<void> => {
    const out = join(WORK, "lib");
    rmSync(out, { recursive: true, force: true });
    const { status, output } = await tsc("-p", join(ROOT, "tsconfig.lib.json"), "--outDir", out);
    if (status !== 0) throw new Error(`compiling the library failed:\n${output}`);
    const lib = join(DIST, "lib");
    mkdirSync(join(lib, "lxc/rootfs"), { recursive: true });
    writeFileSync(join(lib, "lxc/rootfs/README"), "Here a container's root file system is mounted, in a mount namespace of its own.\n"); // npm packs no empty directory
    cpSync(join(ROOT, "scripts/lib-package.json"), join(DIST, "package.json")); // all of dist/ is a package of npm
    for (const old of readdirSync(lib)) if (old !== "lxc") rmSync(join(lib, old), { recursive: true });
    for (const made of readdirSync(out)) renameSync(join(out, made), join(lib, made));
  };
  const inputs = [...sources(), join(ROOT, "tsconfig.lib.json"), join(ROOT, "tsconfig.base.json"), join(ROOT, "scripts/lib-package.json")];
  return { name: "library", inputs, salt: "tsc", outputs: [join(DIST, "lib/index.js"), join(DIST, "lib/lxc/rootfs/README"), join(DIST, "package.json")], make };
}

function sharePart(): Part {
  const from = join(ROOT, "share");
  const make = (): Promise<void> => {
    rmSync(join(DIST, "share"), { recursive: true, force: true });
    cpSync(from, join(DIST, "share"), { recursive: true });
    return Promise.resolve();
  };
  return { name: "share", inputs: existsSync(from) ? filesBelow(from) : [], salt: "", outputs: [join(DIST, "share")], make };
}

/** The names the doors answer to: the keys of the table in src/cli/doors.ts but berth's own. */
async function doorNames(): Promise<string[]> {
  const doors: Record<string, unknown> = await import(join(ROOT, "src/cli/doors.ts"));
  const tables = Object.values(doors).filter((value): value is object => typeof value === "object" && value !== null);
  const names = tables.flatMap((table) => (table instanceof Map ? [...table.keys()] : Object.keys(table))).filter((key): key is string => typeof key === "string" && (key === "lxc" || key.startsWith("lxc-")));
  if (names.length === 0) throw new Error("src/cli/doors.ts has no table with lxc-* names");
  return [...new Set(names)].sort();
}

async function linkNames(): Promise<void> {
  const bin = join(DIST, "bin");
  mkdirSync(bin, { recursive: true });
  const names = ["berth", ...await doorNames()];
  for (const old of readdirSync(bin)) if (!names.includes(old)) rmSync(join(bin, old));
  const target = "../libexec/berth/berth-engine";
  for (const name of names) {
    const link = join(bin, name);
    if (existsSync(link) && readlinkSync(link) === target) continue;
    rmSync(link, { force: true });
    symlinkSync(target, link);
  }
}

export async function build(say: (line: string) => void): Promise<void> {
  mkdirSync(WORK, { recursive: true });
  for (const part of [enginePart(), userNicPart(), callsPart(), plannerPart(), libraryPart(), ...(existsSync(join(ROOT, "share")) ? [sharePart()] : [])]) {
    const begin = performance.now();
    const what = await freshen(part);
    say(what === "fresh" ? `${part.name}: fresh` : `${part.name}: built in ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  }
  await linkNames();
}

if (import.meta.main) {
  try {
    await build((line) => console.log(`build: ${line}`));
  } catch (error) {
    console.error(`build: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
