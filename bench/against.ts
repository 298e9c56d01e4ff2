// npm run bench -- --against DIR [ROUNDS]: this build and the one in DIR/dist take turns, row by row; what changes a step's time
// is measured by it. Nothing is written. A busy machine adds to single runs: the least and the lower quartile say most.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DIST } from "../scripts/build.ts";
import { measure } from "./measure.ts";
import type { Contender, Timing } from "./measure.ts";
import { berths, makeHundred, makeLxc, TOP, tool } from "./room.ts";
import type { Lxc } from "./room.ts";
import { lxcRows } from "./rows.ts";

const SIDES = { here: "here", there: "there" } as const;
const kindOf = (isUnprivileged: boolean): string => (isUnprivileged ? "root-owned unprivileged" : "privileged");

/** `12.3 13.0 14.1`: least, lower quartile, median. */
const cells = ({ least, quarter, median }: Timing): string => [least, quarter, median].map((value) => value.toFixed(1)).join(" / ");
const ratios = (here: Timing, there: Timing): string => [here.least / there.least, here.quarter / there.quarter, here.median / there.median].map((value) => value.toFixed(2)).join(" / ");

export function race(folder: string, rounds: number): void {
  const other = join(folder, "dist");
  if (!existsSync(join(other, "bin/lxc-start"))) throw new Error(`there is no build in ${other}: run npm run build in ${folder}, or name the top of another clone`);
  rmSync(TOP, { recursive: true, force: true });
  const builds = [{ side: SIDES.here, dist: DIST }, { side: SIDES.there, dist: other }];
  const lxcs = builds.flatMap(({ side, dist }) => berths(dist, side));
  try {
    for (const lxc of lxcs) makeLxc(lxc, join(TOP, "rootfs"));
    const hundred = makeHundred();
    const list = (...words: readonly string[]): Contender[] => builds.map(({ side, dist }) => ({ name: side, argv: [join(dist, "bin/lxc-ls"), "-P", hundred, ...words] }));
    const rows = [
      ...[false, true].flatMap((isUnprivileged) => Object.values(lxcRows(lxcs.filter((lxc: Lxc) => lxc.isUnprivileged === isUnprivileged), kindOf(isUnprivileged)))),
      { what: "lxc-ls with 100 containers", contenders: list("-1") }, { what: "lxc-ls -f with 100 containers", contenders: list("-f") },
    ];
    console.log(`| job, ${rounds} rounds; ms: least / lower quartile / median | here | ${folder} | here divided by there |\n|---|---|---|---|`);
    for (const row of rows) {
      const [here, there] = measure(row, rounds);
      if (here !== undefined && there !== undefined) console.log(`| ${row.what} | ${cells(here)} | ${cells(there)} | ${ratios(here, there)} |`);
    }
  } finally {
    for (const lxc of lxcs) Bun.spawnSync([...tool(lxc, "lxc-destroy", "-f")]);
    rmSync(TOP, { recursive: true, force: true });
  }
}
