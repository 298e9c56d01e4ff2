// Owns the options of whatever wants an image: servers and keys, a login, a digest or the lock file that has it.
import { readFileSync } from "node:fs";
import { errorText } from "../../host/error-text.ts";
import { byOption } from "../../model/origin.ts";
import { fail, ok, type Result } from "../../model/problem.ts";
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

export interface Resolved { readonly servers: readonly string[]; readonly trust: { readonly keyring?: string; readonly keyId?: string; readonly keyserver?: string }; readonly login?: Login; readonly digest?: string }

function digestOf(options: ImageOptions, ref: ImageRef, where: { readonly cwd: string; readonly arch: string }): Result<string | undefined> {
  const given = options.digest === undefined ? ok(undefined) : givenDigest(options.digest);
  if (!given.ok || options.lockFile === undefined) return given;
  const path = inFolder(where.cwd, options.lockFile);
  const locked = readLock(path);
  if (!locked.ok) return locked;
  const found = locked.value.find(({ image, arch }) => image === ref.text && arch === archOf(where.arch));
  return found === undefined ? fail({ code: "image.missing", at: byOption("--lock"), text: `'${path}' does not have '${ref.text}' for ${where.arch}`, remedy: `berth image lock ${ref.text} puts it in` }) : ok(found.digest);
}

export function resolveOptions(options: ImageOptions, ref: ImageRef, where: { readonly cwd: string; readonly arch: string; readonly env: Readonly<Record<string, string>> }): Result<Resolved> {
  const servers = parseServers(options.servers.length > 0 ? options.servers : [where.env["DOWNLOAD_SERVER"] ?? SERVER]);
  if (!servers.ok) return servers;
  const digest = digestOf(options, ref, where);
  if (!digest.ok) return digest;
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
  return ok({ servers: servers.value, trust, ...(login === undefined ? {} : { login }), ...(digest.value === undefined ? {} : { digest: digest.value }) });
}
