// Owns the verbs about images: listed, pulled, told about, given away, taken in, thrown away, pinned.
import { closeSync, copyFileSync, createReadStream, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { probeHost } from "../host/probe/host-facts.ts";
import { containerDir } from "../host/store/layout.ts";
import { errorText } from "../host/error-text.ts";
import { archiveAt } from "../images/archive.ts";
import { packagesDir } from "../images/debian.ts";
import { SILENT, type Dialogue } from "../images/dialogue.ts";
import { ensureImage, type HadImage } from "../images/image/ensure.ts";
import { expiryOf, findPrunable, findPrunableTrees, listImages, prune, type Caches, type LocalImage, type Pruned } from "../images/image/listing.ts";
import { readLock, resolveOptions, type ImageOptions, type LockedImage } from "../images/image/options.ts";
import { treeLock, treesOf, usersOf } from "../images/image/trees.ts";
import { writeRecord } from "../images/image/records.ts";
import { isName, parseImage } from "../images/image/reference.ts";
import { keeping } from "../images/keeping.ts";
import { cacheBase, cacheProblem } from "../images/remote/cache.ts";
import type { ImageEntry } from "../images/remote/entry.ts";
import { archOf } from "../images/remote/entry.ts";
import { listRemote } from "../images/remote/obtain.ts";
import { sha256Of } from "../images/remote/sums.ts";
import { TIMEOUT_MS } from "../images/remote/timeout.ts";
import { noEndMark, sumWithEnd } from "../images/tar/scan.ts";
import type { HostFacts } from "../model/facts.ts";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Progress } from "../model/progress.ts";
import type { Request } from "../model/request.ts";
import { onSignals } from "./interrupt.ts";
import { holdPartial } from "./partial.ts";
import { openOutput, writeAll, type Output } from "./porting/output.ts";
import { removeContainer } from "./removing/remove.ts";

export type { ImageOptions } from "../images/image/options.ts";
export type { LocalImage, Pruned } from "../images/image/listing.ts";
export type { ImageEntry } from "../images/remote/entry.ts";

const baseOf = (request: Request): string => cacheBase(request.env, request.euid === 0);
function cachesOf(request: Request): Result<Caches> {
  const problem = cacheProblem(request.env);
  return problem === undefined ? ok({ base: baseOf(request), packages: packagesDir(request.env) }) : fail(problem);
}
const missing = (name: string): Problem => ({ code: "image.missing", text: `this machine has no image '${name}'`, remedy: `berth image pull ${name}, or berth image list` });

/** `arch`: of those that are for one kind of machine, these alone. */
export function imagesHere(request: Request, arch?: string): Result<readonly LocalImage[]> {
  const caches = cachesOf(request);
  return caches.ok ? ok(listImages(caches.value).filter(isFor(arch))) : caches;
}
const isFor = (arch: string | undefined) => (image: LocalImage): boolean => arch === undefined || image.arch === archOf(arch) || image.arch === "";

function named(images: readonly LocalImage[], name: string, arch: string | undefined): Result<LocalImage> {
  const found = images.filter(isFor(arch)).find(({ image, origin }) => image === name && origin !== "unpacked");
  return found === undefined ? fail(missing(name)) : ok(found);
}

export interface ImageTalk { /** Absent: nobody is there. */ readonly dialogue?: Dialogue; readonly onProgress: (progress: Progress) => void; /** Aborted: it ends. */ readonly abort?: AbortSignal }

async function withAbort<T>(request: Request, { abort: given }: ImageTalk, body: (abort: AbortSignal) => Promise<Result<T>>): Promise<Result<T>> {
  const caches = cachesOf(request);
  if (!caches.ok) return caches;
  const abort = new AbortController();
  const off = onSignals(request, abort, given);
  try {
    return await keeping(caches.value.base, () => body(abort.signal));
  } finally {
    off();
  }
}

export interface Pulled { readonly image: string; readonly arch: string; readonly digest: string; readonly build?: string; readonly path?: string }

/** A container of the caller's own kind: what an ordinary user pulls is for user namespaces. */
export function pullImage(request: Request, text: string, options: ImageOptions, talk: ImageTalk): Promise<Result<Pulled>> {
  return withAbort(request, talk, async (abort) => {
    const facts = probeHost(request);
    const ref = parseImage(text, request.cwd);
    if (!ref.ok) return ref;
    const arch = archOf(options.arch ?? process.arch);
    const resolved = resolveOptions(options, ref.value, { cwd: request.cwd, env: facts.caller.env, arch });
    if (!resolved.ok) return resolved;
    const had: Result<HadImage> = await ensureImage({
      onProgress: talk.onProgress, dialogue: talk.dialogue ?? SILENT, ...resolved.value, ref: ref.value, arch, abort, timeoutMs: TIMEOUT_MS, isOffline: options.isOffline, isMapped: request.euid !== 0, isRoot: request.euid === 0,
      env: facts.caller.env, cwd: request.cwd, engine: facts.install.engine,
    });
    if (!had.ok) return had;
    const { digest, build, path } = had.value;
    return ok({ image: text, arch, digest, ...(build === undefined ? {} : { build }), ...(path === undefined ? {} : { path }) }, had.warnings);
  });
}

export function imagesThere(request: Request, options: ImageOptions, talk: ImageTalk): Promise<Result<readonly ImageEntry[]>> {
  return withAbort(request, talk, async (abort) => {
    const facts = probeHost(request);
    const ref = parseImage("any/any", request.cwd);
    const resolved = ref.ok ? resolveOptions({ ...options, isOffline: false }, ref.value, { cwd: request.cwd, env: facts.caller.env, arch: "" }) : ref;
    if (!resolved.ok) return resolved;
    const { servers, trust } = resolved.value;
    const net = { env: facts.caller.env, abort, timeoutMs: TIMEOUT_MS, onProgress: talk.onProgress, elsewhere: "name another server with --server" };
    const listed = await listRemote({ servers, trust, net, mode: request.euid === 0 ? "system" : "user", base: baseOf(request), engine: facts.install.engine, say: (talk.dialogue ?? SILENT).say });
    return listed.ok ? ok(listed.value.entries.filter(({ arch }) => options.arch === undefined || arch === options.arch)) : listed;
  });
}

export interface ImageInfo extends LocalImage { readonly digest?: string; /** As containers share it, for each range of ids. */ readonly unpacked?: readonly LocalImage[]; /** Milliseconds since 1970. */ readonly expires?: number }

export async function imageInfo(request: Request, name: string, arch: string | undefined): Promise<Result<ImageInfo>> {
  const here = imagesHere(request);
  if (!here.ok) return here;
  const found = named(here.value, name, arch);
  if (!found.ok) return found;
  const archive = archiveOf(found.value);
  const expires = found.value.origin === "server" ? expiryOf(found.value.paths[0] ?? "") : undefined;
  const unpacked = here.value.filter((image) => image.origin === "unpacked" && image.image === name);
  return ok({ ...found.value, ...(unpacked.length === 0 ? {} : { unpacked }), ...(archive === undefined ? {} : { digest: `sha256:${await sha256Of(archive)}` }), ...(expires === undefined ? {} : { expires }) });
}

/** The archive of the root file system; an image of layers has none. */
function archiveOf({ origin, paths }: LocalImage): string | undefined {
  if (origin === "server") return `${paths[0] ?? ""}/rootfs.tar.xz`;
  return origin === "registry" ? undefined : paths[0];
}

export interface ExportWish { readonly name: string; readonly arch?: string; /** Absent: `write` gets it. */ readonly file?: string; readonly write: (bytes: Uint8Array) => Promise<boolean> }

export async function exportImage(request: Request, wish: ExportWish): Promise<Result<void>> {
  const here = imagesHere(request);
  if (!here.ok) return here;
  const found = named(here.value, wish.name, wish.arch);
  if (!found.ok) return found;
  const path = archiveOf(found.value);
  if (path === undefined) return fail({ code: "unsupported", text: `'${wish.name}' is an image of layers, which are no one archive`, remedy: "make a container of it, and export that" });
  let output: Output | undefined;
  try {
    if (wish.file !== undefined) {
      output = openOutput(wish.file, 0o666); // no secret, unlike a container
      for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) if (chunk instanceof Uint8Array) writeAll(output.fd, chunk);
      output.keep();
      output = undefined;
      return ok(undefined);
    }
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) if (chunk instanceof Uint8Array && !await wish.write(chunk)) return fail({ code: "storage.copy", text: "nobody reads any more" });
    return ok(undefined);
  } catch (error) {
    return fail({ code: "storage.copy", text: `cannot write '${wish.file ?? "standard output"}'`, cause: errorText(error) });
  } finally {
    output?.drop();
  }
}

/** A copy in the store, under its digest, found by the name. */
export async function importImage(request: Request, file: string, name: string): Promise<Result<Pulled>> {
  const path = file.startsWith("/") ? file : `${request.cwd}/${file}`;
  if (!isName(name)) return fail({ code: "option.value", text: `'${name}' is no name of an image`, remedy: "letters, digits, and . _ + - @ ~" });
  const compression = archiveAt(path);
  if (!compression.ok) return compression;
  const caches = cachesOf(request);
  if (!caches.ok) return caches;
  const { base } = caches.value;
  const part = `${base}/sha256/.import-${process.pid}`;
  return keeping(base, async () => {
    try {
      mkdirSync(`${base}/sha256`, { recursive: true, mode: 0o755 });
      copyFileSync(path, part);
      const { hex, warnings } = compression.value === "none" ? await sumWithEnd(part) : { hex: await sha256Of(part), warnings: [] };
      const handle = openSync(part, "r");
      fsyncSync(handle);
      closeSync(handle);
      renameSync(part, `${base}/sha256/${hex}`);
      const arch = archOf(process.arch);
      writeRecord(base, { version: 1, kind: "archive", ref: name, arch, digest: `sha256:${hex}`, at: Date.now(), path: `${base}/sha256/${hex}`, compression: compression.value });
      return ok({ image: name, arch, digest: `sha256:${hex}` }, warnings.length === 0 ? [] : [noEndMark(path)]);
    } finally {
      if (existsSync(part)) rmSync(part);
    }
  });
}

export interface PruneAnswer { readonly gone: readonly Pruned[]; /** Unpacked images that stay, as containers lie above them. */ readonly kept: readonly { readonly path: string; readonly usedBy: readonly string[] }[] }

/** One that somebody unpacks, or makes a container of, right now stays. */
async function dropTree(facts: HostFacts, base: string, key: string): Promise<Result<boolean>> {
  const tree = { lxcpath: treesOf(base), name: key };
  const held = await holdPartial(tree, facts, treeLock(base, key));
  if (!held.ok) return held.problems[0]?.code === "container.busy" ? ok(false) : held;
  try {
    const users = usersOf({ folder: containerDir(tree), root: `${containerDir(tree)}/rootfs` });
    if (users.containers.length + users.unknown.length > 0) return ok(false);
    const removed = await removeContainer(tree, facts, { outside: [] });
    if (removed.ok) rmSync(treeLock(base, key), { force: true });
    return removed.ok ? ok(true) : removed;
  } finally {
    await held.value.release();
  }
}

export async function pruneImages(request: Request, wish: { readonly isAll: boolean; readonly isDry: boolean }): Promise<Result<PruneAnswer>> {
  const caches = cachesOf(request);
  if (!caches.ok) return caches;
  const { base } = caches.value;
  const [archives, trees] = [findPrunable(caches.value, wish.isAll), findPrunableTrees(caches.value, wish.isAll)];
  const kept = trees.filter(({ usedBy }) => usedBy.length > 0).map(({ path, usedBy }) => ({ path, usedBy }));
  const free = trees.filter(({ usedBy }) => usedBy.length === 0);
  const answer = (list: typeof free): PruneAnswer => ({ gone: [...archives, ...list.map(({ path, bytes, why }): Pruned => ({ path, bytes, why }))], kept });
  if (wish.isDry) return ok(answer(free));
  prune(base, archives);
  const [gone, problems]: [typeof free[number][], Problem[]] = [[], []];
  const facts = probeHost(request, { idmap: true });
  for (const tree of free) {
    const dropped = await dropTree(facts, base, tree.key);
    if (!dropped.ok) problems.push(...dropped.problems);
    else if (dropped.value) gone.push(tree);
  }
  return problems.length > 0 ? fail(...problems) : ok(answer(gone));
}

/** The file keeps what it has of other images. */
export function lockImages(request: Request, file: string, pulled: readonly Pulled[]): Result<readonly LockedImage[]> {
  const path = file.startsWith("/") ? file : `${request.cwd}/${file}`;
  const before = existsSync(path) ? readLock(path) : ok([]);
  if (!before.ok) return before;
  const mine = pulled.map(({ image, arch, digest, build }): LockedImage => ({ image, arch, digest, ...(build === undefined ? {} : { build }) }));
  const all = [...before.value.filter((old) => !mine.some(({ image, arch }) => image === old.image && arch === old.arch)), ...mine].toSorted((a, b) => (`${a.image} ${a.arch}` < `${b.image} ${b.arch}` ? -1 : 1));
  try {
    writeFileSync(`${path}.new`, `${JSON.stringify({ images: all }, null, 2)}\n`);
    renameSync(`${path}.new`, path);
    return ok(all);
  } catch (error) {
    return fail({ code: "storage.copy", at: byOption("--lock"), text: `cannot write '${path}'`, cause: errorText(error) });
  }
}
