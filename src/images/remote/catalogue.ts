// Owns finding out what an image server has: which layout it speaks, its mirrors in turn, its signatures.
import { readFileSync, writeFileSync } from "node:fs";
import { fail, ok, type Problem, type Result } from "../../model/problem.ts";
import type { ImageEntry } from "./entry.ts";
import { fetchPage, type Fetched, type Net, type Page } from "./fetch.ts";
import { parseLxcIndex } from "./lxc-index.ts";
import { checkDetached, openSigned, type Trust } from "./signature.ts";
import { parseStreamIndex, parseStreamProducts } from "./streams.ts";

export interface Shop {
  /** `https://images.example.org`, without a slash at the end; the others are its mirrors. */
  readonly servers: readonly string[];
  /** Who will run the containers: some images are for one kind alone. */
  readonly mode: "system" | "user";
  readonly trust?: Trust;
  readonly net: Net;
  /** For what gpgv wants as files. */
  readonly scratch: string;
}
export interface Catalogue {
  readonly entries: readonly ImageEntry[];
  /** The server that answered comes first. */
  readonly servers: readonly string[];
  /** Its index carries the checksums that a signature covers. */
  readonly isSigned: boolean;
}

/** The version of LXC's configs that this is; older ones have an index of their own. */
const LEVEL = 7;

/** `images.example.org` is meant to be spoken to in safety; http must be said. */
export function serverUrl(server: string): string | undefined {
  const text = server.includes("://") ? server : `https://${server}`;
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? text.replace(/\/+$/, "") : undefined;
  } catch {
    return undefined;
  }
}

type Got = { readonly kind: "text"; readonly text: string } | { readonly kind: "absent"; readonly problem: Problem } | { readonly kind: "problem"; readonly problem: Problem };
const problemOf = (fetched: Extract<Fetched<unknown>, { readonly ok: false }>): Got => ({ kind: fetched.why.isAbsent ? "absent" : "problem", problem: fetched.problem });
const text = (page: Page): Got => ({ kind: "text", text: new TextDecoder().decode(page.bytes) });

const unsigned = (url: string): Problem => ({ code: "image.signature", text: `'${url}' is not signed`, cause: "a key was given, so a signature is wanted", remedy: "leave --keyid and --keyring out, or say --no-validate, to do without" });

let count = 0;
const scratchFile = (shop: Shop, bytes: Uint8Array): string => {
  const path = `${shop.scratch}/${count++}`;
  writeFileSync(path, bytes);
  return path;
};

/** A signature beside it: `.asc` in the linuxcontainers layout, `.gpg` in others. */
export async function checkBeside(shop: Shop, trust: Trust, url: string, file: string): Promise<Problem | undefined> {
  for (const ending of [".asc", ".gpg"]) {
    const signature = await fetchPage(`${url}${ending}`, shop.net);
    if (signature.ok) return checkDetached(file, scratchFile(shop, signature.value.bytes), trust, url);
    if (!signature.why.isAbsent) return signature.problem;
  }
  return unsigned(url);
}

/** Canonical's form: `x.sjson` is x.json with the signature around it. */
async function getWrapped(shop: Shop, trust: Trust, url: string): Promise<Got> {
  const page = await fetchPage(url, shop.net);
  if (!page.ok) return problemOf(page);
  const [file, to] = [scratchFile(shop, page.value.bytes), `${shop.scratch}/${count++}.json`];
  const problem = await openSigned(file, to, trust, url);
  return problem === undefined ? { kind: "text", text: readFileSync(to, "utf8") } : { kind: "problem", problem };
}

async function getText(shop: Shop, url: string): Promise<Got> {
  const { trust } = shop;
  if (trust !== undefined && url.endsWith(".json")) {
    const wrapped = await getWrapped(shop, trust, url.replace(/\.json$/, ".sjson"));
    if (wrapped.kind !== "absent") return wrapped;
  }
  const page = await fetchPage(url, shop.net);
  if (!page.ok) return problemOf(page);
  if (trust === undefined) return text(page.value);
  const problem = await checkBeside(shop, trust, url, scratchFile(shop, page.value.bytes));
  return problem === undefined ? text(page.value) : { kind: "problem", problem };
}

async function fromLxc(shop: Shop, server: string): Promise<Got> {
  const name = `${server}/meta/1.0/index-${shop.mode}`;
  const leveled = await getText(shop, `${name}.${LEVEL}`);
  return leveled.kind === "absent" ? getText(shop, name) : leveled;
}

/** A network that wants a login first answers whatever is asked: it counts as one that does not work. */
const invalid = (url: string): Problem => ({ code: "image.fetch", text: `'${url}' is not an index of images`, remedy: "check the server's name, and whether this network wants a login first" });

/** undefined: it does not speak simplestreams. */
async function fromStreams(shop: Shop, server: string): Promise<Result<readonly ImageEntry[]> | undefined> {
  const url = `${server}/streams/v1/index.json`;
  const index = await getText(shop, url);
  if (index.kind === "absent") return undefined;
  if (index.kind === "problem") return fail(index.problem);
  const paths = parseStreamIndex(index.text);
  if (paths === undefined) return fail(invalid(url));
  const entries: ImageEntry[] = [];
  for (const path of paths) {
    const products = await getText(shop, `${server}${path}`);
    if (products.kind !== "text") return fail(products.problem);
    const found = parseStreamProducts(products.text);
    if (found === undefined) return fail(invalid(`${server}${path}`));
    entries.push(...found);
  }
  return ok(entries);
}

interface Listed { readonly entries: readonly ImageEntry[]; readonly isStreams: boolean }

async function ask(shop: Shop, server: string): Promise<Result<Listed>> {
  const index = await fromLxc(shop, server);
  if (index.kind === "problem") return fail(index.problem);
  if (index.kind === "text") {
    const entries = parseLxcIndex(index.text);
    return entries.length === 0 && index.text.trim() !== "" ? fail(invalid(`${server}/meta/1.0/index-${shop.mode}`)) : ok({ entries, isStreams: false });
  }
  const streams = await fromStreams(shop, server);
  if (streams === undefined) return fail({ code: "image.fetch", text: `'${server}' is not an image server`, cause: "it has neither meta/1.0/index-system nor streams/v1/index.json" });
  return streams.ok ? ok({ entries: streams.value, isStreams: true }) : streams;
}

/** The first server that answers; all their reasons when none does. */
export async function readCatalogue(shop: Shop): Promise<Result<Catalogue>> {
  const problems: Problem[] = [];
  for (const server of shop.servers) {
    const listed = await ask(shop, server);
    if (listed.ok) return ok({ entries: listed.value.entries, servers: [server, ...shop.servers.filter((other) => other !== server)], isSigned: shop.trust !== undefined && listed.value.isStreams });
    problems.push(...listed.problems);
    if (shop.net.abort.aborted) break;
  }
  return fail(...problems);
}
