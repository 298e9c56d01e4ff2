// Owns the options of whatever wants an image: servers and keys, a login, a digest or the lock file that has it.
import { readFileSync } from "node:fs";
import { errorText } from "../../host/error-text.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { Login } from "../oci/registry.ts";
import { DIGEST, givenDigest } from "../digest.ts";
import { archOf } from "../remote/entry.ts";
import { parseServers } from "../remote/template.ts";
import type { ImageRef } from "./reference.ts";

export interface ImageOptions {
  readonly servers: readonly string[];
  readonly arch?: string;
  readonly digest?: string;
  readonly lockFile?: string;
  readonly keyring?: string;
  readonly keyId?: string;
  readonly keyserver?: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly isOffline: boolean;
}
export const NO_OPTIONS: ImageOptions = { servers: [], isOffline: false };

const SERVER = "images.linuxcontainers.org";

export interface LockedImage { readonly image: string; readonly arch: string; readonly digest: string; readonly build?: string }

/** What `berth image lock` wrote; an older one may have said `x86_64`. */
export function readLock(path: string): Result<readonly LockedImage[]> {
  const none: Result<never> = fail({ code: "option.value", at: byOption("--lock"), text: `'${path}' is no lock file of images`, remedy: "berth image lock IMAGE... writes one" });
  try {
    const json: unknown = JSON.parse(readFileSync(path, "utf8"));
    const images: unknown = typeof json === "object" && json !== null && "images" in json ? json.images : undefined;
    const isOne = (one: unknown): one is LockedImage => typeof one === "object" && one !== null && "image" in one && typeof one.image === "string" && "arch" in one && typeof one.arch === "string" && "digest" in one && typeof one.digest === "string" && DIGEST.test(one.digest);
    if (Array.isArray(images) && images.every(isOne)) return ok(images.map((one) => ({ ...one, arch: archOf(one.arch) })));
    return none;
  } catch (error) {
    return error instanceof SyntaxError ? none : fail({ code: "option.value", at: byOption("--lock"), text: `cannot read '${path}'`, cause: errorText(error) });
  }
}

const inFolder = (cwd: string, path: string): string => (path.startsWith("/") ? path : `${cwd}/${path}`);

export interface Resolved { readonly servers: readonly string[]; readonly trust: { readonly keyring?: string; readonly keyId?: string; readonly keyserver?: string }; readonly login?: Login; readonly digest?: string; /** Who says that, where it is not the option: a lock file. */ readonly digestBy?: string }

interface Pin { readonly digest?: string; readonly digestBy?: string }

function pinOf(options: ImageOptions, ref: ImageRef, where: { readonly cwd: string; readonly arch: string }): Result<Pin> {
  const given = options.digest === undefined ? ok(undefined) : givenDigest(options.digest);
  if (!given.ok) return given;
  const pin: Pin = given.value === undefined ? {} : { digest: given.value };
  if (options.lockFile === undefined) return ok(pin);
  const path = inFolder(where.cwd, options.lockFile);
  const locked = readLock(path);
  if (!locked.ok) return locked;
  const found = locked.value.find(({ image, arch }) => image === ref.text && arch === archOf(where.arch));
  if (found === undefined) return fail({ code: "image.missing", at: byOption("--lock"), text: `'${path}' does not have '${ref.text}' for ${where.arch}`, remedy: `berth image lock ${ref.text} puts it in` });
  if (pin.digest !== undefined && pin.digest !== found.digest) return fail({ code: "option.conflict", at: byOption("--digest"), text: `'${path}' has another digest of '${ref.text}' than --digest`, cause: `it has ${found.digest}`, remedy: "leave one of them out" });
  return ok({ digest: found.digest, digestBy: `'${path}'` });
}

/** What would be passed over in silence, though somebody counts on it. */
function aloneProblem({ keyId, keyring, keyserver, username, passwordFile }: ImageOptions): Problem | undefined {
  if (keyserver !== undefined && (keyId === undefined || keyring !== undefined)) return { code: "option.conflict", at: byOption("--keyserver"), text: keyId === undefined ? "a server of keys is given, but no --keyid" : "--keyserver and --keyring are both given", remedy: keyId === undefined ? "--keyid FINGERPRINT says which key must have signed" : "leave one of them out: the key comes from either" };
  return passwordFile !== undefined && username === undefined ? { code: "option.missing", at: byOption("--password-file"), text: "a password is given, but no --username" } : undefined;
}

export function resolveOptions(options: ImageOptions, ref: ImageRef, where: { readonly cwd: string; readonly arch: string; readonly env: Readonly<Record<string, string>> }): Result<Resolved> {
  const servers = parseServers(options.servers.length > 0 ? options.servers : [where.env["DOWNLOAD_SERVER"] ?? SERVER]);
  if (!servers.ok) return servers;
  const alone = aloneProblem(options);
  if (alone !== undefined) return fail(alone);
  const pin = pinOf(options, ref, where);
  if (!pin.ok) return pin;
  const { keyring, keyId, keyserver, username, passwordFile } = options;
  const trust = { ...(keyring === undefined ? {} : { keyring: inFolder(where.cwd, keyring) }), ...(keyId === undefined ? {} : { keyId }), ...(keyserver === undefined ? {} : { keyserver }) };
  let login: Login | undefined;
  if (username !== undefined) {
    try {
      login = { username, password: passwordFile === undefined ? "" : readFileSync(inFolder(where.cwd, passwordFile), "utf8").replace(/\r?\n$/, "") };
    } catch (error) {
      return fail({ code: "option.value", at: byOption("--password-file"), text: `cannot read '${passwordFile ?? ""}'`, cause: errorText(error) });
    }
  }
  return ok({ servers: servers.value, trust, ...(login === undefined ? {} : { login }), ...pin.value });
}
