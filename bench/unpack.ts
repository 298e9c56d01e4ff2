// Owns what a new root file system costs: archives, plain and packed, and the layers of an image, unpacked by lxc-create, beside tar(1)
// alone with the same archives.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { measure, must, type Contender } from "./measure.ts";

const TOP = "/var/lib/berth-bench-unpack";
const NAME = "bench";
const ROUNDS = 5;
/** Packed ones take longer, by what their program takes. */
const PACKED_ROUNDS = 3;
const WANTED = 500e6;
const PACKED_WANTED = 200e6;
/** Issue 7: Berth may take so many times as long as tar. */
export const BOUND = 1.15;

/** Files of this host's /usr, as they come, until there are enough. */
function makeArchive(path: string, wanted: number): void {
  mkdirSync(join(TOP, "tree"));
  must(["sh", "-c", `cd / && find usr/bin usr/sbin usr/lib usr/share -xdev -type f -o -xdev -type l | head -n 200000 | tar --create --file=- --numeric-owner --no-recursion --files-from=- | head -c ${wanted} > ${path}.cut; tar --extract --file=${path}.cut --directory=${TOP}/tree 2>/dev/null; tar --create --file=${path} --directory=${TOP}/tree .; rm -rf ${path}.cut ${TOP}/tree`]);
}

const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** An OCI layout of this layer and a small one above it. */
function makeLayout(folder: string, plain: string, packed: string): readonly string[] {
  mkdirSync(join(folder, "blobs/sha256"), { recursive: true });
  mkdirSync(join(TOP, "above/etc"), { recursive: true });
  writeFileSync(join(TOP, "above/etc/above"), "above\n");
  must(["sh", "-c", `tar --create --file=${TOP}/above.tar --directory=${TOP}/above . && gzip -1kn ${TOP}/above.tar`]);
  const blob = (file: string): { readonly digest: string; readonly size: number } => {
    const hex = sha256(readFileSync(file));
    copyFileSync(file, join(folder, "blobs/sha256", hex));
    return { digest: `sha256:${hex}`, size: statSync(file).size };
  };
  const document = (json: unknown): { readonly digest: string; readonly size: number } => {
    const text = JSON.stringify(json);
    writeFileSync(join(folder, "blobs/sha256", sha256(text)), text);
    return { digest: `sha256:${sha256(text)}`, size: text.length };
  };
  const files = [packed, join(TOP, "above.tar.gz")];
  const config = document({ architecture: "amd64", os: "linux", config: {}, rootfs: { type: "layers", diff_ids: [plain, join(TOP, "above.tar")].map((file) => `sha256:${sha256(readFileSync(file))}`) } });
  const manifest = document({ schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config }, layers: files.map((file) => ({ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", ...blob(file) })) });
  writeFileSync(join(folder, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(folder, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: "application/vnd.oci.image.manifest.v1+json", ...manifest }] }));
  return files;
}

export interface Unpacked { readonly lines: readonly string[]; /** The worst of all. */ readonly ratio: number }
interface Row { readonly what: string; readonly megabytes: number; readonly argv: readonly string[]; readonly archives: readonly string[]; readonly rounds: number }

const [lxcpath, plainTree, cache, config] = [join(TOP, "lxc"), join(TOP, "plain"), join(TOP, "cache"), join(TOP, "lxc.conf")];
const TAR = ["--numeric-owner", "-p", "--same-owner", "--xattrs", "--xattrs-include=*", "--acls"];

/** Both unpack as root, with owners, attributes and times; lxc-create makes a whole container besides. */
function contenders(dist: string, { argv, archives }: Row): readonly Contender[] {
  const remove = (...paths: readonly string[]) => (): void => paths.forEach((path) => rmSync(path, { recursive: true, force: true }));
  return [
    { name: "Berth", argv: ["env", `LXC_CACHE_PATH=${cache}`, join(dist, "bin/lxc-create"), "-q", "-P", lxcpath, "-n", NAME, "-f", config, "-t", ...argv], after: remove(join(lxcpath, NAME), cache) },
    { name: "tar", before: () => mkdirSync(plainTree), argv: ["sh", "-ec", `for archive; do tar -x -f "$archive" -C ${plainTree} ${TAR.join(" ")}; done`, "sh", ...archives], after: remove(plainTree) },
  ];
}

function makeRows(): readonly Row[] {
  const [whole, part] = [join(TOP, "rootfs.tar"), join(TOP, "part.tar")];
  makeArchive(whole, WANTED);
  makeArchive(part, PACKED_WANTED);
  must(["sh", "-ec", `gzip -1k ${part}; zstd -qk ${part}; xz -0 -T0 -k ${part}`]);
  const size = (path: string): number => Math.round(statSync(path).size / 1e6);
  const packed = (ending: string): Row => ({ what: `\`lxc-create -t ARCHIVE.tar.${ending}\``, megabytes: size(part), argv: [`${part}.${ending}`], archives: [`${part}.${ending}`], rounds: PACKED_ROUNDS });
  const layers = makeLayout(join(TOP, "layout"), part, `${part}.gz`);
  return [
    { what: "`lxc-create -t ARCHIVE`", megabytes: size(whole), argv: [whole], archives: [whole], rounds: ROUNDS }, packed("gz"), packed("zst"), packed("xz"),
    { what: "`lxc-create -t oci`, two layers (gzip)", megabytes: size(part), argv: ["oci", "--", "-u", `oci:${join(TOP, "layout")}`], archives: layers, rounds: PACKED_ROUNDS },
  ];
}

export function unpackTable(dist: string): Unpacked {
  rmSync(TOP, { recursive: true, force: true });
  mkdirSync(TOP, { recursive: true });
  writeFileSync(config, "lxc.net.0.type = empty\n");
  try {
    const ratios: number[] = [];
    const lines = makeRows().map((row) => {
      const [berth, tar] = measure({ what: row.what, contenders: contenders(dist, row) }, row.rounds);
      const ratio = (berth?.least ?? Number.NaN) / (tar?.least ?? Number.NaN);
      ratios.push(ratio);
      return `| ${row.what} of ${row.megabytes} MB | ${berth?.least.toFixed(0) ?? "?"} ms | ${tar?.least.toFixed(0) ?? "?"} ms (${ratio.toFixed(2)}) |`;
    });
    return { ratio: Math.max(...ratios), lines: ["| unpacking, best of the rounds | Berth | tar -x |", "|---|---|---|", ...lines] };
  } finally {
    rmSync(TOP, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const { lines, ratio } = unpackTable(process.argv[2] ?? join(import.meta.dir, "../dist"));
  console.log(lines.join("\n"));
  if (!(ratio <= BOUND)) process.exitCode = 1;
}
