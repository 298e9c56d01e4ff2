// Owns getting a file from a web server: mirrors' answers told apart, redirects followed so far, what broke off taken up again,
// a server that says nothing given up, and tried again a few times.
import { createWriteStream, existsSync, readFileSync, rmSync, statSync, writeFileSync, type WriteStream } from "node:fs";
import type { Problem } from "../../model/problem.ts";
import type { Progress } from "../../model/progress.ts";
import { faultOf, isBrokenOff, shownUrl, statusFault, type Asked, type Fault } from "./net-fault.ts";
import { proxyFor } from "./proxy.ts";
import { speedometer } from "./speed.ts";

export interface Net {
  /** Of the caller: proxies. */
  readonly env: Readonly<Record<string, string>>;
  readonly abort: AbortSignal;
  /** A server that has said nothing for so long is given up. */
  readonly timeoutMs: number;
  readonly onProgress: (progress: Progress) => void;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where else it could come from, for the remedy: `another server with --server`. */
  readonly elsewhere?: string;
  /** http:// will not do. */
  readonly isTlsOnly?: boolean;
}

const TRIES = 3;
const REDIRECTS_MAX = 10;
/** An index is a text; what is larger is none. */
export const TEXT_MAX = 64 << 20;
const PAUSES_MS = [200, 800] as const;
const TICK_MS = 100;
const AGENT = "Berth (lxc-create)";

interface Failure extends Fault { readonly isAbsent?: boolean; readonly status?: number; readonly challenge?: string }
type Tried<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };
const failed = (text: string, isFinal = false): Tried<never> => ({ ok: false, failure: { text, isFinal } });
/** `isKept`: another try goes on from there. */
function brokenOff(at: number, total: number | undefined, isKept: boolean, { elsewhere }: Net): Tried<never> {
  const remedy = [isKept ? "the same command goes on from there" : "try again later", ...(elsewhere === undefined ? [] : [elsewhere])].join("; or ");
  return { ok: false, failure: { text: `it broke off after ${at}${total === undefined ? "" : ` of ${total}`} bytes`, isFinal: false, remedy } };
}
const askedOf = (url: string, net: Net): Asked => ({ url: new URL(url), proxy: proxyFor(new URL(url), net.env), elsewhere: net.elsewhere, isTlsOnly: net.isTlsOnly });

export interface Absent { readonly isAbsent: boolean; readonly status: number | undefined; readonly challenge: string | undefined }
/** `why` of a failed fetch: a server may say that there is no such file, or who may have it. */
export type Fetched<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem; readonly why: Absent };

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** Goes off when nothing has been heard for the time; `heard` begins it anew. */
function patience(net: Net): { readonly signal: AbortSignal; readonly heard: () => void; readonly end: () => void; readonly isOver: () => boolean } {
  const own = new AbortController();
  let isOver = false;
  const give = (): void => { isOver = true; own.abort(); };
  const stop = (): void => own.abort();
  let timer = setTimeout(give, net.timeoutMs);
  if (net.abort.aborted) own.abort();
  net.abort.addEventListener("abort", stop, { once: true });
  return {
    signal: own.signal, isOver: () => isOver,
    heard: () => { clearTimeout(timer); timer = setTimeout(give, net.timeoutMs); },
    end: () => { clearTimeout(timer); net.abort.removeEventListener("abort", stop); },
  };
}

/** The host's own list, as wget(1) and curl(1) have it. */
const AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";
const read = new Map<string, string>();
/** Whose word counts for who a server is: what the host trusts, or the file that SSL_CERT_FILE names; where neither is, what the runtime knows. */
function trusted({ protocol }: URL, env: Net["env"]): { readonly tls?: { readonly ca: string } } {
  const file = [env["SSL_CERT_FILE"], AUTHORITIES].find((path) => path !== undefined && path !== "" && existsSync(path));
  if (protocol !== "https:" || file === undefined) return {};
  const ca = read.get(file) ?? readFileSync(file, "utf8");
  read.set(file, ca);
  return { tls: { ca } };
}

/** Bun's fetch takes a proxy and can leave a body as it is; Node's knows neither, and takes no notice. */
function settings(url: URL, net: Net, headers: Readonly<Record<string, string>>): RequestInit {
  const proxy = proxyFor(url, net.env);
  if (proxy !== undefined && !("Bun" in globalThis)) throw new Error(`the proxy '${proxy}' can only be used under Bun`);
  const more = { decompress: false, ...(proxy === undefined ? {} : { proxy }), ...trusted(url, net.env) };
  return { redirect: "manual", headers: { "User-Agent": AGENT, "Accept-Encoding": "identity", ...net.headers, ...headers }, ...more };
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** A login is for the server that asked for it, not for where that one sends us. */
const without = (headers: Readonly<Record<string, string>>, name: string): Record<string, string> => Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));

async function follow(start: string, net: Net, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Tried<Response>> {
  let url = new URL(start);
  let now = net;
  for (let hops = 0; hops <= REDIRECTS_MAX; hops++) {
    const answer = await fetch(url, { ...settings(url, now, headers), signal });
    if (!REDIRECTS.has(answer.status)) return { ok: true, value: answer };
    const to = answer.headers.get("location");
    await answer.body?.cancel();
    if (to === null) return failed(`${answer.status} without a place to go to`, true);
    const next = new URL(to, url);
    if (!["http:", "https:"].includes(next.protocol)) return failed(`it leads to '${next.protocol}', which is not the web`, true);
    if (url.protocol === "https:" && next.protocol === "http:") return failed(`it leads from https to http: ${next.href}`, true);
    if (next.origin !== url.origin && now.headers !== undefined) now = { ...now, headers: without(now.headers, "Authorization") };
    url = next;
  }
  return failed(`it leads on and on: more than ${REDIRECTS_MAX} redirects`, true);
}

async function refusal(answer: Response, asked: Asked): Promise<Tried<never>> {
  const { status, statusText } = answer;
  const challenge = answer.headers.get("www-authenticate");
  await answer.body?.cancel();
  return { ok: false, failure: { ...statusFault(status, statusText, asked), isAbsent: status === 404 || status === 410, status, ...(challenge === null ? {} : { challenge }) } };
}

const silent = ({ timeoutMs, elsewhere }: Net): Fault => ({ text: `nothing came from it for ${timeoutMs / 1000} s`, isFinal: false, remedy: `try again later${elsewhere === undefined ? "" : `; or ${elsewhere}`}` });

/** One try after the other, until one succeeds or fails for good. */
async function tried<T>(url: string, net: Net, once: (wait: ReturnType<typeof patience>) => Promise<Tried<T>>): Promise<Fetched<T>> {
  let last: Failure = { text: "not tried", isFinal: false };
  for (let n = 0; n < TRIES; n++) {
    if (n > 0) await pause(PAUSES_MS[n - 1] ?? 0);
    const wait = patience(net);
    const result = await once(wait).catch((error: unknown): Tried<T> => ({ ok: false, failure: wait.isOver() ? silent(net) : faultOf(error, askedOf(url, net)) })).finally(wait.end);
    if (result.ok) return result;
    last = result.failure;
    if (net.abort.aborted) last = { text: "interrupted", isFinal: true };
    if (last.isFinal) break;
  }
  const remedy = last.remedy ?? (net.abort.aborted ? undefined : net.elsewhere);
  const problem: Problem = { code: last.isFull === true ? "storage.full" : "image.fetch", text: `cannot get '${shownUrl(url)}'`, cause: last.isFinal ? last.text : `${last.text} (tried ${TRIES} times)`, ...(remedy === undefined ? {} : { remedy }) };
  return { ok: false, problem, why: { isAbsent: last.isAbsent === true, status: last.status, challenge: last.challenge } };
}

/** undefined: it is larger than that. What has come until the line went dead is all there is. */
async function readAll(answer: Response, heard: () => void, most: number): Promise<{ readonly bytes: Uint8Array; readonly isDead: boolean } | undefined> {
  const parts: Uint8Array[] = [];
  let [size, isDead] = [0, false];
  const reader = answer.body?.getReader();
  const next = () => reader?.read().catch((error: unknown) => {
    if (!isBrokenOff(error)) throw error;
    isDead = true;
    return undefined;
  });
  for (let part = await next(); part !== undefined && !part.done; part = await next()) {
    heard();
    size += part.value.length;
    if (size > most) return undefined;
    parts.push(part.value);
  }
  return { bytes: Buffer.concat(parts), isDead };
}

export interface Page { readonly bytes: Uint8Array; readonly headers: Headers }

/** A small file, whole. */
export const fetchPage = (url: string, net: Net, most: number = TEXT_MAX): Promise<Fetched<Page>> => tried<Page>(url, net, async (wait) => {
  const followed = await follow(url, net, {}, wait.signal);
  if (!followed.ok) return followed;
  const answer = followed.value;
  if (answer.status !== 200) return refusal(answer, askedOf(url, net));
  const length = Number(answer.headers.get("content-length") ?? Number.NaN);
  const read = await readAll(answer, wait.heard, most);
  if (read === undefined) return failed(`it is larger than ${most} bytes`, true);
  const { bytes, isDead } = read;
  if (isDead || (!Number.isNaN(length) && bytes.length !== length)) return brokenOff(bytes.length, Number.isNaN(length) ? undefined : length, false, net);
  return { ok: true, value: { bytes, headers: answer.headers } };
});

export const textOf = (page: Page): string => new TextDecoder().decode(page.bytes);

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
const tagFile = (path: string): string => `${path}.etag`;
const tagOf = (path: string): string | undefined => (existsSync(tagFile(path)) ? readFileSync(tagFile(path), "utf8") : undefined);

/** How much of the file is there already: only what is surely of the same file counts. */
function beginning(path: string, isKnown: boolean): { readonly at: number; readonly headers: Record<string, string> } {
  const [at, tag] = [sizeOf(path), tagOf(path)];
  if (at === 0 || (tag === undefined && !isKnown)) return { at: 0, headers: {} };
  return { at, headers: { Range: `bytes=${at}-`, ...(tag === undefined ? {} : { "If-Range": tag }) } };
}

const written = (stream: WriteStream, chunk: Uint8Array): Promise<void> => new Promise((resolve, reject) => { stream.write(chunk, (error) => (error === null || error === undefined ? resolve() : reject(error))); });
const closed = (stream: WriteStream): Promise<void> => new Promise((resolve) => { stream.once("close", () => resolve()); stream.end(); });

interface Filling { readonly path: string; readonly at: number; readonly total: number | undefined; readonly stage: string }

async function fill(answer: Response, how: Filling, net: Net, heard: () => void): Promise<void> {
  const stream = createWriteStream(how.path, { flags: how.at > 0 ? "a" : "w", mode: 0o644 });
  const broken = new Promise<never>((_, reject) => { stream.once("error", reject); });
  broken.catch(() => undefined);
  const speed = speedometer();
  let [done, said] = [how.at, 0];
  try {
    const reader = answer.body?.getReader();
    for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
      heard();
      await Promise.race([written(stream, part.value), broken]);
      done += part.value.length;
      const now = performance.now();
      if (now - said < TICK_MS) continue;
      said = now;
      const rate = speed(done);
      net.onProgress({ stage: how.stage, done, ...(rate === undefined ? {} : { speed: rate }), ...(how.total === undefined ? {} : { total: how.total }) });
    }
  } finally {
    if (!stream.destroyed) await closed(stream);
  }
}

export interface FileWish {
  readonly url: string;
  /** Where it goes; a part of it may be there from before. */
  readonly path: string;
  readonly stage: string;
  /** Its checksum will be looked at: a part of it from before may be trusted so far. */
  readonly isKnown: boolean;
  /** As the index has it; more than this is never taken. */
  readonly size?: number;
}

async function fillOnce(wish: FileWish, net: Net, wait: ReturnType<typeof patience>): Promise<Tried<void>> {
  const from = beginning(wish.path, wish.isKnown);
  if (wish.size !== undefined && from.at === wish.size) return { ok: true, value: undefined };
  const followed = await follow(wish.url, net, from.headers, wait.signal);
  if (!followed.ok) return followed;
  const answer = followed.value;
  if (answer.status === 416) {
    await answer.body?.cancel();
    rmSync(wish.path, { force: true });
    return failed("what was there of it is of another file");
  }
  if (answer.status !== 200 && answer.status !== 206) return refusal(answer, askedOf(wish.url, net));
  const length = answer.headers.get("content-length");
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.headers.get("content-range") ?? "");
  const at = answer.status === 206 ? Number(range?.[1] ?? from.at) : 0;
  if (at !== 0 && at !== from.at) return failed("the server goes on somewhere else");
  const total = length === null ? (range === null ? wish.size : Number(range[2])) : at + Number(length);
  if (wish.size !== undefined && total !== undefined && total !== wish.size) return failed(`it has ${total} bytes, the index says ${wish.size}`, true);
  const tag = answer.headers.get("etag") ?? answer.headers.get("last-modified");
  if (tag !== null && !tag.startsWith("W/")) writeFileSync(tagFile(wish.path), tag);
  const isDead = await fill(answer, { path: wish.path, at, total, stage: wish.stage }, net, wait.heard).then(() => false, (error: unknown) => {
    if (!isBrokenOff(error)) throw error;
    return true;
  });
  const size = sizeOf(wish.path);
  if (isDead || (total !== undefined && size < total)) return brokenOff(size, total, size > 0 && (wish.isKnown || tagOf(wish.path) !== undefined), net);
  return { ok: true, value: undefined };
}

/** A large file, to a place; what broke off goes on from there, also in the next run. */
export async function fetchFile(wish: FileWish, net: Net): Promise<Fetched<void>> {
  if (!wish.isKnown && tagOf(wish.path) === undefined) rmSync(wish.path, { force: true });
  const fetched = await tried(wish.url, net, (wait) => fillOnce(wish, net, wait));
  const done = sizeOf(wish.path);
  net.onProgress({ stage: wish.stage, done, ...(fetched.ok ? { total: done } : {}), isFinished: true });
  if (fetched.ok) rmSync(tagFile(wish.path), { force: true });
  return fetched;
}
