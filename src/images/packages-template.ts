// Owns the templates `debian` and `ubuntu`: made from packages by mmdebstrap (or debootstrap), kept for the next time; for ordinary users too.
import { existsSync } from "node:fs";
import { accountOf } from "../host/setup/account.ts";
import { fstabField } from "../linux/fstab-field.ts";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import { archiveAt } from "./archive.ts";
import { readCustomize, type Customize, type OwnUser } from "./customize.ts";
import { UBUNTU_KEYS, VARIANTS, debianRootfs, dropKept, osRelease, packagesDir, type DebianWish } from "./debian.ts";
import { optionTemplate } from "./option-template.ts";
import { cacheBase } from "./remote/cache.ts";
import { archOf } from "./remote/entry.ts";
import type { TemplateArgs, TemplateOption } from "./remote/template-args.ts";
import type { Made, Template, TemplateWish } from "./templates.ts";

const COMMON: readonly TemplateOption[] = [
  { long: "release", short: "r", metavar: "NAME", help: "code name of the release" },
  { long: "arch", short: "a", metavar: "NAME", help: "architecture: amd64, arm64 … (default: this machine's)" },
  { long: "packages", metavar: "LIST", help: "further packages, with commas between them" },
  { long: "mirror", metavar: "URL", help: "where packages come from (default: the host's own sources, or MIRROR)" },
  { long: "security-mirror", metavar: "URL", help: "where security updates come from (or SECURITY_MIRROR)" },
  { long: "keyring", metavar: "FILE", help: "keys of the mirror (or KEYRING)" },
  { long: "auth-key", short: "S", metavar: "FILE", help: "public key that may log in as root; a server for ssh comes with it" },
  { long: "flush-cache", short: "F", help: "make it anew" },
];
const DEBIAN: readonly TemplateOption[] = [
  ...COMMON,
  { long: "clean", short: "c", help: "throw away what is kept of all releases, or of the one that -r names, and make nothing" },
  { long: "enable-non-free", help: "contrib, non-free and non-free-firmware too" },
  { long: "interpreter-path", short: "I", metavar: "FILE", help: "accepted, without meaning: binfmt_misc of the host is used" },
];
const UBUNTU: readonly TemplateOption[] = [
  ...COMMON,
  { long: "user", short: "u", metavar: "NAME", help: "its first user (default: ubuntu)" },
  { long: "password", metavar: "TEXT", help: "of that user (default: its name)" },
  { long: "bindhome", short: "b", metavar: "USER", help: "this user of the host instead, with its home" },
  { long: "variant", short: "v", metavar: "NAME", help: "which packages each system has: minbase (default), buildd, important" },
  { long: "trim", short: "x", help: "accepted, without meaning: manuals, translations and what is only recommended are always left out" },
  { long: "debug", short: "d", help: "accepted, without meaning" },
];
/** Ubuntu has other machines elsewhere. */
const UBUNTU_PLACES: Readonly<Record<"mirror" | "security" | "ports", string>> = { mirror: "http://archive.ubuntu.com/ubuntu", security: "http://security.ubuntu.com/ubuntu", ports: "http://ports.ubuntu.com/ubuntu-ports" };
const NON_FREE = ["contrib", "non-free", "non-free-firmware"];

type Dist = "debian" | "ubuntu";
const valueOf = (args: Pick<TemplateArgs, "last">, env: TemplateWish["env"], name: string): string | undefined => {
  const value = args.last(name) ?? env[name.replaceAll("-", "_").toUpperCase()];
  return value === "" ? undefined : value;
};

type Words = Pick<TemplateArgs, "last" | "has">;
const isPort = (arch: string): boolean => !["amd64", "i386"].includes(arch);

/** undefined: the host's own are the right ones. Who names no mirror gets the updates of security as well. */
export function sourcesOf({ dist, suite, arch }: { readonly dist: Dist; readonly suite: string; readonly arch: string }, args: Words, env: TemplateWish["env"]): readonly string[] | undefined {
  const [mirror, security] = [valueOf(args, env, "mirror"), valueOf(args, env, "security-mirror")];
  if (mirror === undefined && security === undefined && (dist === "debian" || osRelease("ID") === dist)) return undefined;
  const components = dist === "ubuntu" ? "main universe" : ["main", ...(args.has("enable-non-free") ? NON_FREE : [])].join(" ");
  const own = dist === "debian" ? "http://deb.debian.org/debian" : isPort(arch) ? UBUNTU_PLACES.ports : UBUNTU_PLACES.mirror;
  const updates = security ?? (dist === "ubuntu" && mirror === undefined ? (isPort(arch) ? UBUNTU_PLACES.ports : UBUNTU_PLACES.security) : undefined);
  return [`deb ${mirror ?? own} ${suite} ${components}`, ...(dist === "ubuntu" ? [`deb ${mirror ?? own} ${suite}-updates ${components}`] : []), ...(updates === undefined ? [] : [`deb ${updates} ${suite}-security ${components}`])];
}

/** Releases that have no updates of security: what is new comes to them by itself. */
const ROLLING = ["sid", "unstable", "experimental", "devel"];
const insecure = (dist: Dist, suite: string): Problem => ({ code: "option.missing", severity: "warning", at: byOption("--mirror"), text: `updates of security are not among the sources of ${suite}`, cause: "a mirror is named, but no --security-mirror", remedy: `--security-mirror ${dist === "debian" ? "http://deb.debian.org/debian-security" : UBUNTU_PLACES.security}` });

function suiteOf(dist: Dist, args: TemplateArgs, env: TemplateWish["env"]): Result<string> {
  const suite = args.last("release") ?? (env["SUITE"] === "" ? undefined : env["SUITE"]) ?? (osRelease("ID") === dist ? osRelease("VERSION_CODENAME") : dist === "ubuntu" ? "noble" : "stable");
  return suite !== undefined && /^[a-z][a-z0-9.-]*$/.test(suite) ? ok(suite) : fail({ code: "option.value", at: byOption("--release"), text: `'${suite ?? ""}' is no release`, remedy: "its code name, as in bookworm" });
}

/** A user of the host, whose home is to be shared. */
function hostUser(name: string): Result<OwnUser> {
  const refuse = (text: string, remedy?: string): Result<never> => fail({ code: "option.value", at: byOption("--bindhome"), text, ...(remedy === undefined ? {} : { remedy }) });
  const found = accountOf(name);
  if (found === undefined) return refuse(`there is no user '${name}' on this host`);
  const { uid, gid, home } = found;
  return home !== "/" && existsSync(home) ? ok({ name, uid, gid, home }) : refuse(`'${name}' has no home on this host`);
}

function ownOf(dist: Dist, args: TemplateArgs, wish: TemplateWish): Result<Customize> {
  const key = args.last("auth-key");
  const [bound, first] = [args.last("bindhome"), args.last("user") ?? "ubuntu"];
  const own = readCustomize({ sshKeys: key === undefined ? [] : [key], cwd: wish.cwd, ...(dist === "ubuntu" ? { user: bound ?? first, ...(bound === undefined ? { password: args.last("password") ?? first } : {}) } : {}) });
  if (!own.ok || bound === undefined) return own;
  if (wish.isMapped && !wish.isRoot) return fail({ code: "option.conflict", at: byOption("--bindhome"), text: "a home of the host belongs to nobody in a container with ids of its own", cause: "only root may map the ids of files", remedy: "let root make the container, or share a directory whose files have the container's ids (lxc-usernsexec -- chown)" });
  const user = hostUser(bound);
  return user.ok ? ok({ ...own.value, user: user.value }) : user;
}

const FORMS: readonly (readonly [option: string, form: RegExp, what: string, remedy: string])[] = [
  ["arch", /^[a-z0-9][a-z0-9-]*$/, "no architecture", "Debian's name for it, as in amd64 or arm64"],
  ["mirror", /^[a-z][a-z0-9+.-]*:\S+$/i, "no URL", "as in http://deb.debian.org/debian"],
  ["security-mirror", /^[a-z][a-z0-9+.-]*:\S+$/i, "no URL", "as in http://deb.debian.org/debian-security"],
];
const PACKAGE = /^[a-z0-9][a-z0-9+.:-]*([=/][\w+.:~-]+)?$/i;

/** By Debian's name, whoever's it was given by. */
function archNamed(args: TemplateArgs): string | undefined {
  const name = args.last("arch");
  return name === undefined ? undefined : archOf(name);
}

/** What mmdebstrap, apt's sources and a shell would each take for something else. */
function wordProblem(args: TemplateArgs, env: TemplateWish["env"], packages: readonly string[]): Problem | undefined {
  for (const [option, form, what, remedy] of FORMS) {
    const value = option === "arch" ? archNamed(args) : valueOf(args, env, option);
    if (value !== undefined && !form.test(value)) return { code: "option.value", at: byOption(`--${option}`), text: `'${value}' is ${what}`, remedy };
  }
  const variant = args.last("variant");
  if (variant !== undefined && !VARIANTS.some((one) => one === variant)) return { code: "option.value", at: byOption("--variant"), text: `there is no variant '${variant}'`, remedy: `one of ${VARIANTS.join(" ")}` };
  const bad = packages.find((name) => !PACKAGE.test(name));
  return bad === undefined ? undefined : { code: "option.value", at: byOption("--packages"), text: `'${bad}' is no name of a package` };
}

function wishOf(dist: Dist, suite: string, args: TemplateArgs, wish: TemplateWish): Result<DebianWish> {
  const packages = [...(args.last("packages") ?? "").split(/[\s,]+/).filter((name) => name !== ""), ...(args.has("auth-key") ? ["openssh-server"] : []), ...(dist === "ubuntu" ? ["sudo"] : [])];
  const problem = wordProblem(args, wish.env, packages);
  if (problem !== undefined) return fail(problem);
  const arch = archNamed(args);
  const sources = sourcesOf({ dist, suite, arch: arch ?? archOf(process.arch) }, args, wish.env);
  const variant = VARIANTS.find((one) => one === args.last("variant"));
  const named = valueOf(args, wish.env, "keyring");
  const keyring = named !== undefined ? (named.startsWith("/") ? named : `${wish.cwd}/${named}`) : (dist === "ubuntu" && sources !== undefined ? UBUNTU_KEYS : undefined);
  return ok({
    dist, suite, env: wish.env, cacheDir: packagesDir(wish.env), isFlushed: args.has("flush-cache"), onProgress: wish.onProgress, abort: wish.abort,
    ...(arch === undefined || arch === archOf(process.arch) ? {} : { arch }), ...(packages.length === 0 ? {} : { packages }), ...(sources === undefined ? {} : { sources }), ...(keyring === undefined ? {} : { keyring }),
    ...(sources === undefined && args.has("enable-non-free") ? { components: NON_FREE } : {}), ...(variant === undefined ? {} : { variant }),
  });
}

async function make(dist: Dist, wish: TemplateWish, args: TemplateArgs): Promise<Result<Made>> {
  const suite = suiteOf(dist, args, wish.env);
  if (!suite.ok) return suite;
  const own = ownOf(dist, args, wish);
  if (!own.ok) return own;
  const wanted = wishOf(dist, suite.value, args, wish);
  if (!wanted.ok) return wanted;
  if (args.has("clean")) {
    wish.dialogue.say("Flushing the cache...");
    dropKept(dist, args.has("release") ? suite.value : undefined, packagesDir(wish.env));
    return ok({ kind: "nothing" });
  }
  const made = await debianRootfs(wanted.value);
  if (!made.ok) return made;
  const { path } = made.value;
  const isInsecure = wanted.value.sources !== undefined && !wanted.value.sources.some((line) => line.includes(`${suite.value}-security`)) && !ROLLING.includes(suite.value);
  const home = own.value.user?.home;
  const compression = archiveAt(path, { remedy: `lxc-create … -t ${dist} -- -F makes it anew` });
  if (!compression.ok) return compression;
  return ok({ kind: "archive", path, compression: compression.value, template: `/usr/share/lxc/templates/lxc-${dist}`, shared: { name: `${dist}/${suite.value}`, base: cacheBase(wish.env, wish.isRoot) }, own: { ...own.value, knowsItself: true }, ...(home === undefined ? {} : { more: [`lxc.mount.entry = ${fstabField(home)} ${fstabField(home.slice(1))} none bind,${wish.isMapped ? "idmap=container," : ""}create=dir 0 0`] }) }, [...(isInsecure ? [insecure(dist, suite.value)] : []), ...(made.value.warnings ?? [])]);
}

/** With no options but the variables that stand for them: MIRROR, SECURITY_MIRROR, KEYRING. */
export function plainWish(dist: Dist, suite: string, env: TemplateWish["env"]): Pick<DebianWish, "dist" | "suite" | "env" | "cacheDir" | "sources" | "keyring"> {
  const none: Words = { last: () => undefined, has: () => false };
  const sources = sourcesOf({ dist, suite, arch: archOf(process.arch) }, none, env);
  const keyring = valueOf(none, env, "keyring") ?? (dist === "ubuntu" && sources !== undefined ? UBUNTU_KEYS : undefined);
  return { dist, suite, env, cacheDir: packagesDir(env), ...(sources === undefined ? {} : { sources }), ...(keyring === undefined ? {} : { keyring }) };
}

const templateOf = (name: Dist, system: string, options: readonly TemplateOption[]): Template => optionTemplate({
  name, about: `${system} with systemd, made from packages by mmdebstrap, for ordinary users too; where that is missing by debootstrap, for root.`, options, make: (wish, args) => make(name, wish, args),
});
export const debian = templateOf("debian", "Debian", DEBIAN);
export const ubuntu = templateOf("ubuntu", "Ubuntu", UBUNTU);
