// Owns the bytes of an archive without their packing: by zlib, by the program that packs so, or as they are.
import { spawn } from "node:child_process";
import { closeSync, createReadStream, readSync } from "node:fs";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { errorText } from "../../host/error-text.ts";
import type { Problem } from "../../model/problem.ts";
import type { Compression } from "../../plan/storage/dir.ts";

const PROGRAMS: Readonly<Record<Exclude<Compression, "none" | "gzip">, readonly string[]>> = {
  bzip2: ["bzip2", "-dc"], xz: ["xz", "-dc", "-T0"], zstd: ["zstd", "-dcq"], lz4: ["lz4", "-dcq"],
};
const ENV = { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C" };
const SAID_MAX = 2000;

/** `take` answers whether it wants more; the chunk is its own until then. What went wrong with the packing itself is the answer. */
export type Take = (chunk: Uint8Array) => Promise<boolean>;

/** Both ends of a pipe of this process, which are closed here. */
export interface Way { readonly reader: number; readonly writer: number }

const closeBoth = (way: Way | undefined): void => { for (const end of way === undefined ? [] : [way.reader, way.writer]) closeSync(end); };

/** A quarter of what such a pipe holds, at most: larger ones leave the processors' caches. */
const PIECE = 256 << 10;
/** So long nothing else of this process has its turn. */
const BUSY_MS = 4;
const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

/** Waits for bytes as tar(1) would: they come from a program that reads a file. Streams would cost a third of the whole time. */
async function eachOf(reader: number, take: Take): Promise<boolean> {
  const room = new Uint8Array(PIECE);
  for (let rested = 0; ;) {
    if (performance.now() - rested > BUSY_MS) {
      await turn();
      rested = performance.now();
    }
    const count = readSync(reader, room, 0, PIECE, null);
    if (count === 0) return true;
    if (!await take(room.subarray(0, count))) return false;
  }
}

async function each(stream: AsyncIterable<unknown> | readonly never[], take: Take): Promise<boolean> {
  for await (const chunk of stream) if (chunk instanceof Uint8Array && !await take(chunk)) return false;
  return true;
}

const damaged = (cause: string): Problem => ({ code: "image.invalid", text: "the archive is damaged", cause });

/** Read here, piece by piece, rather than by a stream of files: that might still read when the descriptor is another file's already. */
function* piecesOf(fd: number): Generator<Uint8Array> {
  for (;;) {
    const room = new Uint8Array(PIECE);
    const count = readSync(fd, room, 0, PIECE, null);
    if (count === 0) return;
    yield room.subarray(0, count);
  }
}

/** By a thread of this process, as it takes a third of what gzip(1) takes, which would keep all others waiting. */
async function eachGunzipped(fd: number, take: Take): Promise<Problem | undefined> {
  const packed = Readable.from(piecesOf(fd));
  const unpacked = createGunzip({ chunkSize: PIECE });
  packed.once("error", (error) => unpacked.destroy(error)).pipe(unpacked);
  try {
    await each(unpacked, take);
    return undefined;
  } catch (error) {
    return damaged(errorText(error));
  } finally {
    packed.destroy();
  }
}

/** Reads from the descriptor where it stands, so that its offset says how far that is. `way`: for what is large, over which it comes faster. */
export async function eachUnpacked(fd: number, compression: Compression, take: Take, way?: Way): Promise<Problem | undefined> {
  if (compression === "none") {
    closeBoth(way);
    await each(createReadStream("", { fd, autoClose: false, highWaterMark: 1 << 20 }), take);
    return undefined;
  }
  if (compression === "gzip") {
    closeBoth(way);
    return eachGunzipped(fd, take);
  }
  const [program = "", ...args] = PROGRAMS[compression];
  const child = spawn(program, args, { stdio: [fd, way?.writer ?? "pipe", "pipe"], env: ENV, cwd: "/" });
  if (way !== undefined) closeSync(way.writer);
  let said = "";
  child.stderr?.on("data", (chunk: Uint8Array) => { if (said.length < SAID_MAX) said += new TextDecoder().decode(chunk); });
  const ended = new Promise<number | undefined>((resolve) => {
    child.once("error", () => { if (child.pid === undefined) resolve(undefined); });
    child.once("close", (status) => resolve(status ?? 128));
  });
  const isWhole = await (way === undefined ? each(child.stdout ?? [], take) : eachOf(way.reader, take)).catch(() => false);
  if (way !== undefined) closeSync(way.reader);
  if (!isWhole) child.kill("SIGKILL");
  const status = await ended;
  if (status === undefined) return { code: "image.invalid", text: `the archive is packed by ${compression}, which is not installed`, remedy: `install the program '${program}'` };
  if (!isWhole || status === 0) return undefined;
  return damaged(said.trim() === "" ? `${program} ended with status ${status}` : said.trim());
}
