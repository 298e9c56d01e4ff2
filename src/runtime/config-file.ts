// Owns what is told when a config file cannot be opened, changed or backed up.
import { errnoNumber, errnoText } from "../linux/errno.ts";
import type { Errno } from "../linux/errno.ts";
import { isNoSpace } from "../linux/no-space.ts";
import type { Problem } from "../model/problem.ts";

const WORDS: readonly Errno[] = ["EACCES", "EPERM", "EROFS", "ELOOP", "EIO", "ENOTDIR", "ENAMETOOLONG", "EBUSY", "EMFILE"];

function words(code: string): string {
  const known = WORDS.find((name) => name === code);
  return code === "EISDIR" ? "not a regular file" : code === "EFBIG" ? "larger than 4 MiB" : known === undefined ? code : errnoText(errnoNumber(known));
}

const REMEDIES: Readonly<Partial<Record<string, string>>> = {
  EACCES: "run this as the file's owner; the directory must be writable too, as a new file takes the place of the old one",
  EPERM: "run this as the file's owner, or as root; lsattr shows whether the file is immutable",
  EROFS: "the file system is mounted read-only",
};

/** `doing`: `change '/x/config'`. */
export function fileProblem(doing: string, code: string): Problem {
  if (isNoSpace(code)) return { code: "storage.full", text: `cannot ${doing}: no space left`, cause: "the old file is as it was", remedy: "free some space, then run this again" };
  const remedy = REMEDIES[code];
  return { code: "config.unwritable", text: `cannot ${doing}: ${words(code)}`, ...(remedy === undefined ? {} : { remedy }) };
}

export const strayProblem = (file: string, { owner, path }: { readonly owner: number; readonly path: string }): Problem => ({
  code: "config.unwritable", text: `'${file}' leads to '${path}' through a link of uid ${owner}, who does not own that file`,
  cause: "whoever owns the link could have any file changed this way", remedy: `change the file itself: --file ${path}`,
});

export const attributesWarning = (file: string): Problem => ({
  code: "host.feature", severity: "warning", text: `extended attributes and ACLs of '${file}' may be lost`, cause: "cp(1) of coreutils, which copies them, cannot be run", remedy: "install coreutils; set them again if you use them",
});
