// Owns simplestreams, the index of Ubuntu's and Incus' image servers: streams/v1/index.json names files with products, these
// have versions, and these the files of an image with their checksums.
import type { ImageEntry, RemoteFile } from "./entry.ts";

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const textAt = (json: Json, key: string): string | undefined => { const value = json[key]; return typeof value === "string" && value !== "" ? value : undefined; };
const objectsOf = (value: unknown): readonly (readonly [string, Json])[] => (isObject(value) ? Object.entries(value).flatMap(([key, one]) => (isObject(one) ? [[key, one] as const] : [])) : []);

function parse(text: string): Json | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

const isPath = (path: string): boolean => /^[\w.+~:@%/ -]+$/.test(path) && !path.split("/").includes("..");
const below = (path: string): string => `/${path.replace(/^\/+/, "")}`;

/** Files with products of images, in the order of the index; undefined: it is no index. */
export function parseStreamIndex(text: string): readonly string[] | undefined {
  const json = parse(text);
  if (json === undefined || !isObject(json["index"])) return undefined;
  return objectsOf(json["index"]).flatMap(([, stream]) => {
    const [path, type] = [textAt(stream, "path"), textAt(stream, "datatype") ?? "image-downloads"];
    return path !== undefined && type === "image-downloads" && isPath(path) ? [below(path)] : [];
  });
}

/** What a root file system is called, the best first. */
const ROOTFS = ["root.tar.xz", "rootfs.tar.xz", "root.tar.zst", "root.tar.gz", "tar.xz", "tar.gz"] as const;
/** Metadata in LXC's own form; Incus' is of no use here. */
const METADATA = ["meta.tar.xz", "lxc.tar.xz"] as const;
const SHA256 = /^[0-9a-f]{64}$/i;

function fileOf(items: ReadonlyMap<string, Json>, kinds: readonly string[]): RemoteFile | undefined {
  const all = [...items.entries()];
  for (const kind of kinds) {
    const item = all.find(([key, one]) => (textAt(one, "ftype") ?? key) === kind || key === kind)?.[1];
    const path = item === undefined ? undefined : textAt(item, "path");
    if (item === undefined || path === undefined || !isPath(path)) continue;
    const [sha256, size] = [textAt(item, "sha256"), item["size"]];
    return { path: below(path), ...(sha256 !== undefined && SHA256.test(sha256) ? { sha256: sha256.toLowerCase() } : {}), ...(typeof size === "number" && Number.isSafeInteger(size) && size >= 0 ? { size } : {}) };
  }
  return undefined;
}

const isWord = (word: string): boolean => /^[A-Za-z0-9][\w.+~:@-]*$/.test(word);

function entriesOf(product: Json): readonly ImageEntry[] {
  const [dist = "", release = "", arch = "", variant = "default"] = ["os", "release", "arch", "variant"].map((key) => textAt(product, key)?.toLowerCase());
  const aliases = (textAt(product, "aliases") ?? "").split(",").map((alias) => alias.trim()).filter((alias) => alias !== "");
  const version = textAt(product, "version");
  const more = [...aliases.map((alias) => (alias.includes("/") ? alias : `${dist}/${alias}`)), ...(version === undefined ? [] : [`${dist}/${version}`])];
  return objectsOf(product["versions"]).flatMap(([build, { items }]): ImageEntry[] => {
    const files = new Map(objectsOf(items));
    const [rootfs, metadata] = [fileOf(files, ROOTFS), fileOf(files, METADATA)];
    if (rootfs === undefined || ![dist, release, arch, variant, build].every(isWord)) return [];
    return [{ dist, release, arch, variant, build, aliases: more, rootfs, ...(metadata === undefined ? {} : { metadata }) }];
  });
}

/** undefined: it is no list of products. */
export function parseStreamProducts(text: string): readonly ImageEntry[] | undefined {
  const json = parse(text);
  return json === undefined || !isObject(json["products"]) ? undefined : objectsOf(json["products"]).flatMap(([, product]) => entriesOf(product));
}
