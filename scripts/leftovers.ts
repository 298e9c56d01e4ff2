// Owns the proof that a whole run of tests leaves nothing on the machine, whoever's name it carries; test files side by side look for
// their own leftovers only. Each thing is told with the files that ran when it was seen first.
import { readFileSync, readdirSync, rmdirSync } from "node:fs";
import { leaks, leaksAtLast, snapshot } from "../test/kernel/leaks.ts";
import type { Watch } from "../test/kernel/leaks.ts";
import type { Check } from "./checks.ts";

const FOLDERS = ["/home", "/var/lib", "/var/tmp"];
/** As the tests name what they make; packages and tools put other things there, and keep them. */
const OURS = /\/[^/]*(berth|twin)[^/]*$|\/(bt|mt|tw)[0-9a-z]{3,}$/;
const PATIENCE_MS = 10_000;
const ACCOUNTS = ["/etc/passwd", "/etc/group", "/etc/subuid", "/etc/subgid"];
const accounts = (): string[] => ACCOUNTS.flatMap((file) => readFileSync(file, "utf8").split("\n").map((line) => `${file}: ${line}`));

/** Empty cgroups that Debian's LXC leaves behind a container or a user of the twins', each below its parent. */
const THEIRS = /^cgroups: (\/sys\/fs\/cgroup\/.*(?:\/lxc\.pivot|\/lxc\.monitor\.mt\d+(?:-\d+)?|\/berth-twin(?:\/[^/]+)?|\/berth-test-bt\w+))$/;
function sweepTheirs(things: readonly string[]): void {
  const found = things.map((thing) => THEIRS.exec(thing)?.[1]).filter((folder) => folder !== undefined);
  const below = found.filter((folder) => folder.endsWith("/berth-twin")).flatMap((folder) => readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => `${folder}/${name}`));
  const folders = [...found, ...below];
  for (const folder of folders.sort((a, b) => b.length - a.length)) {
    try { rmdirSync(folder); } catch { /* not empty, or gone: the check that follows counts what is there */ }
  }
}

export interface Leftovers {
  /** Call it when these files have just run. */
  readonly look: (files: readonly string[]) => void;
  readonly check: Check;
}

/** Everything that is there now was there before. */
export function watchLeftovers({ folders = FOLDERS, patience = PATIENCE_MS }: { readonly folders?: readonly string[]; readonly patience?: number } = {}): Leftovers {
  const watch: Watch = { mark: "by nobody's name", folders, isAlone: true };
  const before = snapshot(watch);
  const known = new Set(accounts());
  const lines = (): string[] => accounts().filter((line) => !known.has(line));
  const seen = new Map<string, string>();
  const counts = (thing: string): boolean => !thing.startsWith("files: ") || OURS.test(thing);
  const look = (files: readonly string[]): void => {
    for (const thing of [...leaks(before, watch).filter(counts), ...lines()]) if (!seen.has(thing)) seen.set(thing, files.join(", "));
  };
  const check: Check = {
    name: "nothing is left on the machine",
    run: async () => {
      sweepTheirs(leaks(before, watch));
      const left = [...(await leaksAtLast(before, watch, patience)).filter(counts), ...lines()];
      const output = left.map((thing) => `${thing}\n     seen first when these had run: ${seen.get(thing) ?? "all"}\n`).join("");
      return { passed: left.length === 0 ? 1 : 0, failed: left.length, output };
    },
  };
  return { look, check };
}
