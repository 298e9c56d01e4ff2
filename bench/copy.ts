// Owns what a copy of a container costs: its root file system copied by lxc-copy, beside cp(1) alone with the same files; on
// this host's own file system, and on one that can share blocks.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { measure, must } from "./measure.ts";

const TOP = "/var/lib/berth-bench-copy";
const NAME = "bench";
const ROUNDS = 3;
const FILES = 8000;
/** Issue 7: a copy is no slower than cp, with all that lxc-copy does besides. */
export const COPY_BOUND = 1;

/** Files of this host's /usr, as they come; hard links and sparse files are cp's own business in both. */
const fill = (rootfs: string): void => { must(["sh", "-c", `cd / && find usr/share -xdev -type f -o -xdev -type l | head -n ${FILES} | tar --create --file=- --no-recursion --files-from=- | tar --extract --file=- --directory=${rootfs}`]); };

interface Row { readonly line: string; readonly ratio: number }

function copied(dist: string, lxcpath: string, where: string): Row {
  const [home, plain] = [join(lxcpath, NAME), join(lxcpath, "plain")];
  must(["sh", "-c", `mkdir -p ${home}/rootfs && printf 'lxc.rootfs.path = dir:${home}/rootfs\\nlxc.uts.name = ${NAME}\\n' > ${home}/config`]);
  fill(join(home, "rootfs"));
  must(["sync"]);
  const drop = (path: string): void => { rmSync(path, { recursive: true, force: true }); };
  const [berth, cp] = measure({
    what: "copy",
    contenders: [
      { name: "Berth", argv: [join(dist, "bin/lxc-copy"), "-P", lxcpath, "-n", NAME, "-N", "copy"], after: () => drop(join(lxcpath, "copy")) },
      { name: "cp", argv: ["cp", "-a", "--reflink=auto", join(home, "rootfs"), plain], after: () => drop(plain) },
    ],
  }, ROUNDS);
  const ratio = (berth?.least ?? Number.NaN) / (cp?.least ?? Number.NaN);
  return { ratio, line: `| \`lxc-copy\` of ${FILES} files ${where} | ${berth?.least.toFixed(0) ?? "?"} ms | ${cp?.least.toFixed(0) ?? "?"} ms (${ratio.toFixed(2)}) |` };
}

export interface Copied { readonly lines: readonly string[]; readonly ratio: number }

export function copyTable(dist: string): Copied {
  rmSync(TOP, { recursive: true, force: true });
  const [here, shared] = [join(TOP, "here"), join(TOP, "shared")];
  for (const path of [here, shared]) mkdirSync(path, { recursive: true });
  must(["sh", "-c", `truncate -s 2G ${TOP}/image && mkfs.xfs -q -m reflink=1 ${TOP}/image && mount -o loop ${TOP}/image ${shared}`]);
  try {
    const rows = [copied(dist, here, ""), copied(dist, shared, "on xfs, whose blocks are shared")];
    return { ratio: Math.max(...rows.map(({ ratio }) => ratio)), lines: ["| copying, best of the rounds | Berth | cp -a --reflink=auto |", "|---|---|---|", ...rows.map(({ line }) => line)] };
  } finally {
    must(["umount", shared]);
    rmSync(TOP, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const { lines, ratio } = copyTable(process.argv[2] ?? join(import.meta.dir, "../dist"));
  console.log(lines.join("\n"));
  if (!(ratio <= COPY_BOUND)) process.exitCode = 1;
}
