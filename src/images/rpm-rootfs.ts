// Owns a Fedora or openSUSE root file system made from their own packages, by dnf or zypper of this host, kept for the next time.
// An ordinary user's runs in a user namespace with that user's first range of ids.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { programPath } from "../host/probe/program.ts";
import { saysNoSpace } from "../linux/no-space.ts";
import { byHost } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Progress } from "../model/progress.ts";
import { keeping } from "./keeping.ts";
import { runTool, type ToolEnd } from "./tool.ts";

export type RpmDist = "fedora" | "opensuse";
export interface RpmWish {
  readonly dist: RpmDist;
  readonly release: string;
  /** rpm's name: x86_64, aarch64. */
  readonly arch: string;
  /** URL of the repository: where repodata/ is. */
  readonly mirror: string;
  /** File with the key that signs packages; absent: signatures are not looked at. */
  readonly key?: string;
  readonly packages: readonly string[];
  readonly cacheDir: string;
  readonly isFlushed: boolean;
  /** The caller's, for proxies. */
  readonly env: Readonly<Record<string, string>>;
  readonly onProgress: (progress: Progress) => void;
  readonly abort: AbortSignal;
}

const RECIPE = "rpm-1";
const PROGRAMS: Readonly<Record<RpmDist, string>> = { fedora: "dnf", opensuse: "zypper" };
const isRoot = (): boolean => process.geteuid?.() === 0;

/** Mounts go with the process; ids of its own make an ordinary user root. */
const unshare = (argv: readonly string[]): readonly string[] => ["unshare", "--mount", ...(isRoot() ? [] : ["--map-root-user", "--map-auto"]), ...argv];

/** Scripts of packages want some devices and /proc, which no package may own for the time. What is mounted is not packed. */
const SCRIPT = `scratch=$1; target=$2; shift 2; root=$scratch/root
mkdir -p "$root/dev" "$root/proc" "$scratch/home"
for name in null zero full random urandom; do : > "$root/dev/$name"; mount --bind "/dev/$name" "$root/dev/$name"; done
mount --rbind /proc "$root/proc"
printf '%%_dbpath /usr/lib/sysimage/rpm\\n%%_netsharedpath /proc:/sys:/dev\\n' > "$scratch/home/.rpmmacros"
"$@" >&2
umount -R "$root/proc"; for name in null zero full random urandom; do umount "$root/dev/$name"; done
mkdir -p "$root/sys" "$root/run" "$root/tmp" "$root/var/tmp" "$root/root" "$root/etc/systemd/system"; chmod 1777 "$root/tmp" "$root/var/tmp"; chmod 700 "$root/root"
rm -rf "$root/etc/hostname" "$root/etc/resolv.conf" "$root$scratch" "$root/var/cache/dnf" "$root/var/cache/zypp" "$root"/var/log/dnf* "$root/var/log/hawkey.log"
: > "$root/etc/machine-id"
for unit in debug config; do ln -sf /dev/null "$root/etc/systemd/system/sys-kernel-$unit.mount"; done
exec tar --create --file="$target" --numeric-owner --xattrs '--xattrs-include=*' --acls '--exclude=./dev/*' --exclude="./$(dirname "$scratch" | cut -c2-)" -C "$root" .`;

const dnfConfig = (scratch: string, { mirror, key }: RpmWish): string => [
  "[main]", "reposdir=/dev/null", `cachedir=${scratch}/cache`, "install_weak_deps=False", "tsflags=nodocs", `gpgcheck=${key === undefined ? 0 : 1}`,
  "[berth]", "name=berth", `baseurl=${mirror}`, ...(key === undefined ? [] : [`gpgkey=file://${key}`]), "",
].join("\n");

const ZYPPER = 'root=$1; mirror=$2; key=$3; shift 3; if [ -n "$key" ]; then rpm --root "$root" --import "$key"; checks=--gpg-auto-import-keys; else checks=--no-gpg-checks; fi; zypper --root "$root" --non-interactive "$checks" addrepo "$mirror" berth; exec zypper --root "$root" --non-interactive "$checks" install --no-recommends "$@"';

function toolOf(scratch: string, wish: RpmWish): readonly string[] {
  const { dist, release, arch, mirror, key = "", packages } = wish;
  if (dist === "opensuse") return ["sh", "-ec", ZYPPER, "sh", `${scratch}/root`, mirror, key, ...packages];
  writeFileSync(`${scratch}/dnf.conf`, dnfConfig(scratch, wish));
  return ["dnf", "-c", `${scratch}/dnf.conf`, `--installroot=${scratch}/root`, `--releasever=${release}`, `--forcearch=${arch}`, "-y", "install", ...packages];
}

/** Relays the names of packages as they come. */
const run = (argv: readonly string[], home: string, { env, abort, dist, onProgress }: RpmWish): Promise<ToolEnd> => runTool(argv, {
  env, home, abort, onLine: (line) => {
    const said = /^\s*(?:\(\d+\/\d+\) )?(?:Installing\s*:|Installing:|Retrieving package) *(\S+)/.exec(line)?.[1];
    if (said !== undefined) onProgress({ stage: `making ${dist}`, detail: said });
  },
});

const failed = ({ dist, release, mirror }: RpmWish, { status, lines }: ToolEnd): Problem => ({
  code: "template.failed", at: byHost(PROGRAMS[dist]), text: `${PROGRAMS[dist]} could not make ${dist} ${release}${status === undefined ? "" : ` (status ${status})`}`,
  cause: [...new Set(lines.filter((line) => /error|cannot|can't|failed|unable|no match|not found/i.test(line)))].slice(0, 3).join("; ").replaceAll(":; ", ": ") || lines.slice(-3).join("; "),
  remedy: lines.some(saysNoSpace) ? "free some space" : `check that '${mirror}' can be reached and holds this release, or name another one with --mirror`,
});

function missing({ dist }: RpmWish): Problem | undefined {
  const program = [PROGRAMS[dist], ...(isRoot() ? [] : ["newuidmap"])].find((name) => programPath(name) === undefined);
  return program === undefined ? undefined : { code: "template.missing", at: byHost(program), text: `${program} is not installed`, cause: `it makes a root file system of ${dist} from its packages`, remedy: `apt-get install ${program === "newuidmap" ? "uidmap" : program} (as root)` };
}

export function rpmKeptAt({ dist, release, arch, mirror, key = "", packages, cacheDir }: RpmWish): string {
  const variant = createHash("sha256").update([mirror, key, ...packages].join("\n")).digest("hex").slice(0, 12);
  return `${cacheDir}/${dist}-${release}-${variant}-${arch}-${RECIPE}.tar`;
}

/** Of one release, or of all. */
export function dropKeptRpm(dist: RpmDist, release: string | undefined, cacheDir: string): void {
  const name = new RegExp(`^${dist}-${release === undefined ? ".+" : release.replaceAll(".", "\\.")}-[0-9a-f]{12}-\\w+-rpm-\\d+\\.tar$`);
  for (const kept of existsSync(cacheDir) ? readdirSync(cacheDir).filter((one) => name.test(one)) : []) rmSync(`${cacheDir}/${kept}`, { force: true });
}

const isOver = (name: string): boolean => !existsSync(`/proc/${name.slice(name.lastIndexOf(".") + 1)}`);

/** In whose hands its files are, that user removes them. */
async function drop(folder: string, wish: RpmWish): Promise<void> {
  await run(unshare(["rm", "-rf", folder]), "/", { ...wish, abort: new AbortController().signal });
}

/** What killed runs left. */
async function sweep(path: string, wish: RpmWish): Promise<void> {
  const left = readdirSync(dirname(path)).filter((name) => name.startsWith(`${basename(path)}.making.`) && isOver(name));
  for (const name of left) await drop(`${dirname(path)}/${name}`, wish);
}

/** Path of its archive: kept, else made now. */
export const rpmRootfs = (wish: RpmWish): Promise<Result<string>> => keeping(wish.cacheDir, async () => {
  const path = rpmKeptAt(wish);
  if (wish.isFlushed) rmSync(path, { force: true });
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0) return ok(path);
  const problem = missing(wish);
  if (problem !== undefined) return fail(problem);
  mkdirSync(wish.cacheDir, { recursive: true, mode: 0o755 });
  await sweep(path, wish);
  return make(path, wish);
});

async function make(path: string, wish: RpmWish): Promise<Result<string>> {
  const scratch = `${path}.making.${process.pid}`;
  let detail = "failed";
  try {
    mkdirSync(scratch);
    const target = `${scratch}/rootfs.tar`;
    const ended = await run(unshare(["sh", "-ec", SCRIPT, "sh", scratch, target, ...toolOf(scratch, wish)]), `${scratch}/home`, wish);
    if (ended.status !== 0) return fail(wish.abort.aborted ? { code: "template.failed", text: "interrupted" } : failed(wish, ended));
    renameSync(target, path);
    detail = "done";
    return ok(path);
  } finally {
    await drop(scratch, wish);
    wish.onProgress({ stage: `making ${wish.dist}`, detail, isFinished: true });
  }
}
