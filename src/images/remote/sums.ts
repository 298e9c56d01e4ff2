// Owns checksums: lists of them (SHA256SUMS), and that of a file.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** `HEX  NAME` or `HEX *NAME`. */
export const parseSums = (text: string): ReadonlyMap<string, string> => new Map(text.split("\n").flatMap((line): [string, string][] => {
  const [, sum = "", name = ""] = /^([0-9a-fA-F]{64})\s+\*?(?:\.\/)?(\S.*?)\s*$/.exec(line) ?? [];
  return sum === "" ? [] : [[name, sum.toLowerCase()]];
}));

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
