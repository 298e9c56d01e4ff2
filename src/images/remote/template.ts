// Owns the template `download`: its options and the variables that stand for them, its listing and its questions.
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import { archiveAt } from "../archive.ts";
import { givenDigest } from "../digest.ts";
import { optionTemplate } from "../option-template.ts";
import type { Made, TemplateWish } from "../templates.ts";
import { cacheBase, rootsBase } from "./cache.ts";
import { serverUrl } from "./catalogue.ts";
import { archOf, namesOf, type ImageEntry, type Wanted } from "./entry.ts";
import { listRemote, obtain, type Supply } from "./obtain.ts";
import { imageTable } from "./table.ts";
import { givenTimeout } from "./timeout.ts";
import type { TemplateArgs } from "./template-args.ts";

const OPTIONS = [
  { long: "dist", short: "d", metavar: "NAME", help: "distribution" },
  { long: "release", short: "r", metavar: "NAME", help: "its release" },
  { long: "arch", short: "a", metavar: "NAME", help: "architecture: amd64, arm64 …" },
  { long: "variant", metavar: "NAME", help: "kind of image (default: default)" },
  { long: "list", short: "l", help: "list what the server has, and make nothing" },
  { long: "server", metavar: "HOST|URL", help: "image server (default: images.linuxcontainers.org); may be given again: its mirrors" },
  { long: "digest", metavar: "sha256:HEX", help: "of the archive of the root file system: nothing else will do" },
  { long: "keyid", metavar: "ID", help: "key that must have signed, 16 hex digits or more" },
  { long: "keyserver", metavar: "URL", help: "where to get it (default: hkps://keyserver.ubuntu.com)" },
  { long: "keyring", metavar: "FILE", help: "file with the keys that may have signed" },
  { long: "no-validate", help: "do without signatures, though a key is given" },
  { long: "flush-cache", help: "throw the cached copy away first" },
  { long: "force-cache", help: "take the cached copy, even if it has expired; the server is not asked" },
  { long: "timeout", metavar: "SECONDS", help: "give a server up that says nothing for so long (default: 30)" },
  { long: "verbose", help: "accepted, without meaning" },
] as const;

const ABOUT = "ready images from an image server, in the linuxcontainers layout or simplestreams.\nWhat is not given is asked for. DOWNLOAD_DIST, DOWNLOAD_RELEASE and so on stand for the options; http_proxy, https_proxy and no_proxy\nname proxies; LXC_CACHE_PATH is where images are kept (default: /var/cache/lxc, ~/.cache/lxc).";

const SERVER = "images.linuxcontainers.org";
export const SCRIPT = "/usr/share/lxc/templates/lxc-download";

/** An option, else LXC's variable for it. */
const valueOf = (args: TemplateArgs, env: TemplateWish["env"], name: string): string | undefined => {
  const value = args.last(name) ?? env[`DOWNLOAD_${name.replaceAll("-", "_").toUpperCase()}`];
  return value === "" ? undefined : value;
};
const isSet = (args: TemplateArgs, env: TemplateWish["env"], [option, variable]: readonly [string, string]): boolean => args.has(option) || env[variable] === "true";

const isFlushed = (args: TemplateArgs, env: TemplateWish["env"]): boolean => isSet(args, env, ["flush-cache", "DOWNLOAD_FLUSH_CACHE"]);

export function parseServers(given: readonly string[]): Result<readonly string[]> {
  const servers: string[] = [];
  for (const server of given.flatMap((text) => text.split(/[\s,]+/)).filter((text) => text !== "")) {
    const url = serverUrl(server);
    if (url === undefined) return fail({ code: "option.value", at: byOption("--server"), text: `'${server}' is not a web server`, remedy: "as in images.linuxcontainers.org, or http://10.0.0.1:8080" });
    servers.push(url);
  }
  return ok(servers);
}

/** Scripts of LXC 4 and older name one: there a key was wanted without being named. */
const VAIN: Problem = { code: "image.signature", severity: "warning", at: byOption("--keyserver"), text: "no signature is looked at", cause: "a server of keys is given, but no --keyid", remedy: "--keyid FINGERPRINT says which key must have signed" };

function supplyOf(wish: TemplateWish, args: TemplateArgs): Result<Supply> {
  const { env } = wish;
  const servers = parseServers(args.has("server") ? args.all("server") : [valueOf(args, env, "server") ?? SERVER]);
  if (!servers.ok) return servers;
  const timeout = givenTimeout(valueOf(args, env, "timeout"));
  if (!timeout.ok) return timeout;
  const isUnchecked = args.has("no-validate") || env["DOWNLOAD_VALIDATE"] === "false";
  const [keyring, keyId, keyserver] = ["keyring", "keyid", "keyserver"].map((name) => valueOf(args, env, name));
  const isVain = keyserver !== undefined && keyring === undefined && keyId === undefined && !isUnchecked;
  const trust = isUnchecked ? {} : { ...(keyring === undefined ? {} : { keyring: keyring.startsWith("/") ? keyring : `${wish.cwd}/${keyring}` }), ...(keyId === undefined ? {} : { keyId }), ...(keyserver === undefined ? {} : { keyserver }) };
  const supply: Supply = {
    servers: servers.value, mode: wish.isMapped ? "user" : "system", trust, base: cacheBase(env, wish.isRoot), roots: rootsBase(env, wish.isRoot), engine: wish.engine, say: wish.dialogue.say,
    net: { env, abort: wish.abort, timeoutMs: timeout.value, onProgress: wish.onProgress, elsewhere: `name another server with --server${isFlushed(args, env) ? "" : "; what is kept already is taken with --force-cache"}` },
  };
  return ok(supply, isVain ? [VAIN] : []);
}

const REMEDIES = { unknown: "lxc-create -t download NAME -- --list shows all", absent: "leave --force-cache out, to have it downloaded" };

const QUESTIONS = [["dist", "Distribution"], ["release", "Release"], ["arch", "Architecture"]] as const;

/** By its own name or another one: `debian/12`. */
const isCalled = (entry: ImageEntry, key: (typeof QUESTIONS)[number][0], name: string): boolean =>
  [entry[key], ...(key === "arch" ? [] : entry.aliases.map((alias) => alias.split("/")[key === "dist" ? 0 : 1] ?? ""))].some((own) => own.toLowerCase() === name.toLowerCase() || (key === "arch" && archOf(own) === archOf(name.toLowerCase())));

/** Shows what there is to choose from, and asks for what has not been said; nobody is asked for the variant. */
function askFor(wish: TemplateWish, given: Partial<Wanted>, entries: readonly ImageEntry[]): Result<Wanted> {
  const { variant = "default" } = given;
  let left = entries.filter((entry) => entry.variant.toLowerCase() === variant.toLowerCase());
  wish.dialogue.say(imageTable(left));
  const answers: Partial<Record<"dist" | "release" | "arch", string>> = { ...given };
  for (const [key, word] of QUESTIONS) {
    const value = answers[key] ?? wish.dialogue.ask(`${word}: `)?.trim();
    if (value === undefined || value === "") return fail({ code: "option.missing", at: byOption(`--${key}`), text: `which ${word.toLowerCase()}?`, cause: "nobody answered", remedy: `-- --${key} NAME, one of: ${namesOf(left, key).join(" ")}` });
    answers[key] = value;
    const next = left.filter((entry) => isCalled(entry, key, value));
    if (next.length === 0) return fail({ code: "image.missing", at: byOption(`--${key}`), text: `there is no ${word.toLowerCase()} '${value}'`, ...(left.length === 0 ? { cause: `the server has none${entries.length === 0 ? "" : ` of the variant ${variant}`} that fits what else was said` } : { remedy: `one of: ${namesOf(left, key).join(" ")}` }) });
    left = next;
  }
  // by its own names, whichever were typed
  const [chosen] = left;
  return chosen === undefined ? fail({ code: "image.missing", text: "the server has no such image" }) : ok({ dist: chosen.dist, release: chosen.release, arch: archOf(chosen.arch), variant: chosen.variant });
}

/** They become parts of a path. */
function wordProblem(wanted: Wanted): Result<Wanted> {
  const bad = Object.entries(wanted).find(([, word]) => !/^[A-Za-z0-9][\w.+~:@-]*$/.test(word));
  return bad === undefined ? ok(wanted) : fail({ code: "option.value", at: byOption(`--${bad[0]}`), text: `'${bad[1]}' is no name of an image's ${bad[0]}` });
}

async function whichImage(wish: TemplateWish, args: TemplateArgs, supply: Supply): Promise<Result<Wanted | undefined>> {
  const [dist, release, named, variant] = ["dist", "release", "arch", "variant"].map((name) => valueOf(args, wish.env, name));
  const arch = named === undefined ? undefined : archOf(named.toLowerCase());
  const isListed = isSet(args, wish.env, ["list", "DOWNLOAD_LIST_IMAGES"]);
  if (!isListed && dist !== undefined && release !== undefined && arch !== undefined) return wordProblem({ dist, release, arch, variant: variant ?? "default" });
  wish.dialogue.say("Downloading the image index");
  const catalogue = await listRemote(supply);
  if (!catalogue.ok) return catalogue;
  const isMeant = (is: string, wanted: string | undefined): boolean => wanted === undefined || is.toLowerCase() === wanted.toLowerCase();
  const entries = catalogue.value.entries.filter((entry) => isMeant(entry.dist, dist) && isMeant(entry.release, release) && isMeant(archOf(entry.arch), arch) && isMeant(entry.variant, variant));
  if (isListed) {
    wish.dialogue.say(imageTable(entries));
    return ok(undefined);
  }
  const given = { ...(dist === undefined ? {} : { dist }), ...(release === undefined ? {} : { release }), ...(arch === undefined ? {} : { arch }), ...(variant === undefined ? {} : { variant }) };
  const answered = askFor(wish, given, entries);
  return answered.ok ? wordProblem(answered.value) : answered;
}

async function make(wish: TemplateWish, args: TemplateArgs): Promise<Result<Made>> {
  const supply = supplyOf(wish, args);
  if (!supply.ok) return supply;
  const pin = args.last("digest");
  const digest = pin === undefined ? ok(undefined) : givenDigest(pin);
  if (!digest.ok) return digest;
  const wanted = await whichImage(wish, args, supply.value);
  if (!wanted.ok) return wanted;
  if (wanted.value === undefined) return ok({ kind: "nothing" });
  const got = await obtain({
    ...supply.value, remedies: REMEDIES, wanted: wanted.value, ...(digest.value === undefined ? {} : { digest: digest.value.slice("sha256:".length) }),
    isFlushed: isFlushed(args, wish.env), isForced: isSet(args, wish.env, ["force-cache", "DOWNLOAD_FORCE_CACHE"]),
  });
  if (!got.ok) return got;
  const { rootfs, metadata } = got.value;
  const compression = archiveAt(rootfs, { remedy: "lxc-create … -- --flush-cache gets it anew" });
  if (!compression.ok) return compression;
  const { dist, release, variant } = wanted.value;
  const shared = { name: variant === "default" ? `${dist}/${release}` : `${dist}/${release}/${variant}`, base: supply.value.base };
  return ok({ kind: "archive", path: rootfs, compression: compression.value, template: SCRIPT, shared, ...(metadata === undefined ? {} : { metadata }) }, [...(supply.warnings ?? []), ...(got.warnings ?? [])]);
}

export const download = optionTemplate({ name: "download", about: ABOUT, options: OPTIONS, make });
