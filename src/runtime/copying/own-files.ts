// Owns what lies in LXCPATH/NAME beside the root file system and belongs to a copy, too: hooks and the fstab.
import { closeSync, constants, fchmodSync, fstatSync, mkdirSync, openSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { errorCode } from "../../host/read-text.ts";
import { containerDir } from "../../host/store/layout.ts";
import type { Problem } from "../../model/problem.ts";
import type { Target } from "../verbs.ts";

/** The directory belongs to the container's root: no link in it is followed, and nothing but a file is read. */
function copyFile(from: string, to: string): void {
  if (realpathSync(dirname(from)) !== dirname(from)) throw Object.assign(new Error(from), { code: "ELOOP" });
  const fd = openSync(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = fstatSync(fd);
    if (!found.isFile()) throw Object.assign(new Error(from), { code: "not a plain file" });
    mkdirSync(dirname(to), { recursive: true });
    const made = openSync(to, "wx", found.mode & 0o777);
    writeFileSync(made, readFileSync(fd));
    fchmodSync(made, found.mode & 0o777);
    closeSync(made);
  } finally {
    closeSync(fd);
  }
}

/** A file that is missing there is missing here: its container would not start either. */
export function copyOwnFiles(source: Target, made: Target, files: readonly string[]): readonly Problem[] {
  return files.flatMap((file): readonly Problem[] => {
    const [from, to] = [`${containerDir(source)}/${file}`, `${containerDir(made)}/${file}`];
    try {
      copyFile(from, to);
      return [];
    } catch (error) {
      return [{ code: "storage.copy", severity: "warning", text: `'${from}' is not copied: ${errorCode(error)}`, remedy: `the copy's config names '${to}': put one there` }];
    }
  });
}
