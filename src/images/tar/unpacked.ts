// Owns the bytes of an archive without their packing: by the program that packs so, or as they are.
import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import type { Problem } from "../../model/problem.ts";
import type { Compression } from "../../plan/storage/dir.ts";

const PROGRAMS: Readonly<Record<Exclude<Compression, "none">, readonly string[]>> = {
  gzip: ["gzip", "-dc"], bzip2: ["bzip2", "-dc"], xz: ["xz", "-dc", "-T0"], zstd: ["zstd", "-dcq"], lz4: ["lz4", "-dcq"],
};
const ENV = { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C" };
const SAID_MAX = 2000;

/** `take` answers whether it wants more. What went wrong with the packing itself is the answer. */
export type Take = (chunk: Uint8Array) => Promise<boolean>;

async function each(stream: AsyncIterable<unknown> | readonly never[], take: Take): Promise<boolean> {
  for await (const chunk of stream) if (chunk instanceof Uint8Array && !await take(chunk)) return false;
  return true;
}

/** Reads from the descriptor where it stands, so that its offset says how far that is. */
export async function eachUnpacked(fd: number, compression: Compression, take: Take): Promise<Problem | undefined> {
  if (compression === "none") {
    await each(createReadStream("", { fd, autoClose: false, highWaterMark: 1 << 20 }), take);
    return undefined;
  }
  const [program = "", ...args] = PROGRAMS[compression];
  const child = spawn(program, args, { stdio: [fd, "pipe", "pipe"], env: ENV, cwd: "/" });
  let said = "";
  child.stderr?.on("data", (chunk: Uint8Array) => { if (said.length < SAID_MAX) said += new TextDecoder().decode(chunk); });
  const ended = new Promise<number | undefined>((resolve) => {
    child.once("error", () => { if (child.pid === undefined) resolve(undefined); });
    child.once("close", (status) => resolve(status ?? 128));
  });
  const isWhole = await each(child.stdout ?? [], take).catch(() => false);
  if (!isWhole) child.kill("SIGKILL");
  const status = await ended;
  if (status === undefined) return { code: "image.invalid", text: `the archive is packed by ${compression}, which is not installed`, remedy: `install the program '${program}'` };
  if (!isWhole || status === 0) return undefined;
  return { code: "image.invalid", text: "the archive is damaged", cause: said.trim() === "" ? `${program} ended with status ${status}` : said.trim() };
}
