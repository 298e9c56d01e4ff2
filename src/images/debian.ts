// Owns a Debian root file system made from Debian's own packages (by mmdebstrap, else debootstrap), with systemd as init, kept for the next time.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { programPath } from "../host/probe/program.ts";
import { isReadable } from "../host/read-text.ts";
import { saysNoSpace } from "../linux/no-space.ts";
import { byHost, byOption } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Progress } from "../model/progress.ts";
import { wantedSources, withComponents, type AptSource } from "./apt-sources.ts";
import { bootstrapCommand, mirrorOf } from "./debootstrap.ts";
import { keeping } from "./keeping.ts";
import { runTool, type ToolEnd } from "./tool.ts";

export const VARIANTS = ["minbase", "buildd", "important"] as const;
export type Variant = (typeof VARIANTS)[number];

export interface DebianWish {
  /** Release code name; absent: the host's own. */
  readonly suite?: string;
  /** Absent: /var/cache/berth, or ~/.cache/berth for an ordinary user. What root has made there is taken from there. */
  readonly cacheDir?: string;
  /** Debian's own, or Ubuntu's packages. */
  readonly dist?: "debian" | "ubuntu";
  /** Debian's name; absent: this machine's. */
  readonly arch?: string;
  /** Beside those that every system has. */
  readonly packages?: readonly string[];
  /** Whole lines of sources.list(5); absent: the host's own sources. */
  readonly sources?: readonly string[];
  /** Of the host's own sources, beside those that they have: `contrib`. */
  readonly components?: readonly string[];
  /** Which packages each system has, as debootstrap(8) says it; absent: `minbase`. */
  readonly variant?: Variant;
  readonly keyring?: string;
  /** The caller's, for proxies and TMPDIR; absent: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What was kept is thrown away first. */
  readonly isFlushed?: boolean;
  readonly onProgress?: (progress: Progress) => void;
  readonly abort?: AbortSignal;
}
export interface DebianRootfs {
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
  readonly isCached: boolean;
  readonly suite: string;
  /** Of one that was made now. */
  readonly warnings?: readonly Problem[];
}

const PACKAGES = ["systemd", "systemd-sysv", "dbus"];
/** Changes when what is in the archive does, so that an old one is not taken for it. */
const RECIPE = "systemd-4";
const APT = "/etc/apt";
/** Of Debian's package ubuntu-keyring. */
export const UBUNTU_KEYS = "/usr/share/keyrings/ubuntu-archive-keyring.gpg";

const readIf = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");
export const osRelease = (key: string): string | undefined => new RegExp(`^${key}="?([^"\n]*)"?$`, "m").exec(readIf("/etc/os-release"))?.[1];
/** mmdebstrap makes it for ordinary users too; debootstrap has to be root. */
const isBootstrapped = (): boolean => programPath("mmdebstrap") === undefined && isRoot() && programPath("debootstrap") !== undefined;
const isRoot = (): boolean => process.geteuid?.() === 0;

/** Where systems made of packages are kept: LXC_CACHE_PATH, as all templates of LXC read it, else a place of their own. */
export const packagesDir = (env: Readonly<Record<string, string | undefined>>): string => {
  const given = env["LXC_CACHE_PATH"];
  return given?.startsWith("/") === true ? given : defaultCacheDir();
};
const ROOTS = "/var/cache/berth";
export const defaultCacheDir = (): string =>
  (isRoot() ? ROOTS : `${process.env["XDG_CACHE_HOME"] ?? `${process.env["HOME"] ?? ""}/.cache`}/berth`);

function hostSources(suite: string, components: readonly string[] = []): readonly AptSource[] {
  const folder = `${APT}/sources.list.d`;
  const files = [`${APT}/sources.list`, ...(existsSync(folder) ? readdirSync(folder).map((name) => `${folder}/${name}`) : [])];
  return files.filter((file) => /\.(list|sources)$/.test(file)).flatMap((file) => wantedSources(file, readIf(file), suite)).map((source) => withComponents(source, components));
}

function cached(path: string, suite: string): DebianRootfs | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined || found.size === 0 ? undefined : { path, bytes: found.size, madeAt: found.mtimeMs, isCached: true, suite };
}

/** Files with the host's own apt sources of a suite, made in `scratch`: mmdebstrap wants one per format. */
export function writeSources(scratch: string, suite: string, components: readonly string[] = []): readonly string[] {
  const sources = hostSources(suite, components);
  return (["deb822", "line"] as const).flatMap((format) => {
    const texts = sources.filter((source) => source.format === format).map((source) => source.text);
    if (texts.length === 0) return [];
    const file = `${scratch}/apt.${format === "line" ? "list" : "sources"}`;
    writeFileSync(file, `${texts.join(format === "line" ? "\n" : "\n\n")}\n`);
    return [file];
  });
}

/** systemd takes the name that lxc.uts.name gave only while /etc/hostname is absent. debugfs and configfs belong to the host's
 * root: their mounts would fail in each container that is root in its own user namespace, and leave the system degraded. A server's
 * keys for ssh would be the same in each container, and known to all: each makes its own, at its first start. */
const CUSTOMIZE = `rm -f "$1/etc/hostname" "$1/etc/resolv.conf" "$1"/etc/ssh/ssh_host_*_key "$1"/etc/ssh/ssh_host_*_key.pub
for unit in debug config; do ln -sf /dev/null "$1/etc/systemd/system/sys-kernel-$unit.mount"; done
if [ -e "$1/usr/sbin/sshd" ]; then
	mkdir -p "$1/etc/systemd/system/ssh.service.d"
	printf '[Service]\\nExecStartPre=\\nExecStartPre=/usr/bin/ssh-keygen -A\\nExecStartPre=/usr/sbin/sshd -t\\n' > "$1/etc/systemd/system/ssh.service.d/own-keys.conf"
fi`;
const command = (suite: string, target: string, sources: readonly string[], wish: DebianWish): readonly string[] => [
  "mmdebstrap", `--mode=${isRoot() ? "root" : "unshare"}`, `--variant=${wish.variant ?? "minbase"}`, `--include=${[...PACKAGES, ...(wish.packages ?? [])].join(",")}`, "--format=tar",
  ...(wish.arch === undefined ? [] : [`--architectures=${wish.arch}`]), ...(wish.keyring === undefined ? [] : [`--keyring=${wish.keyring}`]),
  ...(wish.components === undefined ? [] : [`--components=${["main", ...wish.components].join(",")}`]), // of its own choice, where there is no source
  "--aptopt=APT::Install-Recommends \"false\"", "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=path-exclude=/usr/share/locale/*",
  `--customize-hook=${CUSTOMIZE}`, suite, target, ...sources,
];

const nameOf = ({ dist = "debian" }: DebianWish): string => (dist === "ubuntu" ? "Ubuntu" : "Debian");

/** What a program says of itself before it begins. */
const PREAMBLE = /^(chroot architecture|automatically chosen|running --|using .* as tempdir|finding correct signed-by|main\(\) received signal)/;
/** Relays `I: installing packages...` as it comes. */
const run = (argv: readonly string[], wish: DebianWish): Promise<ToolEnd> => runTool(argv, {
  env: wish.env ?? process.env, home: process.env["HOME"] ?? "/", ...(wish.abort === undefined ? {} : { abort: wish.abort }), onLine: (line) => {
    const said = /^I: (.*)$/.exec(line)?.[1];
    if (said !== undefined && !PREAMBLE.test(said)) wish.onProgress?.({ stage: `making ${nameOf(wish)}`, detail: said.replace(/\.\.\.$/, "") });
  },
});

/** What apt and debootstrap say of packages that cannot be had, whatever it is that wants them. */
const OF_PACKAGES = / : (Pre)?Depends: |has no installation candidate|Unable to locate package|Couldn't find these debs/;
/** mmdebstrap's own words about a program that has failed repeat its whole command line. */
const REPEATED = /^E: (setup failed|mmdebstrap failed|main\(\)|apt-get .* failed$)/;

const REMEDIES: readonly (readonly [(line: string) => boolean, string])[] = [
  [saysNoSpace, "free some space, or set TMPDIR to a place that has some"],
  [(line) => OF_PACKAGES.test(line), "leave those out of --packages, or name a mirror that has them, and what they need"],
  [(line) => line.includes("arch-test"), "to make a system for another kind of machine: apt-get install arch-test qemu-user-static (as root)"],
  [(line) => line.includes("does not have a Release file"), "check the release's name, and the mirror's: --mirror and --keyring name others"],
];
const CHECK = "check that its mirror can be reached, or the apt sources of this host (apt-get update); --mirror and --keyring name others";

function failed(program: string, name: string, suite: string, { status, lines }: ToolEnd): Problem {
  const said = (pattern: RegExp): string => lines.filter((line) => pattern.test(line) && !REPEATED.test(line)).slice(-3).join("; ");
  const cause = said(OF_PACKAGES) || said(/^[EW]:/) || said(/error|cannot|unable/i) || lines.slice(-3).join("; ");
  const remedy = REMEDIES.find(([isMeant]) => lines.some(isMeant))?.[1] ?? CHECK;
  return { code: "template.failed", at: byHost(program), text: `${program} could not make ${name} ${suite}${status === undefined ? "" : ` (status ${status})`}`, cause, remedy };
}

function missing({ keyring }: DebianWish): Problem | undefined {
  if (keyring !== undefined && !isReadable(keyring)) return { code: "image.signature", at: byOption("--keyring"), text: `${existsSync(keyring) ? "you may not read" : "there is no"} '${keyring}'`, cause: "with its keys it is checked that nobody has changed the packages", remedy: keyring === UBUNTU_KEYS ? "apt-get install ubuntu-keyring (as root; Debian has it from trixie on), or name the file with --keyring" : "name another file with --keyring" };
  if (isBootstrapped()) return undefined;
  const cause = `it makes a Debian root file system from Debian's packages${programPath("debootstrap") !== undefined ? "; debootstrap is there, but can only be used by root" : ""}`;
  if (programPath("mmdebstrap") === undefined) return { code: "template.missing", at: byHost("mmdebstrap"), text: "mmdebstrap is not installed", cause, remedy: `apt-get install mmdebstrap (as root)${isRoot() ? ", or debootstrap" : ""}` };
  if (!isRoot() && programPath("newuidmap") === undefined) return { code: "idmap.helper", at: byHost("newuidmap"), text: "newuidmap is not installed", cause: "an ordinary user's mmdebstrap works in a user namespace", remedy: "apt-get install uidmap (as root)" };
  return undefined;
}

/** Archives of earlier recipes, and what a killed run left. */
function dropOld(path: string): void {
  const [folder, name] = [dirname(path), basename(path)];
  const stem = name.slice(0, name.indexOf("-systemd-"));
  const isDone = (other: string): boolean => !/\.making\.\d+$/.test(other) || !existsSync(`/proc/${other.slice(other.lastIndexOf(".") + 1)}`);
  for (const other of readdirSync(folder)) {
    if (other.startsWith(`${stem}-systemd-`) && other !== name && isDone(other)) rmSync(`${folder}/${other}`, { recursive: true, force: true });
  }
}

function sourcesOf(scratch: string, suite: string, { sources, components }: DebianWish): readonly string[] {
  if (sources === undefined) return writeSources(scratch, suite, components);
  writeFileSync(`${scratch}/given.list`, `${sources.join("\n")}\n`);
  return [`${scratch}/given.list`];
}

const lines = (texts: readonly string[]): readonly AptSource[] => texts.map((text) => ({ text, format: "line" }));

function bootstrapOf(scratch: string, target: string, suite: string, wish: DebianWish): Result<readonly string[]> {
  const mirror = mirrorOf(wish.sources === undefined ? hostSources(suite, wish.components) : lines(wish.sources), suite);
  if (mirror === undefined) return fail({ code: "option.missing", at: byHost(APT), text: `no apt source of this host has '${suite}'`, cause: "debootstrap takes all packages from one mirror", remedy: "--mirror URL names one" });
  const { dist = "debian", keyring, arch, packages = [], variant = "minbase" } = wish;
  return ok(bootstrapCommand({ scratch, variant, target, suite, dist, mirror, customize: CUSTOMIZE, packages: [...PACKAGES, ...packages], ...(keyring === undefined ? {} : { keyring }), ...(arch === undefined ? {} : { arch }) }));
}

const notUpdated = (name: string, suite: string): Problem => ({ code: "unsupported", severity: "warning", at: byHost("debootstrap"), text: `${name} ${suite} is as it was released`, cause: "mmdebstrap is not installed, and debootstrap takes no updates", remedy: "apt-get update && apt-get dist-upgrade inside, or apt-get install mmdebstrap and -F" });

/** What is not as usual has an archive of its own. */
function variantOf({ packages = [], sources = [], components = [], keyring = "", arch = "", variant = "minbase" }: DebianWish): string {
  const text = [...packages, ...sources, ...components, keyring, arch, ...(variant === "minbase" ? [] : [`--variant ${variant}`])].join("\n").trim();
  return text === "" ? "" : `-${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;
}

async function make(path: string, suite: string, wish: DebianWish): Promise<Result<DebianRootfs>> {
  const scratch = `${path}.making.${process.pid}`;
  mkdirSync(scratch, { recursive: true });
  let detail = "failed";
  try {
    const target = `${scratch}/rootfs.tar`;
    const files = sourcesOf(scratch, suite, wish);
    const bootstrap = isBootstrapped() ? bootstrapOf(scratch, target, suite, wish) : undefined;
    if (bootstrap !== undefined && !bootstrap.ok) return bootstrap;
    const ended = await run(bootstrap?.value ?? command(suite, target, files, wish), wish);
    if (ended.status !== 0) return fail(wish.abort?.aborted === true ? { code: "template.failed", text: "interrupted" } : failed(bootstrap === undefined ? "mmdebstrap" : "debootstrap", nameOf(wish), suite, ended));
    renameSync(target, path);
    detail = "done";
    dropOld(path);
    const { size, mtimeMs } = statSync(path);
    return ok({ path, bytes: size, madeAt: mtimeMs, isCached: false, suite, ...(bootstrap === undefined ? {} : { warnings: [notUpdated(nameOf(wish), suite)] }) });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    wish.onProgress?.({ stage: `making ${nameOf(wish)}`, detail, isFinished: true });
  }
}

/** Where the archive is kept. */
export const keptAt = (wish: DebianWish, suite: string): string => `${wish.cacheDir ?? defaultCacheDir()}/${wish.dist ?? "debian"}-${suite}${variantOf(wish)}-${process.arch}-${RECIPE}.tar`;

/** Of a distribution, of one release, or of all. */
export function dropKept(dist: string, suite: string | undefined, cacheDir: string): void {
  const name = new RegExp(`^${dist}-${suite === undefined ? ".+" : suite.replaceAll(".", "\\.")}(-[0-9a-f]{12})?-\\w+-(${RECIPE.replace(/\d+$/, "")}\\d+)\\.tar$`);
  for (const kept of existsSync(cacheDir) ? readdirSync(cacheDir).filter((one) => name.test(one)) : []) rmSync(`${cacheDir}/${kept}`, { force: true });
}

/** What there is already, root's too. */
export const keptHere = (wish: DebianWish, suite: string): DebianRootfs | undefined => cached(keptAt(wish, suite), suite) ?? cached(keptAt({ ...wish, cacheDir: ROOTS }, suite), suite);

/** The archive of a Debian root file system: from the cache, else made now (a minute or two, needs the apt mirror). */
export function debianRootfs(wish: DebianWish = {}): Promise<Result<DebianRootfs>> {
  const cacheDir = wish.cacheDir ?? defaultCacheDir();
  return keeping(cacheDir, async () => {
    const suite = wish.suite ?? osRelease("VERSION_CODENAME");
    if (suite === undefined) return fail({ code: "option.missing", at: byHost("/etc/os-release"), text: "which Debian release is wanted cannot be told from /etc/os-release" });
    const path = keptAt(wish, suite);
    if (wish.isFlushed === true) rmSync(path, { force: true });
    const before = wish.isFlushed === true ? undefined : keptHere(wish, suite);
    if (before !== undefined) return ok(before);
    const problem = missing(wish);
    if (problem !== undefined) return fail(problem);
    mkdirSync(cacheDir, { recursive: true, mode: 0o755 });
    return make(path, suite, wish);
  });
}
