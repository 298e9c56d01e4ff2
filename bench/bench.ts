// npm run bench [-- ROUNDS]: Berth beside Debian's LXC, runc, crun and bubblewrap, in one run, as ratios.
// npm run bench -- --against DIR [ROUNDS]: this build beside the one in another clone (bench/against.ts).
// Writes docs/benchmarks.md. Needs root, an otherwise quiet machine, and a build.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { DIST, build } from "../scripts/build.ts";
import { ROOT } from "../scripts/step.ts";
import { lendRoot } from "../test/kernel/users.ts";
import { race } from "./against.ts";
import { configTable } from "./config.ts";
import { EXEC_BOUND, libraryTable } from "./library.ts";
import { measure, must, privateMemory } from "./measure.ts";
import type { Row, Timing } from "./measure.ts";
import { throughputTable } from "./network.ts";
import { leaveRoom, makeRoom, tool } from "./room.ts";
import type { Lxc, Room } from "./room.ts";
import { engineRow, refusal, rows } from "./rows.ts";
import { COPY_BOUND, copyTable } from "./copy.ts";
import { BOUND, unpackTable } from "./unpack.ts";
import type { OciTool } from "./rows.ts";

const NAMES = ["Berth", "LXC", "runc", "crun", "bwrap"] as const;
const [first, against, more] = process.argv.slice(2);
const isRace = first === "--against";
const rounds = Number((isRace ? more : first) ?? 21);

const version = (argv: readonly string[]): string => { try { return /\d+\.\d+(\.\d+)?/.exec(must(argv))?.[0] ?? "?"; } catch { return "not installed"; } };
const versions = (): string => `LXC ${version(["/usr/bin/lxc-start", "--version"])}, runc ${version(["runc", "--version"])}, crun ${version(["crun", "--version"])}, bubblewrap ${version(["bwrap", "--version"])}`;

function cell(timing: Timing | undefined, berth: Timing | undefined): string {
  if (timing === undefined || berth === undefined) return "–";
  const time = `${timing.median.toFixed(1)} ms`;
  return timing.name === "Berth" ? time : `${time} (${(berth.median / timing.median).toFixed(2)})`;
}
function line(row: Row, timings: readonly Timing[]): string {
  const berth = timings.find(({ name }) => name === "Berth");
  return `| ${row.what} | ${NAMES.map((name) => cell(timings.find((timing) => timing.name === name), berth)).join(" | ")} |`;
}

/** Private memory of the monitor of a running idle container: the parent of its init. */
function monitorMemory(lxc: Lxc): { all: number; dirty: number } {
  const { exitCode } = Bun.spawnSync(tool(lxc, "lxc-start", "-d"), { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
  if (exitCode !== 0) throw new Error(`${lxc.name}: the container did not start`);
  const init = must(tool(lxc, "lxc-info", "-pH")).trim();
  const monitor = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${init}/status`, "utf8"))?.[1];
  Bun.sleepSync(500);
  const memory = privateMemory(readFileSync(`/proc/${monitor}/smaps_rollup`, "utf8"));
  must(tool(lxc, "lxc-stop", "-k"));
  return memory;
}

function memoryTable(room: Room): string[] {
  const lines = room.lxcs.map((lxc) => ({ lxc, memory: monitorMemory(lxc) })).map(({ lxc, memory }) =>
    `| ${lxc.name === "berth" ? "Berth" : "LXC"}, ${lxc.isUnprivileged ? "root-owned unprivileged" : "privileged"} | ${memory.dirty} KiB | ${memory.all} KiB |`);
  return ["| monitor of a running idle container | private dirty | private in all |", "|---|---|---|", ...lines, "| runc, crun | none: they leave no process of their own | |"];
}

interface Tables { readonly jobs: readonly string[]; readonly memory: readonly string[]; readonly config: readonly string[]; readonly network: readonly string[]; readonly unpacking: readonly string[]; readonly copying: readonly string[]; readonly library: readonly string[] }

function document({ jobs, memory, config, network, unpacking, copying, library }: Tables, remarks: readonly string[]): string {
  return [
    "# Benchmarks", "",
    "Written by `npm run bench`; do not edit. Times are medians; in brackets Berth's time divided by theirs: below 1 Berth is faster.",
    "All contenders take turns within each round on the same machine, with the same busybox root file system. Berth is measured cold: a planner is started for every command.", "",
    "| job | Berth | LXC | runc | crun | bwrap |", "|---|---|---|---|---|---|", ...jobs, "", ...library, "", ...memory, "", ...config, "", ...network, "", ...unpacking, "", ...copying, "",
    ...remarks.map((remark) => `- ${remark}`), "",
    "## The machine", "",
    `${cpus()[0]?.model ?? "?"}, ${cpus().length} CPUs, ${Math.round(totalmem() / 2 ** 30)} GiB; Linux ${release()}; ${versions()}; ${rounds} rounds on ${new Date().toISOString().slice(0, 10)}.`, "",
    "## To repeat", "",
    "```sh", "npm run bench              # as root, about two minutes", "npm run bench -- 51        # more rounds", "npm run bench -- --against ../before 41    # this build beside the one of another clone", "```", "",
    "One row by hand, with hyperfine (Debian package), once `npm run build` has run:", "",
    "```sh", "dist/bin/lxc-create -n bench -t busybox && dist/bin/lxc-start -n bench -d",
    "hyperfine -N 'dist/bin/lxc-attach -n bench -- /bin/true' '/usr/bin/lxc-attach -n bench -- /bin/true'",
    "dist/bin/lxc-destroy -n bench -f", "```", "",
  ].join("\n");
}

async function compare(): Promise<void> {
  const room = makeRoom(DIST);
  try {
    const tools: readonly OciTool[] = ["runc", "crun"];
    const refusals = tools.map((name) => ({ name, why: refusal(room, name) }));
    const remarks = refusals.filter(({ why }) => why !== undefined).map(({ name, why }) => `${name} does not run on this machine: \`${why}\``);
    const usable = refusals.filter(({ why }) => why === undefined).map(({ name }) => name);
    const table: string[] = [];
    for (const row of [engineRow(room, join(DIST, "libexec/berth/berth-engine")), ...rows(room, usable)]) {
      const text = line(row, measure(row, rounds));
      console.log(text);
      table.push(text);
    }
    const { lines: library, ratio: execRatio } = libraryTable(room, rounds);
    const memory = memoryTable(room);
    const config = configTable();
    const [own] = room.lxcs.filter(({ name, isUnprivileged }) => name === "berth" && isUnprivileged);
    const network = own === undefined ? [] : await throughputTable(own, rounds);
    const { lines: unpacking, ratio } = unpackTable(DIST);
    const { lines: copying, ratio: copyRatio } = copyTable(DIST);
    console.log([...library, ...memory, ...config, ...network, ...unpacking, ...copying].join("\n"));
    writeFileSync(join(ROOT, "docs/benchmarks.md"), document({ jobs: table, memory, config, network, unpacking, copying, library }, [...remarks, "bwrap has no containers to attach to, stop or list; runc and crun make no root user mapping here."]));
    console.log("wrote docs/benchmarks.md");
    if (!(execRatio <= EXEC_BOUND)) throw new Error(`exec of the library takes ${execRatio.toFixed(2)} times as long as lxc-attach, more than ${EXEC_BOUND}`);
    if (!(ratio <= BOUND)) throw new Error(`unpacking takes ${ratio.toFixed(2)} times as long as tar, more than ${BOUND}`);
    if (!(copyRatio <= COPY_BOUND)) throw new Error(`a copy takes ${copyRatio.toFixed(2)} times as long as cp, more than ${COPY_BOUND}`);
  } finally {
    leaveRoom(room);
  }
}

if (process.getuid?.() !== 0) {
  console.error("bench: needs root: runc and privileged containers are among the contenders");
  process.exit(1);
}
await build((text) => console.log(`build: ${text}`));
const giveBack = lendRoot("100000:65536");
try {
  if (isRace) race(resolve(against ?? ""), rounds);
  else await compare();
} finally {
  giveBack();
}
