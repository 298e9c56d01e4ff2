// Owns what a command costs a program that is warm: exec of /bin/true by the library, beside Debian's lxc-attach called by the
// same program, in turn; under Node and under Bun.
import { join } from "node:path";
import { DIST } from "../scripts/build.ts";
import { lendRoot } from "../test/kernel/users.ts";
import { must } from "./measure.ts";
import { leaveRoom, makeRoom, NAME, tool } from "./room.ts";
import type { Lxc, Room } from "./room.ts";

/** Issue 8: exec may take so many times as long as lxc-attach. */
export const EXEC_BOUND = 1.2;

const RUNTIMES = [["Node", ["node", "--input-type=module"]], ["Bun", [process.execPath]]] as const;

/** Both wait for the end of the output, as whoever wants it does. The first rounds warm caches and the runtime's compiler. */
const program = (library: string, ours: Lxc, theirs: Lxc, rounds: number): string => `
import { spawn } from "node:child_process";
const { container } = await import(${JSON.stringify(library)});
const box = container(${JSON.stringify(NAME)}, { lxcpath: ${JSON.stringify(ours.lxcpath)} });
const check = (status) => { if (status !== 0) throw new Error("status " + status); };
const both = [
  async () => check((await (await box.exec(["/bin/true"])).output()).status),
  () => new Promise((resolve, reject) => { const child = spawn(${JSON.stringify(theirs.bin)} + "/lxc-attach", ${JSON.stringify(["-P", theirs.lxcpath, "-n", NAME, "--", "/bin/true"])}, { stdio: ["ignore", "pipe", "pipe"] }); child.once("error", reject); child.once("close", (status) => { try { check(status); resolve(); } catch (error) { reject(error); } }); }),
];
const times = [[], []];
for (let round = -10; round < ${rounds}; round++) for (const [i, run] of both.entries()) { const begin = performance.now(); await run(); if (round >= 0) times[i].push(performance.now() - begin); }
console.log(JSON.stringify(times.map((all) => all.toSorted((a, b) => a - b)[all.length >> 1])));`;

export interface LibraryTable { readonly lines: readonly string[]; /** The worst of the rows. */ readonly ratio: number }

export function libraryTable({ lxcs }: Room, rounds: number): LibraryTable {
  const start = (lxc: Lxc): void => { Bun.spawnSync(tool(lxc, "lxc-start", "-d"), { stdin: "ignore", stdout: "ignore", stderr: "ignore" }); };
  const rows = [false, true].flatMap((isUnprivileged) => {
    const [ours, theirs] = ["berth", "lxc"].map((name) => lxcs.find((lxc) => lxc.name === name && lxc.isUnprivileged === isUnprivileged));
    if (ours === undefined || theirs === undefined) throw new Error("there are no containers to run commands in");
    for (const lxc of [ours, theirs]) start(lxc);
    try {
      return RUNTIMES.map(([runtime, argv]) => {
        const [own = Number.NaN, other = Number.NaN]: readonly number[] = JSON.parse(must([...argv, "-e", program(join(DIST, "lib/index.js"), ours, theirs, rounds)]));
        return { text: `| ${runtime}, ${isUnprivileged ? "root-owned unprivileged" : "privileged"} | ${own.toFixed(1)} ms | ${other.toFixed(1)} ms (${(own / other).toFixed(2)}) |`, ratio: own / other };
      });
    } finally {
      for (const lxc of [ours, theirs]) must(tool(lxc, "lxc-stop", "-k"));
    }
  });
  return { ratio: Math.max(...rows.map(({ ratio }) => ratio)), lines: ["| exec of /bin/true from a warm program | the library | `lxc-attach` of LXC |", "|---|---|---|", ...rows.map(({ text }) => text)] };
}

/** As root, after npm run build: bun bench/library.ts [ROUNDS]. */
if (import.meta.main) {
  const giveBack = lendRoot("100000:65536");
  const room = makeRoom(DIST);
  try {
    const { lines, ratio } = libraryTable(room, Number(process.argv[2] ?? 51));
    console.log(lines.join("\n"));
    if (!(ratio <= EXEC_BOUND)) process.exitCode = 1;
  } finally {
    leaveRoom(room);
    giveBack();
  }
}
