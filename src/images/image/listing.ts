// Owns what images this machine has, and throwing away those that nobody needs.
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { readCached } from "../remote/cache.ts";
import { blobsOf, dropRecord, readRecords } from "./records.ts";
import { listTrees, treeKeys, treesOf, usersOf } from "./trees.ts";

export interface LocalImage {
  readonly image: string;
  readonly arch: string;
  /** Build of an image server, or the digest's beginning. */
  readonly build: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `unpacked`: one of the others, as containers with these ids share it. */
  readonly origin: "server" | "registry" | "imported" | "packages" | "unpacked";
  readonly isExpired: boolean;
  /** What goes with it. */
  readonly paths: readonly string[];
  /** Of an unpacked one: lines of `u INSIDE OUTSIDE COUNT`; none: the host's own. */
  readonly idmap?: readonly string[];
  /** Directories of the containers that lie above it. */
  readonly usedBy?: readonly string[];
}

const entries = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith(".")).sort();
  } catch {
    return [];
  }
};
const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function fromServers(base: string): readonly LocalImage[] {
  const root = `${base}/download`;
  return entries(root).flatMap((dist) => entries(`${root}/${dist}`).flatMap((release) => entries(`${root}/${dist}/${release}`).flatMap((arch) => entries(`${root}/${dist}/${release}/${arch}`).flatMap((variant): LocalImage[] => {
    const folder = `${root}/${dist}/${release}/${arch}/${variant}`;
    const cached = readCached(folder, Date.now());
    if (cached === undefined) return [];
    return [{ image: variant === "default" ? `${dist}/${release}` : `${dist}/${release}/${variant}`, arch, build: cached.build, bytes: sizeOf(cached.rootfs), at: statSync(cached.rootfs).mtimeMs, origin: "server", isExpired: cached.isExpired, paths: [folder] }];
  }))));
}

const fromRecords = (base: string): readonly LocalImage[] => readRecords(base).map((record) => ({
  image: record.ref, arch: record.arch, build: record.digest.slice("sha256:".length, "sha256:".length + 12), bytes: blobsOf(record).reduce((sum, path) => sum + sizeOf(path), 0), at: record.at,
  origin: record.kind === "oci" ? "registry" : "imported", isExpired: false, paths: blobsOf(record),
}));

const PLAIN = "packages";
/** Of one name the plain one is first, then the youngest. */
const inOrder = (one: LocalImage, other: LocalImage): number =>
  Number(one.image > other.image) - Number(one.image < other.image) || Number(other.build === PLAIN) - Number(one.build === PLAIN) || other.at - one.at;

/** debian-bookworm-x64-systemd-3.tar; with other packages or mirrors debian-bookworm-0123456789ab-x64-systemd-3.tar. */
function fromPackages(folder: string): readonly LocalImage[] {
  return entries(folder).flatMap((name): LocalImage[] => {
    const [, dist = "", release = "", variant = PLAIN, arch = "", kind = ""] = /^(debian|ubuntu|fedora|opensuse)-([a-z0-9.]+)(?:-([0-9a-f]{12}))?-([a-z0-9_]+)-(systemd|rpm)-\d+\.tar$/.exec(name) ?? [];
    const path = `${folder}/${name}`;
    return dist === "" ? [] : [{ image: `${dist}/${release}`, arch: arch === "x64" || arch === "x86_64" ? "amd64" : arch, build: kind === "rpm" ? PLAIN : variant, bytes: sizeOf(path), at: statSync(path).mtimeMs, origin: "packages", isExpired: false, paths: [path] }];
  }).toSorted(inOrder);
}

/** The cache, and where systems made of packages are kept. */
export interface Caches { readonly base: string; readonly packages: string }

const packedImages = ({ base, packages }: Caches): readonly LocalImage[] => [...fromServers(base), ...fromRecords(base), ...fromPackages(packages)];

const unpackedImages = (base: string): readonly LocalImage[] => listTrees(base).map((tree) => ({
  image: tree.image, arch: "", build: tree.digest.slice("sha256:".length, "sha256:".length + 12), bytes: tree.bytes, at: tree.at, origin: "unpacked", isExpired: false, paths: [tree.folder],
  idmap: tree.idmap.split("\n").filter((line) => line !== ""), usedBy: usersOf(tree).containers,
}));

export const listImages = (caches: Caches): readonly LocalImage[] => [...packedImages(caches), ...unpackedImages(caches.base)];

export interface Pruned { readonly path: string; readonly bytes: number; readonly why: string }

function treeSize(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true) return found?.size ?? 0;
  return readdirSync(path).reduce((sum, name) => sum + treeSize(`${path}/${name}`), 0);
}

/** Part files of a download that still runs have a lock beside that is held; they are young. */
const DAY_MS = 86_400_000;
const isOld = (path: string): boolean => Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > DAY_MS;

export interface PrunableTree extends Pruned { readonly key: string; /** What needs it: it stays. */ readonly usedBy: readonly string[] }

/** Unpacked images that no container lies above: of images that are gone, older builds, broken off ones. `isAll`: all of those. */
export function findPrunableTrees(caches: Caches, isAll: boolean): readonly PrunableTree[] {
  const { base } = caches;
  // those that go in the same run are none any more
  const [trees, images] = [listTrees(base), new Set(packedImages(caches).filter(({ isExpired }) => !isAll && !isExpired).map(({ image }) => image))];
  return treeKeys(base).flatMap((key): readonly PrunableTree[] => {
    const path = `${treesOf(base)}/${key}`;
    const tree = trees.find((one) => one.key === key);
    if (tree === undefined) return [{ key, path, bytes: 0, why: "broken off", usedBy: [] }];
    const { containers, unknown } = usersOf(tree);
    const isOld = trees.some((other) => other.image === tree.image && other.idmap === tree.idmap && other.at > tree.at);
    const why = isAll ? "asked for" : !images.has(tree.image) ? "no image has it" : isOld ? "there is a newer one" : undefined;
    return why === undefined ? [] : [{ key, path, bytes: tree.bytes, why, usedBy: [...containers, ...unknown] }];
  });
}

/** What commands that were killed have left: systems half made of packages, archives half taken in, a few files of -t host and -t sshd, images that were taken apart. */
function leftBy(base: string, packages: string): readonly Pruned[] {
  const all = [packages, `${base}/sha256`, base].flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []).map((name) => ({ name, path: `${folder}/${name}` })));
  // a user's, made by dnf or zypper, is in the hands of the user's other ids: the next that is made sweeps it
  const isTheirs = (name: string): boolean => name.includes("-rpm-") && process.geteuid?.() !== 0;
  const isOver = ({ name, path }: { readonly name: string; readonly path: string }): boolean => {
    const pid = /\.making\.(\d+)$|^\.import-(\d+)$/.exec(name);
    return pid === null ? /^\.(host|oci)-/.test(name) && isOld(path) : !existsSync(`/proc/${pid[1] ?? pid[2] ?? ""}`);
  };
  return [...new Set(all.filter((one) => isOver(one) && !isTheirs(one.name)).map(({ path }) => path))].map((path) => ({ path, bytes: treeSize(path), why: "broken off" }));
}

/** Containers do not need their archive: it was unpacked for them. `isAll`: those that are still good, too. */
export function findPrunable(caches: Caches, isAll: boolean): readonly Pruned[] {
  const { base, packages } = caches;
  const images = packedImages(caches).filter(({ isExpired }) => isAll || isExpired);
  const all = images.flatMap(({ paths, isExpired }) => paths.filter((path) => path.startsWith(`${base}/`) || path.startsWith(`${packages}/`)).map((path) => ({ path, why: isExpired ? "expired" : "asked for" })));
  const found = [...new Map(all.map((one) => [one.path, one])).values()].map((one): Pruned => ({ ...one, bytes: treeSize(one.path) }));
  const needed = new Set(isAll ? [] : readRecords(base).flatMap(blobsOf));
  const already = new Set(found.map(({ path }) => path));
  const blobs = entries(`${base}/sha256`).map((name) => `${base}/sha256/${name}`).filter((path) => !needed.has(path) && !already.has(path) && (isAll || isOld(path))).map((path): Pruned => ({ path, bytes: sizeOf(path), why: "no image has it" }));
  const partial = `${base}/download/.partial`;
  const parts = (existsSync(partial) ? readdirSync(partial) : []).filter((name) => !name.endsWith(".lock")).map((name) => `${partial}/${name}`).filter(isOld).map((path): Pruned => ({ path, bytes: treeSize(path), why: "broken off" }));
  return [...found, ...blobs, ...parts, ...leftBy(base, packages)];
}

export function prune(base: string, what: readonly Pruned[]): void {
  for (const { path } of what) rmSync(path, { recursive: true, force: true });
  for (const record of readRecords(base)) if (!blobsOf(record).every((path) => existsSync(path))) dropRecord(base, record);
}

/** For `berth image info`. */
export const expiryOf = (folder: string): number | undefined => {
  try {
    return Number(readFileSync(`${folder}/expiry`, "utf8").trim()) * 1000;
  } catch {
    return undefined;
  }
};
