// Owns recognising an archive: by what it begins with, never by its name.
import { closeSync, openSync, readSync } from "node:fs";
import { errorText } from "../host/error-text.ts";
import { errorCode } from "../host/read-text.ts";
import type { Origin } from "../model/origin.ts";
import { fail, ok, type Result } from "../model/problem.ts";
import type { Compression } from "../plan/storage/dir.ts";

const MAGIC: readonly (readonly [Compression, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]], ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]], ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["bzip2", [0x42, 0x5a, 0x68]], ["lz4", [0x04, 0x22, 0x4d, 0x18]],
];
/** tar(5): the first block is a header that carries the sum of its own bytes, the sum's field counted as spaces. */
const BLOCK = 512;
const SUM_AT = 148;
const SUM_END = 156;
const SPACE = 0x20;

function isTarHeader(block: Uint8Array): boolean {
  if (block.length < BLOCK || block[0] === 0) return false;
  const written = /^ *([0-7]+)/.exec(String.fromCharCode(...block.subarray(SUM_AT, SUM_END)))?.[1];
  const sum = block.reduce((total, byte, i) => total + (i >= SUM_AT && i < SUM_END ? SPACE : byte), 0);
  return written !== undefined && Number.parseInt(written, 8) === sum;
}

export function compressionOf(head: Uint8Array): Compression | undefined {
  const found = MAGIC.find(([, magic]) => magic.every((byte, i) => head[i] === byte));
  if (found !== undefined) return found[0];
  return isTarHeader(head) ? "none" : undefined;
}

/** How it is packed. `remedy`: of one that is none. */
export function archiveAt(path: string, { at, remedy }: { readonly at?: Origin; readonly remedy?: string } = {}): Result<Compression> {
  const said = { ...(at === undefined ? {} : { at }), ...(remedy === undefined ? {} : { remedy }) };
  let fd: number | undefined;
  try {
    fd = openSync(path, "r");
    const head = new Uint8Array(BLOCK);
    const found = compressionOf(head.subarray(0, readSync(fd, head, 0, BLOCK, 0)));
    return found === undefined ? fail({ ...said, code: "image.invalid", text: `'${path}' is not a tar archive that can be read` }) : ok(found);
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT") return fail({ ...said, code: "image.missing", text: `'${path}' does not exist` });
    return fail(code === "EISDIR" ? { ...said, code: "image.invalid", text: `'${path}' is not a tar archive that can be read`, cause: "it is a directory" } : { ...(at === undefined ? {} : { at }), code: "image.invalid", text: `cannot read '${path}'`, cause: errorText(error) });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** undefined: no archive, or not readable. */
export function probeArchive(path: string): Compression | undefined {
  const found = archiveAt(path);
  return found.ok ? found.value : undefined;
}
