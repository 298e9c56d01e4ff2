// Owns an image server on loopback: real images of Debian packages that it serves in the linuxcontainers layout and as simplestreams,
// and whatever can go wrong with a web server.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { smallDebian } from "./debian-files.ts";

/** What happens to the next requests of a path, in turn; after that it is served as it is. */
export type Fault =
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "cut"; readonly after: number }
  | { readonly kind: "stall"; readonly after: number }
  /** In so many pieces, with a pause before each. */
  | { readonly kind: "slow"; readonly pieces: number; readonly pauseMs: number }
  | { readonly kind: "page"; readonly text: string }
  | { readonly kind: "redirect"; readonly to: string };

export interface ImageServer {
  readonly url: string;
  readonly root: string;
  /** `GET /path` and the Range asked for, in order. */
  readonly asked: string[];
  readonly fault: (path: string, ...faults: readonly Fault[]) => void;
  readonly forget: () => void;
  readonly close: () => Promise<void>;
}

export const BUILD = "20261101_05:24";
export const FOLDER = `images/tiny/one/amd64/default/${BUILD}`;

const must = (argv: readonly string[], cwd?: string): void => {
  const { status, stderr } = spawnSync(argv[0] ?? "", argv.slice(1), { encoding: "utf8", ...(cwd === undefined ? {} : { cwd }) });
  if (status !== 0) throw new Error(`${argv.join(" ")}: ${status} ${stderr}`);
};
export const sha256 = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

/** A small Debian with a name to fill in, as the builders of such images pack it. */
function buildRootfs(work: string, to: string): void {
  smallDebian(work);
  writeFileSync(join(work, "etc/hostname"), "LXC_NAME\n");
  appendFileSync(join(work, "etc/passwd"), "user:x:1000:1000::/:/bin/sh\n");
  writeFileSync(join(work, "etc/inittab"), "::sysinit:/bin/true\n");
  writeFileSync(join(work, "tmp/junk"), "left out by excludes\n");
  must(["chown", "1000:1000", join(work, "var")]);
  must(["tar", "-C", work, "--numeric-owner", "-cJf", to, "."]);
}

export interface MetaWish { readonly expiry?: number; readonly message?: string }
export function writeMeta(work: string, to: string, { expiry = 4_000_000_000, message = "You just made a tiny container." }: MetaWish = {}): void {
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, "config"), "lxc.include = LXC_TEMPLATE_CONFIG/common.conf\nlxc.arch = x86_64\n");
  writeFileSync(join(work, "config-user"), "lxc.include = LXC_TEMPLATE_CONFIG/common.conf\nlxc.include = LXC_TEMPLATE_CONFIG/userns.conf\nlxc.arch = x86_64\n");
  writeFileSync(join(work, "templates"), "/etc/hostname\n");
  writeFileSync(join(work, "excludes"), "./tmp/junk\n");
  writeFileSync(join(work, "create-message"), `${message}\n`);
  writeFileSync(join(work, "expiry"), `${expiry}\n`);
  must(["tar", "-C", work, "-cJf", to, ...readdirSync(work)]);
}

/** Both layouts; `sums`: SHA256SUMS beside the image. */
export function buildImages(root: string): void {
  const folder = join(root, FOLDER);
  mkdirSync(folder, { recursive: true });
  buildRootfs(join(root, ".work"), join(folder, "rootfs.tar.xz"));
  writeMeta(join(root, ".meta"), join(folder, "meta.tar.xz"));
  writeIndex(root);
  writeSums(root);
}
export function writeIndex(root: string, build: string = BUILD): void {
  mkdirSync(join(root, "meta/1.0"), { recursive: true });
  const lines = [`tiny;one;amd64;default;${build};/${FOLDER}/`, `tiny;two;arm64;cloud;${build};/images/none/`, "rubbish", "../x;one;amd64;default;1;/etc/"];
  for (const mode of ["system", "user"]) writeFileSync(join(root, `meta/1.0/index-${mode}`), `${lines.join("\n")}\n`);
}
export function writeSums(root: string): void {
  const folder = join(root, FOLDER);
  writeFileSync(join(folder, "SHA256SUMS"), ["rootfs.tar.xz", "meta.tar.xz"].map((name) => `${sha256(join(folder, name))}  ${name}\n`).join(""));
}
/** The same image as simplestreams; below a folder of its own, as a server of its own. */
export function writeStreams(root: string, sum: string = sha256(join(root, FOLDER, "rootfs.tar.xz"))): void {
  mkdirSync(join(root, "streams/v1"), { recursive: true });
  const rootfs = join(root, FOLDER, "rootfs.tar.xz");
  const item = (name: string, ftype: string, sha: string) => ({ ftype, path: `${FOLDER}/${name}`, sha256: sha, size: statSync(join(root, FOLDER, name)).size });
  const items = { "root.tar.xz": item("rootfs.tar.xz", "root.tar.xz", sum), "meta.tar.xz": item("meta.tar.xz", "meta.tar.xz", sha256(join(root, FOLDER, "meta.tar.xz"))) };
  writeFileSync(join(root, "streams/v1/index.json"), JSON.stringify({ format: "index:1.0", index: { images: { datatype: "image-downloads", path: "streams/v1/images.json", products: ["tiny:one:amd64:default"] } } }));
  writeFileSync(join(root, "streams/v1/images.json"), JSON.stringify({ format: "products:1.0", products: { "tiny:one:amd64:default": { aliases: "tiny/1,tiny/one", arch: "amd64", os: "Tiny", release: "one", variant: "default", versions: { [BUILD]: { items } } } } }));
  if (!rootfs.startsWith(root)) throw new Error("unreachable");
}

function serve(root: string, faults: Map<string, Fault[]>, asked: string[]): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname);
    const { range } = request.headers;
    asked.push(`${request.method} ${path}${range === undefined ? "" : ` ${range}`}`);
    const fault = faults.get(path)?.shift();
    if (fault?.kind === "status") return void response.writeHead(fault.status).end("no\n");
    if (fault?.kind === "page") return void response.writeHead(200, { "content-type": "text/html" }).end(fault.text);
    if (fault?.kind === "redirect") return void response.writeHead(302, { location: fault.to }).end();
    const file = join(root, path);
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isFile() !== true) return void response.writeHead(404).end("none\n");
    const bytes = readFileSync(file);
    const tag = `"${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}"`;
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const isPart = from > 0 && from < bytes.length && (request.headers["if-range"] ?? tag) === tag;
    const body = isPart ? bytes.subarray(from) : bytes;
    response.writeHead(isPart ? 206 : 200, { "content-length": body.length, etag: tag, ...(isPart ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}) });
    if (fault === undefined) return void response.end(body);
    if (fault.kind === "slow") return void drip(response, body, fault);
    // it has promised more than it gives: the rest never comes, or the line goes dead
    // fetch of Bun gives nothing of an answer whose end it sees together with its beginning
    response.write(body.subarray(0, fault.after), () => { if (fault.kind === "cut") setTimeout(() => response.socket?.destroy(), SEEN_MS); });
  };
}

const SEEN_MS = 700;

async function drip(response: ServerResponse, body: Uint8Array, { pieces, pauseMs }: Fault & { readonly kind: "slow" }): Promise<void> {
  const length = Math.ceil(body.length / pieces);
  for (let at = 0; at < body.length; at += length) {
    response.write(body.subarray(at, at + length));
    await new Promise((resolve) => { setTimeout(resolve, pauseMs); });
  }
  response.end();
}

export async function startServer(root: string): Promise<ImageServer> {
  const faults = new Map<string, Fault[]>();
  const asked: string[] = [];
  const server = createServer(serve(root, faults, asked));
  await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`, root, asked,
    fault: (path, ...more) => { faults.set(path, [...more]); },
    forget: () => { faults.clear(); asked.length = 0; },
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(() => resolve()); }),
  };
}
