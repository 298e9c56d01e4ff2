// Owns getting an OCI image, wherever it is: its manifest for this machine, its config, its layers as files.
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { isReadable } from "../../host/read-text.ts";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import { byOption } from "../../model/origin.ts";
import { probeArchive } from "../archive.ts";
import { pinSays } from "../digest.ts";
import type { Net } from "../remote/fetch.ts";
import type { Layer } from "../templates.ts";
import { blobPath, checkBlob, copyIn, keepBlob } from "./blobs.ts";
import { openDockerArchive } from "./docker-archive.ts";
import { choosePlatform, ociArch, parseDocument, parseImageConfig, type Descriptor, type ImageConfig, type Manifest } from "./manifest.ts";
import type { OciPlace } from "./reference.ts";
import { openRegistry, type Login } from "./registry.ts";

export interface OciWish {
  readonly place: OciPlace;
  /** Debian's name. */
  readonly arch: string;
  readonly login?: Login;
  /** `sha256:HEX` of the manifest or of the index: nothing else will do. */
  readonly digest?: string;
  /** Who says that, where it is not the option: a lock file. */
  readonly digestBy?: string;
  readonly net: Net;
  /** Of the cache. */
  readonly base: string;
  /** Of root's, for who is not root: what is there need not come from the registry. */
  readonly roots?: string | undefined;
  readonly say: (text: string) => void;
  /** Layers that lie in a layout are read once: who unpacks them checks them. */
  readonly isCheckedLater?: boolean;
}
export interface OciImage { readonly config: ImageConfig; readonly layers: readonly Layer[]; readonly digest: string }

/** What an image's place can give: documents as texts, blobs as files. */
interface Shelf {
  readonly document: (reference: string) => Promise<Result<{ readonly text: string; readonly digest: string }>>;
  readonly blob: (descriptor: Descriptor) => Promise<Result<string>>;
  /** Of one that has not been looked at. */
  readonly fileOf?: (digest: string) => string;
}

const invalid = (text: string, cause?: string): Problem => ({ code: "image.invalid", at: byOption("--url"), text, ...(cause === undefined ? {} : { cause }) });
const sha256 = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;

function registryShelf(wish: OciWish, place: OciPlace & { readonly kind: "registry" }): Shelf {
  const registry = openRegistry({ place, net: wish.net, ...(wish.login === undefined ? {} : { login: wish.login }) });
  return {
    document: registry.manifest,
    blob: async ({ digest, size }) => {
      const theirs = wish.roots === undefined ? undefined : blobPath(wish.roots, digest);
      const isTheirs = theirs !== undefined && isReadable(theirs) && await checkBlob(theirs, digest) === undefined;
      const problem = await keepBlob(wish.base, digest, (path) => (isTheirs ? copyIn(theirs)(path) : registry.blob({ digest, path, ...(size === undefined ? {} : { size }) })));
      return problem === undefined ? ok(blobPath(wish.base, digest)) : fail(problem);
    },
  };
}

/** image-layout: oci-layout, index.json, blobs/sha256/HEX. Its blobs are used where they are. */
function layoutShelf({ path, tag }: OciPlace & { readonly kind: "layout" }): Shelf {
  const root = realpathSync(path);
  const fileOf = (digest: string): string => `${root}/blobs/sha256/${digest.slice("sha256:".length)}`;
  return {
    fileOf,
    document: (reference) => {
      const file = reference.startsWith("sha256:") ? fileOf(reference) : `${root}/index.json`;
      if (!existsSync(file)) return Promise.resolve(fail(reference.startsWith("sha256:") ? invalid(`'${path}' has no '${reference}'`) : invalid(`'${path}' is no OCI layout`, "it has no index.json")));
      const text = readFileSync(file, "utf8");
      if (!reference.startsWith("sha256:")) return Promise.resolve(chosenByTag(text, path, tag));
      return Promise.resolve(sha256(text) === reference ? ok({ text, digest: reference }) : fail({ code: "image.checksum", text: `'${file}' is not what it should be`, cause: `its digest is ${sha256(text)}` }));
    },
    blob: async ({ digest }) => {
      const file = fileOf(digest);
      if (!existsSync(file)) return fail(invalid(`'${path}' has no blob ${digest}`));
      const problem = await checkBlob(file, digest);
      return problem === undefined ? ok(file) : fail(problem);
    },
  };
}

/** Of an index whose images carry names, those with the wanted one are left. */
function chosenByTag(text: string, path: string, tag: string | undefined): Result<{ readonly text: string; readonly digest: string }> {
  const index = parseDocument(text);
  if (index?.kind !== "index") return fail(invalid(`'${path}/index.json' is not the index of an OCI layout`));
  const named = index.platforms.filter((one) => tag === undefined || one.tag === tag || one.tag?.endsWith(`:${tag}`) === true);
  const tags = [...new Set(index.platforms.map((one) => one.tag).filter((one) => one !== undefined))];
  if (named.length === 0) return fail({ ...invalid(`'${path}' has no image '${tag ?? ""}'`, `it has ${tags.join(" ")}`), code: "image.missing" });
  if (tag === undefined && tags.length > 1) return fail({ ...invalid(`which image of '${path}'?`, `it has ${tags.join(" ")}`), remedy: `oci:${path}:${tags[0] ?? ""}` });
  const manifests = named.map(({ descriptor, os, arch, variant }) => ({ digest: descriptor.digest, mediaType: descriptor.mediaType, ...(os === "" && arch === "" ? {} : { platform: { os, architecture: arch, variant } }) }));
  return ok({ text: JSON.stringify({ manifests }), digest: sha256(text) });
}

interface Found { readonly manifest: Manifest; readonly digest: string }

/** From a name to the manifest for this machine, over the index if there is one. */
async function findManifest(shelf: Shelf, wish: OciWish, reference: string): Promise<Result<Found>> {
  const seen: string[] = [];
  let next = reference;
  for (let depth = 0; depth < 4; depth++) {
    const got = await shelf.document(next);
    if (!got.ok) return got;
    seen.push(got.value.digest);
    const document = parseDocument(got.value.text);
    if (document === undefined) return fail(invalid("there is no manifest of an image", `${next} is something else`));
    if (document.kind === "manifest") {
      if (wish.digest !== undefined && !seen.includes(wish.digest)) return fail({ code: "image.checksum", text: "the image is not what it should be", ...pinSays(got.value.digest, wish.digest, wish.digestBy) });
      return ok({ manifest: document.manifest, digest: got.value.digest });
    }
    const arch = ociArch(wish.arch);
    const platform = choosePlatform(document.platforms, arch);
    if (platform === undefined) return fail({ code: "image.missing", at: byOption("--arch"), text: `the image is not there for ${arch}`, cause: `it is there for ${[...new Set(document.platforms.map((one) => one.arch))].join(" ")}` });
    next = platform.descriptor.digest;
  }
  return fail(invalid("the image's index leads on and on"));
}

async function fromShelf(shelf: Shelf, wish: OciWish, reference: string): Promise<Result<OciImage>> {
  const found = await findManifest(shelf, wish, reference);
  if (!found.ok) return found;
  const { manifest, digest } = found.value;
  const file = await shelf.blob(manifest.config);
  if (!file.ok) return file;
  const config = parseImageConfig(readFileSync(file.value, "utf8"));
  if (config === undefined || config.diffIds.length !== manifest.layers.length) return fail(invalid("the image's config does not fit its manifest"));
  const layers: Layer[] = [];
  for (const [i, descriptor] of manifest.layers.entries()) {
    const there = wish.isCheckedLater === true ? shelf.fileOf?.(descriptor.digest) : undefined;
    const isUnchecked = there !== undefined && existsSync(there);
    const path = isUnchecked ? ok(there) : await shelf.blob(descriptor);
    if (!path.ok) return path;
    const layer = layerOf(path.value, config.diffIds[i] ?? "");
    if (!layer.ok) {
      const checked = isUnchecked ? await shelf.blob(descriptor) : path;
      return checked.ok ? layer : checked;
    }
    layers.push(isUnchecked ? { ...layer.value, unchecked: descriptor.digest } : layer.value);
  }
  return ok({ config, layers, digest });
}

function layerOf(path: string, diffId: string): Result<Layer> {
  const compression = probeArchive(path) ?? (statSync(path).size >= 1024 ? "none" : undefined);
  return compression === undefined ? fail(invalid(`the layer '${path}' is no archive`)) : ok({ path, compression, diffId });
}

/** A file with a whole image in it: docker save's, or an OCI layout packed by tar. */
async function fromArchive(wish: OciWish, { path, tag }: OciPlace & { readonly kind: "archive" }): Promise<Result<OciImage>> {
  const folder = mkdtempSync(`${wish.base}/.oci-`);
  try {
    const opened = await openDockerArchive({ path, folder, ...(tag === undefined ? {} : { tag }) });
    if (!opened.ok) return opened;
    if (opened.value === "layout") {
      const shelf = layoutShelf({ kind: "layout", path: folder, ...(tag === undefined ? {} : { tag }) });
      return await fromShelf({ document: shelf.document, blob: (descriptor) => kept(wish, shelf, descriptor) }, wish, "index");
    }
    const { config, files, digest } = opened.value;
    if (wish.digest !== undefined && wish.digest !== digest) return fail({ code: "image.checksum", text: "the image is not what it should be", ...pinSays(digest, wish.digest, wish.digestBy) });
    const layers: Layer[] = [];
    for (const [i, file] of files.entries()) {
      const diffId = config.diffIds[i] ?? "";
      const packed = await packedDigest(file);
      const problem = await keepBlob(wish.base, packed, copyIn(file));
      if (problem !== undefined) return fail(problem);
      const layer = layerOf(blobPath(wish.base, packed), diffId);
      if (!layer.ok) return layer;
      layers.push(layer.value);
    }
    return ok({ config, layers, digest });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const packedDigest = async (file: string): Promise<string> => `sha256:${await (await import("../remote/sums.ts")).sha256Of(file)}`;

/** What lies in a directory that goes away is kept in the store. */
async function kept(wish: OciWish, shelf: Shelf, descriptor: Descriptor): Promise<Result<string>> {
  const file = await shelf.blob(descriptor);
  if (!file.ok) return file;
  const problem = await keepBlob(wish.base, descriptor.digest, copyIn(file.value));
  return problem === undefined ? ok(blobPath(wish.base, descriptor.digest)) : fail(problem);
}

export function obtainOci(wish: OciWish): Promise<Result<OciImage>> {
  const { place } = wish;
  if (place.kind === "registry") {
    wish.say(`Getting ${place.registry}/${place.name}`);
    return fromShelf(registryShelf(wish, place), wish, place.digest ?? place.tag);
  }
  if (!existsSync(place.path)) return Promise.resolve(fail({ code: "image.missing", at: byOption("--url"), text: `'${place.path}' does not exist` }));
  if (place.kind === "archive") return fromArchive(wish, place);
  if (!statSync(place.path).isDirectory()) return Promise.resolve(fail({ ...invalid(`'${place.path}' is no directory`), remedy: `docker-archive:${place.path}` }));
  return fromShelf(layoutShelf(place), wish, "index");
}
