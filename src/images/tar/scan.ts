// Owns looking at a whole archive before anything of it is unpacked: members' heads are read, what lies between is passed over.
import { readSync } from "node:fs";
import type { Problem } from "../../model/problem.ts";
import { sha256Of } from "../remote/sums.ts";
import { tarReader, type TarReader } from "./reader.ts";

const PIECE = 64 << 10;

/** Of an archive that is not packed, and can be read at any place. */
export function scanFile(fd: number, reader: TarReader): Problem | undefined {
  const room = new Uint8Array(PIECE);
  for (let at = 0; ;) {
    const count = readSync(fd, room, 0, PIECE, at);
    if (count === 0) return reader.end();
    const problem = reader.push(room.subarray(0, count));
    if (problem !== undefined) return problem;
    at += count;
    const gap = reader.toSkip();
    if (gap > PIECE) {
      reader.skip(gap);
      at += gap;
    }
  }
}

/** GNU tar takes one that is cut off between two members for whole. */
export const noEndMark = (path: string): Problem => ({ code: "image.invalid", severity: "warning", text: `'${path}' has no end mark: it may be cut off`, cause: "a tar archive ends with blocks of zeros", remedy: "compare its size or checksum with where it came from" });

/** The sha256 of an archive that is not packed, and whether its end is there: it is read once. Of a packed one its packer knows whether it is whole. */
export async function sumWithEnd(path: string): Promise<{ readonly hex: string; readonly warnings: readonly Problem[] }> {
  const reader = tarReader(() => undefined);
  let isOdd = false; // what it does not understand is told when it is unpacked
  const hex = await sha256Of(path, (chunk) => { isOdd ||= reader.push(chunk) !== undefined; });
  return { hex, warnings: isOdd || reader.end() !== undefined || reader.hasEndMark() ? [] : [noEndMark(path)] };
}
