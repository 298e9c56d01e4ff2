// Owns getting an image: from the cache as long as it is fresh, else from its server, checked before anybody sees it.
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename } from "node:path";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import { whileLocked } from "../cache-lock.ts";
import { RELOCK } from "../digest.ts";
import { keepTexts, readTexts } from "../meta-archive.ts";
import { imageFolder, keepTrustMark, prepareStaging, publish, readCached, readRoots, stagingFolder, type Cached } from "./cache.ts";
import { checkBeside, readCatalogue, type Catalogue, type Shop } from "./catalogue.ts";
import { archOf, findEntry, namesOf, type ImageEntry, type RemoteFile, type Wanted } from "./entry.ts";
import { fetchFile, fetchPage, type Net } from "./fetch.ts";
import { findTrust, trustMark, type TrustWish } from "./signature.ts";
import { parseSums, sha256Of } from "./sums.ts";

export interface Supply {
  readonly servers: readonly string[];
  readonly mode: "system" | "user";
  readonly trust: TrustWish;
  readonly net: Net;
  /** Directory of the cache. */
  readonly base: string;
  /** Of root's, for who is not root. */
  readonly roots?: string | undefined;
  readonly engine: string;
  readonly say: (text: string) => void;
}
export interface ObtainWish extends Supply {
  readonly wanted: Wanted;
  /** sha256 of the root file system's archive, in hex: nothing else will do. */
  readonly digest?: string;
  /** Who says that, where it is not the option: a lock file. */
  readonly digestBy?: string;
  readonly isFlushed: boolean;
  /** Only the cache is asked, however old it is. */
  readonly isForced: boolean;
  /** In the words of who asks: the server has no such image, the cache has none. */
  readonly remedies: { readonly unknown: string; readonly absent: string };
}
export interface Obtained { readonly rootfs: string; readonly metadata?: string; readonly build: string; readonly sha256?: string }

/** What is only of use while servers are asked. */
async function withShop<T>(supply: Supply, body: (shop: Shop) => Promise<Result<T>>): Promise<Result<T>> {
  const scratch = mkdtempSync(`${tmpdir()}/berth-images-`);
  try {
    const trust = await findTrust(supply.trust, scratch, supply.net);
    if (!trust.ok) return trust;
    const { servers, mode, net } = supply;
    return await body({ servers, mode, net, scratch, ...(trust.value === undefined ? {} : { trust: trust.value }) });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

export const listRemote = (supply: Supply): Promise<Result<Catalogue>> => withShop(supply, readCatalogue);

const nameOf = ({ dist, release, arch, variant }: Wanted): string => `${dist} ${release} ${arch}${variant === "default" ? "" : ` ${variant}`}`;

/** What there is of the first word that has nothing. */
function nearest(entries: readonly ImageEntry[], wanted: Wanted): string {
  const ofDist = entries.filter(({ dist }) => dist.toLowerCase() === wanted.dist.toLowerCase());
  if (ofDist.length === 0) return `the server has ${namesOf(entries, "dist").join(" ")}`;
  const ofRelease = ofDist.filter(({ release }) => release.toLowerCase() === wanted.release.toLowerCase());
  if (ofRelease.length === 0) return `of ${wanted.dist} there is ${namesOf(ofDist, "release").join(" ")}`;
  const ofArch = ofRelease.filter(({ arch }) => archOf(arch) === archOf(wanted.arch));
  if (ofArch.length === 0) return `of ${wanted.dist} ${wanted.release} there is ${namesOf(ofRelease, "arch").join(" ")}`;
  return `of ${wanted.dist} ${wanted.release} ${wanted.arch} there is ${namesOf(ofArch, "variant").join(" ")}`;
}
const noMatch = (entries: readonly ImageEntry[], { wanted, remedies }: ObtainWish): Problem => ({ code: "image.missing", text: `Couldn't find a matching image: ${nameOf(wanted)}`, cause: entries.length === 0 ? "the server has none at all" : nearest(entries, wanted), remedy: remedies.unknown });
const wrongSum = (url: string, is: string, { hex, by }: Sum): Problem => ({ code: "image.checksum", text: `'${url}' is not what it should be`, cause: `its sha256 is ${is}, ${by} says ${hex}`, remedy: `it has been thrown away: try again, or another server${by === "the index" || by === "--digest" ? "" : `; ${RELOCK}`}` });

interface Getting { readonly shop: Shop; readonly entry: ImageEntry; readonly server: string; readonly staging: string; readonly isSigned: boolean; readonly say: (text: string) => void }

/** Checksums beside the files, when the index has none. */
async function sumsOf({ shop, entry, server }: Getting): Promise<Result<ReadonlyMap<string, string>>> {
  if (entry.sums === undefined) return ok(new Map());
  const page = await fetchPage(`${server}${entry.sums}`, shop.net);
  if (page.ok) return ok(parseSums(new TextDecoder().decode(page.value.bytes)));
  return page.why.isAbsent ? ok(new Map()) : fail(page.problem);
}

/** Servers throw old builds away, and a cache on the way may have an old index. */
const outOfDate = (problem: Problem, { elsewhere }: Net): Problem => ({ ...problem, cause: `${problem.cause ?? ""}: its index is out of date, and names what is there no more`, remedy: `try again later${elsewhere === undefined ? "" : `; or ${elsewhere}`}` });

interface Sum { readonly hex: string; readonly by: string }
async function getFile(how: Getting, file: RemoteFile, name: string, sum: Sum | undefined): Promise<Problem | undefined> {
  const { shop, server, staging } = how;
  const [url, path] = [`${server}${file.path}`, `${staging}/${name}.part`];
  const fetched = await fetchFile({ url, path, stage: basename(file.path), isKnown: sum !== undefined, ...(file.size === undefined ? {} : { size: file.size }) }, shop.net);
  if (!fetched.ok) return fetched.why.isAbsent ? outOfDate(fetched.problem, shop.net) : fetched.problem;
  const is = sum === undefined ? undefined : await sha256Of(path);
  const wrong = is !== undefined && sum !== undefined && is !== sum.hex ? wrongSum(url, is, sum) : undefined;
  const isCovered = how.isSigned && file.sha256 !== undefined;
  const bad = wrong ?? (shop.trust === undefined || isCovered ? undefined : await checkBeside(shop, shop.trust, url, path));
  if (bad === undefined) renameSync(path, `${staging}/${name}`);
  else rmSync(path, { force: true });
  return bad;
}

/** Everything of one image from one server, into the staging directory. */
async function getImage(how: Getting, { digest, digestBy = "--digest" }: ObtainWish): Promise<Problem | undefined> {
  const { entry, staging, say } = how;
  const sums = await sumsOf(how);
  if (!sums.ok) return sums.problems[0];
  const sumOf = (file: RemoteFile): Sum | undefined => {
    const hex = file.sha256 ?? sums.value.get(basename(file.path));
    return hex === undefined ? undefined : { hex, by: "the index" };
  };
  say("Downloading the rootfs");
  const rootfs = await getFile(how, entry.rootfs, "rootfs.tar.xz", digest === undefined ? sumOf(entry.rootfs) : { hex: digest, by: digestBy });
  if (rootfs !== undefined || entry.metadata === undefined) return rootfs;
  say("Downloading the metadata");
  const metadata = await getFile(how, entry.metadata, "meta.tar.xz", sumOf(entry.metadata));
  if (metadata !== undefined) return metadata;
  const texts = readTexts(`${staging}/meta.tar.xz`, staging, how.shop.mode === "user");
  if (!texts.ok) return texts.problems[0];
  keepTexts(texts.value, staging);
  rmSync(`${staging}/meta.tar.xz`);
  return undefined;
}

const found = ({ rootfs, build, folder, hasMetadata }: Cached): Obtained => ({ rootfs, build, ...(hasMetadata ? { metadata: folder } : {}) });

/** The mirrors in turn, as long as nothing but the net, or what came through it, is at fault. */
async function download(wish: HeldWish, shop: Shop, { entries, servers, isSigned }: Catalogue): Promise<Result<Obtained>> {
  const { base, wanted, say } = wish;
  const pinned = wish.digest === undefined ? undefined : entries.find(({ rootfs, arch }) => rootfs.sha256 === wish.digest && archOf(arch) === archOf(wanted.arch));
  const entry = pinned ?? findEntry(entries, wanted);
  if (entry === undefined) return fail(noMatch(entries, wish));
  const folder = imageFolder(base, wanted);
  const before = readCached(folder, Date.now());
  if (before?.build === entry.build && await isAsWanted(before, wish)) {
    say("The cache is already up to date");
    say("Using image from local cache");
    return ok(found(before));
  }
  const staging = stagingFolder(base, wanted);
  prepareStaging(staging, entry.build);
  const problems: Problem[] = [];
  for (const server of servers) {
    const problem = await getImage({ shop, entry, server, staging, isSigned, say }, wish);
    if (problem === undefined) {
      if (wish.mark !== undefined) keepTrustMark(staging, wish.mark);
      publish(staging, folder);
      say("The image cache is now ready");
      const now = readCached(folder, Date.now());
      return now === undefined ? fail({ code: "image.invalid", text: `the archive of ${nameOf(wanted)} is empty` }) : ok(found(now));
    }
    problems.push(problem);
    if (shop.net.abort.aborted) break;
  }
  return fail(...problems);
}

const isTrusted = ({ trustMark: is }: Cached, { mark }: HeldWish): boolean => mark === undefined || is === mark;
const isAsWanted = async (cached: Cached, wish: HeldWish): Promise<boolean> => isTrusted(cached, wish) && (wish.digest === undefined || await sha256Of(cached.rootfs) === wish.digest);

const isOfTheNet = (problems: readonly Problem[]): boolean => problems.length > 0 && problems.every(({ code }) => code === "image.fetch");

async function renew(wish: HeldWish, cached: Cached | undefined): Promise<Result<Obtained>> {
  wish.say("Downloading the image index");
  const result = await withShop(wish, async (shop) => {
    const catalogue = await readCatalogue(shop);
    return catalogue.ok ? download(wish, shop, catalogue.value) : catalogue;
  });
  if (result.ok || cached === undefined || !isOfTheNet(result.problems) || wish.net.abort.aborted) return result;
  wish.say("Using image from local cache");
  return ok(found(cached), result.problems.map((problem): Problem => ({ ...problem, severity: "warning", remedy: `the copy in the cache is taken: build ${cached.build}` })));
}

/** `mark`: whose signature a copy must have been held to. */
interface HeldWish extends ObtainWish { readonly mark: string | undefined }

async function rootsCopy(wish: HeldWish): Promise<Cached | undefined> {
  const there = wish.roots === undefined || wish.isFlushed ? undefined : readRoots(imageFolder(wish.roots, wish.wanted), Date.now());
  return there !== undefined && await isAsWanted(there, wish) ? there : undefined;
}

async function obtainHeld(wish: HeldWish): Promise<Result<Obtained>> {
  const folder = imageFolder(wish.base, wish.wanted);
  if (wish.isFlushed) {
    wish.say("Flushing the cache...");
    rmSync(folder, { recursive: true, force: true });
  }
  const there = readCached(folder, Date.now());
  const cached = there !== undefined && await isAsWanted(there, wish) ? there : undefined;
  if (cached !== undefined && (wish.isForced || !cached.isExpired)) {
    wish.say("Using image from local cache");
    return ok(found(cached));
  }
  const theirs = await rootsCopy(wish);
  if (theirs !== undefined && (wish.isForced || !theirs.isExpired)) {
    wish.say("Using image from local cache");
    return ok(found(theirs));
  }
  if (wish.isForced) return fail({ code: "image.missing", text: `the cache has no ${nameOf(wish.wanted)}`, cause: `'${folder}' is ${there === undefined ? "not there" : isTrusted(there, wish) ? `another one than ${wish.digestBy ?? "--digest"} says` : "there, but nobody looked at this key's signature when it came"}`, remedy: wish.remedies.absent });
  if (cached !== undefined) wish.say("The cached copy has expired, re-downloading...");
  return renew(wish, cached);
}

/** Two commands that want the same image get it once. */
export async function obtain(wish: ObtainWish): Promise<Result<Obtained>> {
  const mark = trustMark(wish.trust);
  if (!mark.ok) return mark;
  return whileLocked(
    { file: `${stagingFolder(wish.base, wish.wanted)}.lock`, engine: wish.engine, abort: wish.net.abort, onWait: () => wish.say("Another command is getting this image, waiting for it") },
    () => obtainHeld({ ...wish, mark: mark.value }),
  );
}
