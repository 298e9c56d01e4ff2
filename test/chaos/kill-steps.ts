// Owns killing a command that makes or changes a container before each of its steps in turn: an installation whose engine
// kills the planner that has started it. A step is a start of the engine; what the planner itself writes lies between two.
import { expect } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, closeSync, copyFileSync, mkdirSync, openSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argvFor, DIST, eventually } from "../kernel/place.ts";
import type { Place } from "../kernel/place.ts";

export interface Killer {
  readonly place: Place;
  /** Runs `COMMAND WORD...` once for each step, killed there, and `look` after each, and after the run that nobody kills. */
  readonly each: (least: number, words: readonly string[], look: () => void | Promise<void>, input?: string) => Promise<void>;
  /** Killed before this step; false: it came to its end. */
  readonly at: (step: number, words: readonly string[], input?: string) => boolean;
  /** The installation that kills nobody; waits for the lock of one that was killed. `isEnough`: what it may say when it fails. */
  readonly again: (words: readonly string[], isEnough?: (stderr: string) => boolean, input?: string) => Promise<void>;
  /** What is in the lxcpath beside the container and what the test keeps there. */
  readonly left: () => readonly string[];
}

const withPath = (place: Place, [command = "", ...args]: readonly string[]): readonly string[] => (command === "berth" ? [command, args[0] ?? "", "-P", place.lxcpath, ...args.slice(1)] : [command, "-P", place.lxcpath, ...args]);

/** `count` and `at` are files: how many engines there were, and at which one the axe falls. Two may start at once. */
const axe = (prefix: string): string => `#!/bin/sh
exec 9>> ${prefix}/lock
flock 9
read n < ${prefix}/count
read at < ${prefix}/at
n=$((n + 1))
echo $n > ${prefix}/count
exec 9>&-
if [ $n = $at ]; then kill -9 $PPID; exit 1; fi
exec ${prefix}/real/berth-engine "$@"
`;

function install(prefix: string): void {
  for (const folder of ["libexec/berth", "real"]) mkdirSync(join(prefix, folder), { recursive: true });
  const built = (name: string): string => join(DIST, "libexec/berth", name);
  copyFileSync(built("berth-engine"), join(prefix, "real/berth-engine"));
  copyFileSync(built("berth-planner"), join(prefix, "libexec/berth/berth-planner"));
  for (const command of ["lxc-create", "lxc-copy", "lxc-snapshot", "lxc-destroy", "berth"]) copyFileSync(built("berth-engine"), join(prefix, "libexec/berth", command));
  symlinkSync(join(DIST, "share"), join(prefix, "share"));
  writeFileSync(join(prefix, "libexec/berth/berth-engine"), axe(prefix));
  for (const folder of ["libexec/berth", "real"]) for (const file of readdirSync(join(prefix, folder))) chmodSync(join(prefix, folder, file), 0o755);
  for (const file of ["count", "at", "lock"]) {
    writeFileSync(join(prefix, file), "0\n");
    chmodSync(join(prefix, file), 0o666);
  }
  chmodSync(prefix, 0o755);
}

export function makeKiller(place: Place, kept: readonly string[] = []): Killer {
  const prefix = join(place.lxcpath, "prefix");
  install(prefix);
  const run = (folder: string, words: readonly string[], input = "/dev/null"): { readonly status: number | null; readonly stderr: string } => {
    const [command = "", ...args] = withPath(place, words);
    const [program = "", ...rest] = argvFor(place, [join(folder, command), ...args]);
    const fd = openSync(input, "r");
    const { status, stderr } = spawnSync(program, rest, { stdio: [fd, "ignore", "pipe"], encoding: "utf8" });
    closeSync(fd);
    return { status, stderr };
  };
  let said = "";
  const at = (step: number, words: readonly string[], input?: string): boolean => {
    writeFileSync(join(prefix, "count"), "0\n");
    writeFileSync(join(prefix, "at"), `${step}\n`);
    said = run(join(prefix, "libexec/berth"), words, input).stderr;
    return Number(readFileSync(join(prefix, "count"), "utf8")) >= step;
  };
  return {
    place, at,
    each: async (least, words, look, input) => {
      let step = 1;
      for (; at(step, words, input); step++) await look();
      const last = said;
      await look();
      expect({ steps: step - 1, isEnough: step > least, last }).toMatchObject({ isEnough: true });
    },
    again: (words, isEnough = () => false, input) => eventually(`${words.join(" ")} works`, () => {
      const { status, stderr } = run(join(DIST, "bin"), words, input);
      return status === 0 || isEnough(stderr);
    }),
    left: () => readdirSync(place.lxcpath).filter((entry) => ![...kept, "prefix", place.name].includes(entry)).toSorted(),
  };
}

export const isGone = (stderr: string): boolean => stderr.includes("is not defined");
/** Whole: as long as the lock of who was killed is held it says the same. */
export const isThere = (stderr: string): boolean => stderr.includes("already exists") && !stderr.includes("another command is making or removing");
