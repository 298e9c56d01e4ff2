// Owns what a new root file system costs: half a gigabyte unpacked by lxc-create, beside tar(1) alone with the same archive.
import { mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { measure, must } from "./measure.ts";

const TOP = "/var/lib/berth-bench-unpack";
const NAME = "bench";
const ROUNDS = 5;
const WANTED = 500e6;
/** Issue 7: Berth may take so many times as long as tar. */
export const BOUND = 1.15;

/** Files of this host's /usr, as they come, until there are enough. */
function makeArchive(path: string): void {
  must(["sh", "-c", `cd / && find usr/bin usr/sbin usr/lib usr/share -xdev -type f -o -xdev -type l | head -n 200000 | tar --create --file=- --numeric-owner --no-recursion --files-from=- | head -c ${WANTED} > ${path}.cut; tar --extract --file=${path}.cut --directory=${TOP}/tree 2>/dev/null; tar --create --file=${path} --directory=${TOP}/tree .; rm -rf ${path}.cut ${TOP}/tree`]);
}

export interface Unpacked { readonly lines: readonly string[]; readonly ratio: number }

/** Both unpack as root, with owners, attributes and times; lxc-create makes a whole container besides. */
export function unpackTable(dist: string): Unpacked {
  rmSync(TOP, { recursive: true, force: true });
  mkdirSync(join(TOP, "tree"), { recursive: true });
  const archive = join(TOP, "rootfs.tar");
  makeArchive(archive);
  const [lxcpath, plain] = [join(TOP, "lxc"), join(TOP, "plain")];
  const config = join(TOP, "lxc.conf");
  must(["sh", "-c", `echo lxc.net.0.type = empty > ${config}`]);
  const [berth, tar] = measure({
    what: "unpack",
    contenders: [
      { name: "Berth", argv: [join(dist, "bin/lxc-create"), "-q", "-P", lxcpath, "-n", NAME, "-f", config, "-t", archive], after: () => rmSync(join(lxcpath, NAME), { recursive: true, force: true }) },
      { name: "tar", before: () => mkdirSync(plain), argv: ["tar", "-x", "-f", archive, "-C", plain, "--numeric-owner", "-p", "--same-owner", "--xattrs", "--xattrs-include=*", "--acls"], after: () => rmSync(plain, { recursive: true, force: true }) },
    ],
  }, ROUNDS);
  const megabytes = Math.round(statSync(archive).size / 1e6);
  rmSync(TOP, { recursive: true, force: true });
  const ratio = (berth?.least ?? Number.NaN) / (tar?.least ?? Number.NaN);
  const row = `| \`lxc-create -t ARCHIVE\` of ${megabytes} MB | ${berth?.least.toFixed(0) ?? "?"} ms | ${tar?.least.toFixed(0) ?? "?"} ms (${ratio.toFixed(2)}) |`;
  return { ratio, lines: ["| unpacking, best of the rounds | Berth | tar -x |", "|---|---|---|", row] };
}

if (import.meta.main) {
  const { lines, ratio } = unpackTable(process.argv[2] ?? join(import.meta.dir, "../dist"));
  console.log(lines.join("\n"));
  if (!(ratio <= BOUND)) process.exitCode = 1;
}
