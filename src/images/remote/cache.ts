// Owns the cache of downloaded images, in LXC's own layout, so that both find what the other has:
// BASE/download/DIST/RELEASE/ARCH/VARIANT/{build_id, rootfs.tar.xz, files of the metadata, expiry}.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { isReadable } from "../../host/read-text.ts";
import type { Problem } from "../../model/problem.ts";
import type { Wanted } from "./entry.ts";

export interface Cached {
  readonly folder: string;
  readonly rootfs: string;
  readonly build: string;
  readonly isExpired: boolean;
  /** Whether there is a config among its files. */
  readonly hasMetadata: boolean;
  /** Whose signature it was held to when it came. */
  readonly trustMark?: string;
}

type Environment = Readonly<Record<string, string>>;

const ROOTS = "/var/cache/lxc";
const given = (env: Environment): string | undefined => (env["LXC_CACHE_PATH"]?.startsWith("/") === true ? env["LXC_CACHE_PATH"] : undefined);

/** One that is passed over would fill another place than the one that is meant. */
export function cacheProblem(env: Environment): Problem | undefined {
  const text = env["LXC_CACHE_PATH"] ?? "";
  return text === "" || text.startsWith("/") ? undefined : { code: "option.value", text: `LXC_CACHE_PATH is '${text}', which is no absolute path`, remedy: "a path that begins with /, or unset it" };
}

/** LXC_CACHE_PATH, as all its templates read it. */
export function cacheBase(env: Environment, isRoot: boolean): string {
  const named = given(env);
  if (named !== undefined) return named;
  return isRoot ? ROOTS : `${env["XDG_CACHE_HOME"] ?? `${env["HOME"] ?? ""}/.cache`}/lxc`;
}

/** What root has got need not be got again by others; undefined: the caller is root, or keeps images in a place of its own. */
export const rootsBase = (env: Environment, isRoot: boolean): string | undefined => (isRoot || given(env) !== undefined ? undefined : ROOTS);

export const imageFolder = (base: string, { dist, release, arch, variant }: Wanted): string => `${base}/download/${dist}/${release}/${arch}/${variant}`;
/** What is not whole yet, by what it will be: a later run goes on with it. */
export const stagingFolder = (base: string, wanted: Wanted): string => `${base}/download/.partial/${[wanted.dist, wanted.release, wanted.arch, wanted.variant].join("_")}`;

const readIf = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
};

const TRUST_MARK = "signature-checked";
export const keepTrustMark = (folder: string, mark: string): void => writeFileSync(`${folder}/${TRUST_MARK}`, `${mark}\n`);

/** The archive may be packed in another way than its name says: what it is shows at its beginning. */
export function readCached(folder: string, now: number): Cached | undefined {
  const rootfs = `${folder}/rootfs.tar.xz`;
  const found = statSync(rootfs, { throwIfNoEntry: false });
  const build = readIf(`${folder}/build_id`);
  if (found?.isFile() !== true || found.size === 0 || build === undefined) return undefined;
  const expiry = Number(readIf(`${folder}/expiry`) ?? Number.NaN);
  const trustMark = readIf(`${folder}/${TRUST_MARK}`);
  return { folder, rootfs, build, ...(trustMark === undefined ? {} : { trustMark }), isExpired: expiry * 1000 < now, hasMetadata: readdirSync(folder).some((name) => /^config(-|\.|$)/.test(name)) };
}

/** Root's copy, if the caller may read it, and it is one for containers of ordinary users. */
export function readRoots(folder: string, now: number): Cached | undefined {
  try {
    const cached = readCached(folder, now);
    if (cached === undefined || (cached.hasMetadata && !existsSync(`${folder}/config-user`))) return undefined;
    return readdirSync(folder).every((name) => isReadable(`${folder}/${name}`)) ? cached : undefined;
  } catch {
    return undefined;
  }
}

export function prepareStaging(folder: string, build: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  if (readIf(`${folder}/build_id`) !== build) for (const name of readdirSync(folder)) if (name !== "lock") rmSync(`${folder}/${name}`, { recursive: true, force: true });
  writeFileSync(`${folder}/build_id`, `${build}\n`);
}

/** The new one takes the old one's place. */
export function publish(staging: string, folder: string): void {
  rmSync(`${staging}/lock`, { force: true });
  mkdirSync(folder.slice(0, folder.lastIndexOf("/")), { recursive: true, mode: 0o755 });
  const old = `${staging}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(folder)) renameSync(folder, old);
  renameSync(staging, folder);
  rmSync(old, { recursive: true, force: true });
}
