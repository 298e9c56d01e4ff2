// Owns what is known of unpacked images: BASE/unpacked/KEY/rootfs, one for each image and id range, which containers copy, share
// blocks with or lie above; and which containers need one. KEY/.berth/{image.json,lxcpaths} say so; `partial` beside them: not whole.
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, lstatSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { trashOf } from "../../host/store/trash-name.ts";
import { mapText, type IdMapEntry } from "../../linux/idmap.ts";

export interface TreeRecord {
  readonly version: 1;
  readonly image: string;
  /** Of the archive, or of all layers together. */
  readonly digest: string;
  /** uid_map(5) of the containers it is for; empty: ids are those of the host. */
  readonly idmap: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}
export interface Tree extends TreeRecord { readonly key: string; readonly folder: string; readonly root: string }

export interface TreeWish { readonly digest: string; readonly excludes: readonly string[]; readonly idmap: readonly IdMapEntry[] }

const KEY_LENGTH = 32;
export const treesOf = (base: string): string => `${base}/unpacked`;
const recordsOf = (folder: string): string => `${folder}/.berth`;
export const treeLock = (base: string, key: string): string => `${treesOf(base)}/.${key}.lock`;

/** Everything that makes a difference to what is unpacked. */
export const keyOf = ({ digest, excludes, idmap }: TreeWish): string =>
  createHash("sha256").update(JSON.stringify({ version: 1, digest, excludes: [...excludes].sort(), u: mapText(idmap, "u"), g: mapText(idmap, "g") })).digest("hex").slice(0, KEY_LENGTH);

const isRecord = (value: unknown): value is TreeRecord => typeof value === "object" && value !== null && "version" in value && value.version === 1 && "image" in value && typeof value.image === "string"
  && "digest" in value && typeof value.digest === "string" && "idmap" in value && typeof value.idmap === "string" && "bytes" in value && typeof value.bytes === "number" && "at" in value && typeof value.at === "number";

/** undefined: not there, not whole, or somebody else wrote what it says of itself. */
export function readTree(base: string, key: string): Tree | undefined {
  const folder = `${treesOf(base)}/${key}`;
  const file = `${recordsOf(folder)}/image.json`;
  try {
    const isOwn = [recordsOf(folder), file].every((path) => lstatSync(path).uid === process.geteuid?.());
    const json: unknown = isOwn && !existsSync(`${folder}/partial`) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
    return isRecord(json) && existsSync(`${folder}/rootfs`) ? { ...json, key, folder, root: `${folder}/rootfs` } : undefined;
  } catch {
    return undefined;
  }
}

export const writeTree = (folder: string, record: TreeRecord): void => writeFileSync(`${recordsOf(folder)}/image.json`, JSON.stringify(record));

const names = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};
/** Whole and half-made ones. */
export const treeKeys = (base: string): readonly string[] => names(treesOf(base)).filter((name) => /^[0-9a-f]{32}$/.test(name)).sort();
export const listTrees = (base: string): readonly Tree[] => treeKeys(base).map((key) => readTree(base, key)).filter((tree) => tree !== undefined);

const textOf = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

/** Containers that need it lie below this lxcpath, perhaps. */
export function rememberLxcpath(root: string, lxcpath: string): void {
  const file = `${recordsOf(root.replace(/\/rootfs$/, ""))}/lxcpaths`;
  if (!textOf(file).split("\n").includes(lxcpath)) appendFileSync(file, `${lxcpath}\n`);
}

/** Is this layer of a root file system an unpacked image of whatever cache? */
export const isTree = (path: string): boolean => /\/unpacked\/[0-9a-f]{32}\/rootfs$/.test(path) && existsSync(`${path.slice(0, -"/rootfs".length)}/.berth/image.json`);

/** What a container that is being made will need; its config does not say it yet. */
export const wantedTreeFile = (recordDir: string): string => `${recordDir}/image`;

/** Its config, that of a snapshot, or what it was made with until it is whole. */
function needs(container: string, root: string): boolean {
  const configs = [`${container}/config`, ...names(`${container}/snaps`).map((snap) => `${container}/snaps/${snap}/config`)];
  return configs.some((file) => textOf(file).includes(root)) || (existsSync(`${container}/partial`) && textOf(wantedTreeFile(`${container}/.berth`)).trim() === root);
}

export interface TreeUsers {
  /** Directories of containers. */
  readonly containers: readonly string[];
  /** Places that are not there now, so that nobody can tell. */
  readonly unknown: readonly string[];
}

/** Everything below the lxcpaths is looked at, those that are being made and those in the trash too. */
export function usersOf({ folder, root }: Pick<Tree, "folder" | "root">): TreeUsers {
  const lxcpaths = textOf(`${recordsOf(folder)}/lxcpaths`).split("\n").filter((line) => line !== "");
  const below = (place: string): readonly string[] => names(place).map((name) => `${place}/${name}`);
  const containers = lxcpaths.flatMap((lxcpath) => [...below(lxcpath), ...below(trashOf(lxcpath))]).filter((container) => needs(container, root));
  return { containers, unknown: lxcpaths.filter((lxcpath) => !existsSync(lxcpath)) };
}
