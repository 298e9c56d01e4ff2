// Owns the store of blobs by their digest: BASE/sha256/HEX, where LXC's own template keeps them as well.
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import type { Problem } from "../../model/problem.ts";
import { sha256Of } from "../remote/sums.ts";

const hexOf = (digest: string): string => digest.slice("sha256:".length);
export const blobPath = (base: string, digest: string): string => `${base}/sha256/${hexOf(digest)}`;
const partPath = (base: string, digest: string): string => `${base}/sha256/.${hexOf(digest)}.part`;

const wrong = (what: string, digest: string, is: string): Problem => ({ code: "image.checksum", text: `'${what}' is not what it should be`, cause: `its sha256 is ${is}, its name says ${hexOf(digest)}`, remedy: "it has been thrown away: try again" });

/** A blob that is somewhere on this machine: undefined when it is what its digest says. */
export async function checkBlob(path: string, digest: string): Promise<Problem | undefined> {
  const is = await sha256Of(path);
  return is === hexOf(digest) ? undefined : wrong(path, digest, is);
}

/** Whoever gets it is asked only for what is not there; it is seen under its name only when it is whole. */
export async function keepBlob(base: string, digest: string, get: (part: string) => Promise<Problem | undefined>): Promise<Problem | undefined> {
  const [path, part] = [blobPath(base, digest), partPath(base, digest)];
  if (existsSync(path)) return undefined;
  mkdirSync(`${base}/sha256`, { recursive: true, mode: 0o755 });
  const problem = await get(part);
  if (problem !== undefined) return problem;
  const is = await sha256Of(part);
  if (is === hexOf(digest)) {
    renameSync(part, path);
    return undefined;
  }
  rmSync(part, { force: true });
  return wrong(digest, digest, is);
}

export const copyIn = (from: string) => (part: string): Promise<Problem | undefined> => {
  copyFileSync(from, part);
  return Promise.resolve(undefined);
};
