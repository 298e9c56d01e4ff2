// Owns the look at an image of qemu that a start would connect as a network block device: which program and device there are,
// and what file system is in the image.
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, readdirSync, existsSync, rmSync } from "node:fs";
import { CONTENT_BYTES, contentOf, type ImageContent } from "../../linux/superblock.ts";
import { partitionStart } from "../../linux/partitions.ts";
import type { NbdFacts, StorageFacts } from "../../model/facts.ts";
import { readText } from "../read-text.ts";
import { nbdParts } from "../../model/storage.ts";
import { probePath } from "./paths.ts";
import { PROGRAM_PATH, programPath } from "./program.ts";
import { fileSystems } from "./storage.ts";

const SECTOR = 512;

/** How the file begins says what it is: qemu is never left to guess, for a raw image may say anything of itself. */
export function imageFormat(path: string): NbdFacts["format"] | undefined {
  let fd = -1;
  try {
    fd = openSync(path, "r");
    const bytes = Buffer.alloc(4);
    readSync(fd, bytes, 0, 4, 0);
    const begin = bytes.toString("latin1");
    return begin === "QFI\u00fb" ? "qcow2" : begin === "KDMV" ? "vmdk" : "raw";
  } catch {
    return undefined;
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

interface Piece { readonly path: string; readonly format: string; readonly from: number }
type Read = { readonly bytes: Uint8Array } | { readonly said: string };

/** So many bytes as a file system begins with, as a guest would see them. A window into the image: the words of `qemu-img dd` for one mean another thing in each version. */
function read({ path, format, from }: Piece): Read {
  const { spawnSync } = process.getBuiltinModule("node:child_process"); // loaded then only
  const room = mkdtempSync("/tmp/berth-nbd-");
  const window = { driver: "raw", offset: from, size: Math.ceil(CONTENT_BYTES / SECTOR) * SECTOR, file: { driver: format, file: { driver: "file", filename: path } } };
  try {
    const { status, stderr } = spawnSync("qemu-img", ["convert", "-O", "raw", `json:${JSON.stringify(window)}`, `${room}/begin`], { encoding: "utf8", env: { PATH: PROGRAM_PATH, LC_ALL: "C" }, timeout: 20_000 });
    // the window is none of the user's words
    if (status !== 0) return { said: (stderr ?? "").trim().replaceAll(/'?json:\{.*\}'?/g, `'${path}'`) };
    const bytes = new Uint8Array(CONTENT_BYTES);
    bytes.set(readFileSync(`${room}/begin`).subarray(0, CONTENT_BYTES));
    return { bytes };
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}

/** A table of partitions is no file system, but one of its parts may be. */
function named(content: ImageContent): ImageContent | { readonly said: string } {
  return content.kind === "other" && content.what.startsWith("a partition table") ? { said: `it holds ${content.what}: which one is not said` } : content;
}

function contentIn(path: string, format: string, partition: number | undefined): ImageContent | { readonly said: string } {
  const disk = read({ path, format, from: 0 });
  if ("said" in disk) return disk;
  if (partition === undefined) return named(contentOf(disk.bytes));
  const from = partitionStart(disk.bytes, partition);
  if (from === undefined) return { said: `the image has no partition ${partition}` };
  const begin = read({ path, format, from });
  return "said" in begin ? begin : contentOf(begin.bytes);
}

/** The first that nobody uses. */
function freeDevice(): string | undefined {
  const names = readdirSync("/sys/block").filter((name) => /^nbd\d+$/.test(name)).toSorted((a, b) => Number(a.slice(3)) - Number(b.slice(3)));
  const free = names.find((name) => !existsSync(`/sys/block/${name}/pid`) && readText(`/sys/block/${name}/size`)?.trim() === "0");
  return free === undefined ? undefined : `/dev/${free}`;
}

const NBD = "nbd:";

/** `place`: the image behind `nbd:`. No `nbd`: there is no program to connect it with, or it cannot be read. undefined: it is no file. */
export function probeNbd(place: string): StorageFacts | undefined {
  const { file: path, partition } = nbdParts(place.slice(NBD.length));
  if (probePath(path)?.kind !== "file") return undefined;
  const [program, reader, format] = [programPath("qemu-nbd"), programPath("qemu-img"), imageFormat(path)];
  if (program === undefined || reader === undefined || format === undefined || process.geteuid?.() !== 0) return { fileSystems: fileSystems() };
  const device = freeDevice();
  const content = contentIn(path, format, partition);
  const nbd: NbdFacts = { program, format, ...(device === undefined ? {} : { device }), ...("said" in content ? { said: content.said } : {}) };
  return { fileSystems: fileSystems(), nbd, ...("said" in content ? {} : { content }) };
}
