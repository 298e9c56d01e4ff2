// Owns checksums: lists of them (SHA256SUMS), and that of a file.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** `HEX  NAME` or `HEX *NAME`. */
export const parseSums = (text: string): ReadonlyMap<string, string> => new Map(text.split("\n").flatMap((line): [string, string][] => {
  const [, sum = "", name = ""] = /^([0-9a-fA-F]{64})\s+\*?(?:\.\/)?(\S.*?)\s*$/.exec(line) ?? [];
  return sum === "" ? [] : [[name, sum.toLowerCase()]];
}));

/** `watch`: sees all of it on its way. */
export async function sha256Of(path: string, watch?: (chunk: Uint8Array) => void): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Uint8Array);
    watch?.(chunk as Uint8Array);
  }
  return hash.digest("hex");
}
