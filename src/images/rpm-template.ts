// Owns the templates `fedora` and `opensuse`: made from packages by dnf or zypper where those are installed; for ordinary users too.
import { existsSync, readFileSync } from "node:fs";
import { errorText } from "../host/error-text.ts";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import { readCustomize } from "./customize.ts";
import { osRelease, packagesDir } from "./debian.ts";
import { optionTemplate } from "./option-template.ts";
import { cacheBase } from "./remote/cache.ts";
import type { TemplateArgs, TemplateOption } from "./remote/template-args.ts";
import { dropKeptRpm, rpmRootfs, type RpmDist, type RpmWish } from "./rpm-rootfs.ts";
import type { Made, Template, TemplateWish } from "./templates.ts";

const COMMON: readonly TemplateOption[] = [
  { long: "release", short: "r", metavar: "NUMBER", help: "which release" },
  { long: "arch", short: "a", metavar: "NAME", help: "architecture: x86_64, aarch64 (default: this machine's)" },
  { long: "packages", short: "P", metavar: "LIST", help: "further packages, with commas between them" },
  { long: "mirror", short: "M", metavar: "URL", help: "repository, where repodata/ is (or MIRROR)" },
  { long: "keyring", metavar: "FILE", help: "key that signs its packages (or KEYRING; default: that of distribution-gpg-keys)" },
  { long: "auth-key", short: "S", metavar: "FILE", help: "public key that may log in as root" },
  { long: "clean", short: "c", help: "throw away what is kept of all releases, or of the one that -r names, and make nothing" },
  { long: "flush-cache", short: "F", help: "make it anew" },
  { long: "debug", short: "d", help: "accepted, without meaning" },
];
const FEDORA: readonly TemplateOption[] = [
  ...COMMON,
  { long: "release", short: "R", metavar: "NUMBER", help: "the same as -r" },
  { long: "fqdn", metavar: "NAME", help: "its name for itself" },
  { long: "mask-tmp", help: "no tmpfs on /tmp" },
  { long: "rsync", help: "accepted, without meaning" },
];
const OPTIONS: Readonly<Record<RpmDist, readonly TemplateOption[]>> = { fedora: FEDORA, opensuse: COMMON };
const DEFAULTS: Readonly<Record<RpmDist, { readonly release: string; readonly packages: readonly string[] }>> = {
  fedora: { release: "43", packages: ["fedora-release", "systemd", "dnf", "passwd", "iproute"] },
  opensuse: { release: "15.6", packages: ["openSUSE-release", "systemd", "zypper", "iproute2"] },
};
const MIRRORS: Readonly<Record<RpmDist, (release: string, arch: string) => string>> = {
  fedora: (release, arch) => `https://dl.fedoraproject.org/pub/fedora/linux/releases/${release}/Everything/${arch}/os/`,
  opensuse: (release) => (release === "tumbleweed" ? "https://download.opensuse.org/tumbleweed/repo/oss/" : `https://download.opensuse.org/distribution/leap/${release}/repo/oss/`),
};
/** Of Debian's package distribution-gpg-keys. */
const KEYS: Readonly<Record<RpmDist, (release: string) => string>> = {
  fedora: (release) => `/usr/share/distribution-gpg-keys/fedora/RPM-GPG-KEY-fedora-${release}-primary`,
  opensuse: () => "/usr/share/distribution-gpg-keys/suse/RPM-GPG-KEY-openSUSE",
};
const ARCHES: Readonly<Record<string, string>> = { x64: "x86_64", amd64: "x86_64", arm64: "aarch64", i386: "i686" };

/** Those that Fedora and openSUSE are made for. */
const KNOWN = ["x86_64", "aarch64", "i686", "armv7hl", "ppc64le", "s390x", "riscv64"];

const valueOf = (args: TemplateArgs, env: TemplateWish["env"], name: string): string | undefined => {
  const value = args.last(name) ?? env[name.toUpperCase()];
  return value === "" ? undefined : value;
};

/** What comes over a line that anybody may change must be signed. */
const isSafe = (mirror: string): boolean => /^(https:|file:)/.test(mirror) || /^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?\//.test(mirror);

/** zypper makes systems of this host's own kind alone. */
function archOf(dist: RpmDist, given: string | undefined): Result<string> {
  const own = ARCHES[process.arch] ?? process.arch;
  const arch = given === undefined ? own : ARCHES[given] ?? given;
  const refuse = (text: string, remedy: string): Result<never> => fail({ code: "option.value", at: byOption("--arch"), text, remedy });
  if (!KNOWN.includes(arch)) return refuse(`'${arch}' is no architecture`, `one of ${KNOWN.join(" ")}`);
  return dist === "fedora" || arch === own ? ok(arch) : refuse(`zypper makes no system for ${arch} here`, `leave --arch out: this machine is ${own}`);
}

/** A file with what rpm can import. */
function keyProblem(path: string): Problem | undefined {
  const at = byOption("--keyring");
  try {
    if (readFileSync(path, "utf8").includes("-----BEGIN PGP PUBLIC KEY BLOCK-----")) return undefined;
    return { code: "option.value", at, text: `'${path}' holds no key`, remedy: "as gpg --armor --export writes it" };
  } catch (error) {
    return { code: "option.value", at, text: `cannot read '${path}'`, cause: errorText(error) };
  }
}

function wishOf(dist: RpmDist, args: TemplateArgs, wish: TemplateWish): Result<RpmWish> {
  const { env, cwd } = wish;
  const release = args.last("release") ?? (osRelease("ID") === dist ? osRelease("VERSION_ID") : undefined) ?? DEFAULTS[dist].release;
  if (!/^[a-z0-9][a-z0-9._]*$/.test(release)) return fail({ code: "option.value", at: byOption("--release"), text: `'${release}' is no release`, remedy: `as in ${DEFAULTS[dist].release}` });
  const chosen = archOf(dist, args.last("arch"));
  if (!chosen.ok) return chosen;
  const arch = chosen.value;
  const mirror = valueOf(args, env, "mirror") ?? MIRRORS[dist](release, arch);
  if (!/^(https?|file):\/\/\S+$/.test(mirror)) return fail({ code: "option.value", at: byOption("--mirror"), text: `'${mirror}' is no URL`, remedy: `as in ${MIRRORS[dist](release, arch)}` });
  const keyring = valueOf(args, env, "keyring");
  const named = keyring === undefined || keyring.startsWith("/") ? keyring : `${cwd}/${keyring}`;
  const unread = named === undefined ? undefined : keyProblem(named);
  if (unread !== undefined) return fail(unread);
  const key = named ?? [KEYS[dist](release)].find((path) => args.last("mirror") === undefined && existsSync(path));
  if (key === undefined && !isSafe(mirror)) return fail({ code: "option.conflict", at: byOption("--mirror"), text: `'${mirror}' is not encrypted, and no key is given`, cause: "whoever sits on the line could put anything into the container", remedy: "--keyring FILE, or a mirror with https" });
  const more = (args.last("packages") ?? "").split(/[\s,]+/).filter((name) => name !== "");
  const bad = more.find((name) => !/^[A-Za-z0-9@][\w.+:@()-]*$/.test(name));
  if (bad !== undefined) return fail({ code: "option.value", at: byOption("--packages"), text: `'${bad}' is no name of a package` });
  return ok({
    dist, release, arch, mirror, ...(key === undefined ? {} : { key }), packages: [...DEFAULTS[dist].packages, ...more, ...(args.has("auth-key") ? ["openssh-server"] : [])],
    env, cacheDir: packagesDir(env), isFlushed: args.has("flush-cache"), onProgress: wish.onProgress, abort: wish.abort,
  });
}

const unsigned = (mirror: string): Problem => ({ code: "image.signature", severity: "warning", text: `the signatures of the packages from '${mirror}' are not checked`, cause: "no key is given", remedy: "--keyring FILE, or apt-get install distribution-gpg-keys (as root; Debian has it from trixie on)" });

async function make(dist: RpmDist, wish: TemplateWish, args: TemplateArgs): Promise<Result<Made>> {
  const [key, fqdn] = [args.last("auth-key"), args.last("fqdn")];
  const own = readCustomize({ sshKeys: key === undefined ? [] : [key], cwd: wish.cwd, ...(fqdn === undefined ? {} : { hostname: fqdn }) });
  if (!own.ok) return own;
  const wanted = wishOf(dist, args, wish);
  if (!wanted.ok) return wanted;
  if (args.has("clean")) {
    wish.dialogue.say("Flushing the cache...");
    dropKeptRpm(dist, args.has("release") ? wanted.value.release : undefined, wanted.value.cacheDir);
    return ok({ kind: "nothing" });
  }
  const path = await rpmRootfs(wanted.value);
  if (!path.ok) return path;
  const shared = { name: `${dist}/${wanted.value.release}`, base: cacheBase(wish.env, wish.isRoot) };
  return ok({ kind: "archive", path: path.value, compression: "none", template: `/usr/share/lxc/templates/lxc-${dist}`, own: args.has("mask-tmp") ? { ...own.value, masked: ["tmp.mount"] } : own.value, shared }, wanted.value.key === undefined ? [unsigned(wanted.value.mirror)] : []);
}

const templateOf = (name: RpmDist, system: string, program: string): Template => optionTemplate({
  name, about: `${system} with systemd, made from packages by ${program}, for ordinary users too.`, options: OPTIONS[name], make: (wish, args) => make(name, wish, args),
});
export const fedora = templateOf("fedora", "Fedora", "dnf");
export const opensuse = templateOf("opensuse", "openSUSE", "zypper");
