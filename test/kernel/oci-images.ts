// Owns OCI images for tests: layers with all that layers can do, as a layout, as docker save writes them, and in a registry.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import type { Server } from "node:http";
import { join } from "node:path";

const must = (argv: readonly string[], cwd?: string): string => {
  const { status, stdout, stderr } = spawnSync(argv[0] ?? "", argv.slice(1), { encoding: "utf8", ...(cwd === undefined ? {} : { cwd }) });
  if (status !== 0) throw new Error(`${argv.join(" ")}: ${status} ${stderr}`);
  return stdout;
};
export const digestOf = (bytes: string | Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

interface Blob { readonly mediaType: string; readonly digest: string; readonly size: number }
export interface OciImages { readonly layout: string; readonly index: string; readonly blobs: readonly Blob[]; readonly manifests: readonly { readonly digest: string; readonly text: string }[]; readonly layers: readonly string[]; readonly config: string }

const LOWER = `
head -c 9000000 /dev/urandom > big; mkdir -p bin etc gone opaque turns/x home/app run var tmp proc sys dev
cp /bin/busybox bin/busybox; for a in sh id pwd echo cat ls sleep; do ln -s busybox bin/$a; done; ln bin/busybox bin/hard
printf 'root:x:0:0::/root:/bin/sh\\napp:x:1000:1001::/home/app:/bin/sh\\n' > etc/passwd; printf 'root:x:0:\\napp:x:1001:\\n' > etc/group
echo lower > gone/file; echo lower > opaque/a; echo lower > turns/x/y; echo kept > kept; echo mine > home/app/mine; chown -R 1000:1001 home/app
ln -s /run var/run; cp /bin/busybox bin/capable; setcap cap_net_raw+ep bin/capable; setfattr -n user.note -v hello kept; mknod dev/null c 1 3
`;
const UPPER = `
mkdir -p opaque late/var/run new; : > .wh.gone; : > opaque/.wh..wh..opq; echo upper > opaque/b; echo upper > turns; echo late > late/var/run/late; echo new > new/file
`;

function writeLayer(work: string, script: string, name: string): { readonly plain: string; readonly diffId: string } {
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  must(["sh", "-ec", script], folder);
  const plain = join(work, `${name}.tar`);
  must(["tar", "-C", folder, "--xattrs", "--xattrs-include=*", "--numeric-owner", "--exclude=./late", "-cf", plain, "."]);
  // a file below a link of the layer beneath, without an entry of the link's own
  if (script === UPPER) must(["tar", "-C", join(folder, "late"), "--numeric-owner", "-rf", plain, "var/run/late"]);
  // another name for a file that only the layer beneath has
  if (script === UPPER) must(["python3", "-c", "import sys, tarfile; t = tarfile.open(sys.argv[1], 'a'); i = tarfile.TarInfo('linked'); i.type = tarfile.LNKTYPE; i.linkname = 'kept'; t.addfile(i)", plain]);
  return { plain, diffId: digestOf(readFileSync(plain)) };
}

/** Two kinds of machines: this one's image runs, the other's is empty. */
export function buildOci(work: string): OciImages {
  const layout = join(work, "layout");
  const blobs: Blob[] = [];
  mkdirSync(join(layout, "blobs/sha256"), { recursive: true });
  const add = (mediaType: string, bytes: Uint8Array | string): Blob => {
    const blob = { mediaType, digest: digestOf(bytes), size: Buffer.byteLength(bytes) };
    writeFileSync(join(layout, "blobs/sha256", blob.digest.slice(7)), bytes);
    blobs.push(blob);
    return blob;
  };
  const [lower, upper] = [writeLayer(work, LOWER, "lower"), writeLayer(work, UPPER, "upper")];
  must(["gzip", "-kn", lower.plain]);
  must(["zstd", "-q", upper.plain]);
  const layers = [add("application/vnd.oci.image.layer.v1.tar+gzip", readFileSync(`${lower.plain}.gz`)), add("application/vnd.oci.image.layer.v1.tar+zstd", readFileSync(`${upper.plain}.zst`))];
  const config = { architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [lower.diffId, upper.diffId] }, config: { Entrypoint: ["/bin/sh", "-c"], Cmd: ["echo \"$GREETING\"; id -u; id -g; pwd"], Env: ["PATH=/bin", "GREETING=hello you"], User: "app", WorkingDir: "/home/app" } };
  const manifestOf = (arch: string, own: readonly Blob[], diffIds: readonly string[]) => {
    const text = JSON.stringify({ schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", config: add("application/vnd.oci.image.config.v1+json", JSON.stringify({ ...config, architecture: arch, rootfs: { type: "layers", diff_ids: diffIds } })), layers: own });
    return { ...add("application/vnd.oci.image.manifest.v1+json", text), text, platform: { os: "linux", architecture: arch } };
  };
  const manifests = [manifestOf("arm64", [], []), manifestOf("amd64", layers, [lower.diffId, upper.diffId])];
  const index = JSON.stringify({ schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: manifests.map(({ mediaType, digest, size, platform }) => ({ mediaType, digest, size, platform })) });
  const { digest, size, mediaType } = add("application/vnd.oci.image.index.v1+json", index);
  writeFileSync(join(layout, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(layout, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType, digest, size, annotations: { "org.opencontainers.image.ref.name": "1.0" } }] }));
  return { layout, index, blobs, manifests, layers: [lower.plain, upper.plain], config: JSON.stringify(config) };
}

/** What `docker save app:1.0` writes. */
export function dockerSave(images: OciImages, work: string, to: string): void {
  const folder = join(work, "save");
  mkdirSync(folder, { recursive: true });
  const name = `${digestOf(images.config).slice(7)}.json`;
  writeFileSync(join(folder, name), images.config);
  for (const [i, layer] of images.layers.entries()) {
    mkdirSync(join(folder, `l${i}`));
    copyFileSync(layer, join(folder, `l${i}/layer.tar`));
  }
  writeFileSync(join(folder, "manifest.json"), JSON.stringify([{ Config: name, RepoTags: ["app:1.0"], Layers: images.layers.map((_, i) => `l${i}/layer.tar`) }]));
  must(["tar", "-C", folder, "-cf", to, "."]);
  rmSync(folder, { recursive: true });
}

export interface RegistryProcess { readonly host: string; readonly close: () => Promise<void> }

/** Debian's docker-registry, on a port that it chooses. `htpasswd`: who may come in. */
export async function startRegistry(work: string, name: string, htpasswd?: string): Promise<RegistryProcess> {
  const config = join(work, `${name}.yml`);
  const auth = htpasswd === undefined ? "" : `auth:\n  htpasswd:\n    realm: test\n    path: ${htpasswd}\n`;
  writeFileSync(config, `version: 0.1\nlog:\n  level: info\nstorage:\n  filesystem:\n    rootdirectory: ${work}/registry\nhttp:\n  addr: 127.0.0.1:0\n${auth}`);
  const child = spawn("docker-registry", ["serve", config], { stdio: ["ignore", "ignore", "pipe"], env: { PATH: "/usr/bin:/bin", HOME: work, OTEL_TRACES_EXPORTER: "none" } });
  const ended = new Promise<void>((resolve) => { child.once("close", () => resolve()); });
  let said = "";
  const host = await new Promise<string>((resolve, reject) => {
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const found = /listening on (127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once("close", () => reject(new Error(`docker-registry: ${said}`)));
  });
  return { host, close: async () => { child.kill("SIGTERM"); await ended; } };
}

/** As docker push does it. */
export async function push(host: string, name: string, tag: string, images: OciImages): Promise<void> {
  const base = `http://${host}/v2/${name}`;
  const good = (answer: Response, what: string): Response => { if (!answer.ok) throw new Error(`${what}: ${answer.status}`); return answer; };
  const isDocument = ({ mediaType }: Blob): boolean => mediaType.includes("manifest") || mediaType.includes("index");
  for (const blob of images.blobs.filter((one) => !isDocument(one))) {
    const begun = good(await fetch(`${base}/blobs/uploads/`, { method: "POST" }), "upload");
    const url = new URL(begun.headers.get("location") ?? "", base);
    url.searchParams.set("digest", blob.digest);
    good(await fetch(url, { method: "PUT", body: readFileSync(join(images.layout, "blobs/sha256", blob.digest.slice(7))), headers: { "content-type": "application/octet-stream" } }), blob.digest);
  }
  for (const { digest, text } of images.manifests) good(await fetch(`${base}/manifests/${digest}`, { method: "PUT", body: text, headers: { "content-type": "application/vnd.oci.image.manifest.v1+json" } }), digest);
  good(await fetch(`${base}/manifests/${tag}`, { method: "PUT", body: images.index, headers: { "content-type": "application/vnd.oci.image.index.v1+json" } }), tag);
}

export interface TokenDoor { readonly host: string; readonly asked: string[]; readonly close: () => Promise<void> }

/** In front of a registry: lets in who has a token, and gives one to who knows the password (or to anybody, for `open/…`). */
export async function startTokenDoor(behind: string, login: string): Promise<TokenDoor> {
  const asked: string[] = [];
  const server: Server = createServer((incoming, answer) => {
    const url = new URL(incoming.url ?? "/", "http://x");
    const { authorization = "" } = incoming.headers;
    asked.push(`${url.pathname}${authorization === "" ? "" : ` ${authorization.split(" ")[0] ?? ""}`}`);
    if (url.pathname === "/token") {
      const isKnown = authorization === `Basic ${Buffer.from(login).toString("base64")}`;
      const isOpen = authorization === "" && (url.searchParams.get("scope") ?? "").startsWith("repository:open/");
      return void answer.writeHead(isKnown || isOpen ? 200 : 401).end(JSON.stringify({ token: `for ${url.searchParams.get("scope") ?? ""}` }));
    }
    const name = /^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(url.pathname)?.[1] ?? "";
    if (authorization !== `Bearer for repository:${name}:pull`) {
      const here = `http://${incoming.headers.host ?? ""}/token`;
      return void answer.writeHead(401, { "www-authenticate": `Bearer realm="${here}?account=test",service="test",scope="repository:${name}:pull"` }).end();
    }
    const { host: _, authorization: __, ...headers } = incoming.headers;
    const [hostname, port] = behind.split(":");
    httpRequest({ hostname, port, path: incoming.url, headers }, (theirs) => { answer.writeHead(theirs.statusCode ?? 500, theirs.headers); theirs.pipe(answer); }).end();
  });
  await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { host: `127.0.0.1:${address.port}`, asked, close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(() => resolve()); }) };
}

/** A layer that is not what the image says. */
export function spoil(images: OciImages, digest: string): () => void {
  const path = join(images.layout, "blobs/sha256", digest.slice(7));
  renameSync(path, `${path}.good`);
  writeFileSync(path, "rubbish");
  return () => renameSync(`${path}.good`, path);
}
