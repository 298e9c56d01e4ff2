// Owns looking at a whole archive before anything of it is unpacked: members' heads are read, what lies between is passed over.
import { readSync } from "node:fs";
import type { Problem } from "../../model/problem.ts";
import { tarReader, type OnEntry } from "./reader.ts";

const PIECE = 64 << 10;

/** Of an archive that is not packed, and can be read at any place. */
export function scanFile(fd: number, onEntry: OnEntry): Problem | undefined {
  const reader = tarReader(onEntry);
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
