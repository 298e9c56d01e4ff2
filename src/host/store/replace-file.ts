// Owns changing a file all at once: whoever looks, and whatever is killed, sees the old text or the new one. Mode, owner
// and extended attributes stay. Somebody else's change since the reading is noticed, not overwritten.
import { spawnSync } from "node:child_process";
import { closeSync, constants, fchmodSync, fchownSync, fstatSync, fsyncSync, lstatSync, openSync, readFileSync, readdirSync, renameSync, unlinkSync, writeSync, type BigIntStats } from "node:fs";
import { errorCode } from "../read-text.ts";
import { beneath, locate, strayOwner, type Located } from "./link-walk.ts";

export interface OpenFile { readonly located: Located; readonly fd: number; readonly stat: BigIntStats; readonly bytes: Uint8Array }

export type Opened =
  | { readonly kind: "open"; readonly file: OpenFile }
  | { readonly kind: "error"; readonly code: string }
  /** A link of this user leads to a file that is not the user's. */
  | { readonly kind: "stray"; readonly owner: number; readonly path: string };

/** Larger than any config. */
const BYTES_MAX = 4 << 20;

const refusal = (file: number): string | undefined => {
  const stat = fstatSync(file);
  return !stat.isFile() ? "EISDIR" : stat.size > BYTES_MAX ? "EFBIG" : undefined;
};

/** `isWriting`: refused where the caller may not write the file, although a new one could be put in its place. */
export function openFile(path: string, { euid, isWriting }: { readonly euid: number; readonly isWriting: boolean }): Opened {
  let [directory, fd] = [-1, -1];
  const closed = (answer: Opened): Opened => {
    for (const one of [directory, fd]) if (one >= 0) closeSync(one);
    return answer;
  };
  try {
    const located = locate(path, euid);
    directory = located.directory;
    fd = openSync(beneath(directory, located.base), (isWriting ? constants.O_RDWR : constants.O_RDONLY) | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stray = strayOwner(located, fd);
    if (stray !== undefined) return closed({ kind: "stray", owner: stray, path: located.path });
    const code = refusal(fd);
    if (code !== undefined) return closed({ kind: "error", code });
    const stat = fstatSync(fd, { bigint: true });
    return { kind: "open", file: { located, fd, stat, bytes: readFileSync(fd) } };
  } catch (error) {
    return closed({ kind: "error", code: errorCode(error) });
  }
}

export function closeFile({ located, fd }: OpenFile): void {
  closeSync(fd);
  closeSync(located.directory);
}

const isSame = (a: BigIntStats, b: BigIntStats | undefined): boolean => b !== undefined && a.dev === b.dev && a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs;

/** Whether the name still stands for what was read. */
export const isUnchanged = ({ located: { directory, base }, stat }: OpenFile): boolean => isSame(stat, lstatSync(beneath(directory, base), { bigint: true, throwIfNoEntry: false }));

/** A name for what is not whole yet; `random` is hex digits. */
export const freshName = (base: string, random: string): string => `.${base}.berth-${random.slice(0, 12)}`;

/** What killed writers left. Of a writer that lives it would be noticed: its rename fails, and it begins anew. */
function removeStale({ located: { directory, base } }: OpenFile): void {
  const head = freshName(base, "");
  for (const name of readdirSync(beneath(directory, "."))) {
    if (name.startsWith(head) && /^[0-9a-f]{12}$/.test(name.slice(head.length))) unlinkSync(beneath(directory, name));
  }
}

/** As cp -a leaves them. False: they may be missing from the new file. */
function copyAttributes(from: number, to: number): boolean {
  const { status } = spawnSync("cp", ["--attributes-only", "--preserve=all", "--", "/proc/self/fd/3", "/proc/self/fd/4"], {
    stdio: ["ignore", "ignore", "ignore", from, to], env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
  });
  return status === 0;
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
  fsyncSync(fd);
}

/** A new file with the mode, owner and attributes of another. False: extended attributes may be missing. */
export function writeNew({ fd: old, stat }: OpenFile, path: string, bytes: Uint8Array): boolean {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    const hasAttributes = copyAttributes(old, fd);
    const made = fstatSync(fd);
    if (made.uid !== Number(stat.uid) || made.gid !== Number(stat.gid)) fchownSync(fd, Number(stat.uid), Number(stat.gid));
    fchmodSync(fd, Number(stat.mode & 0o7777n));
    writeAll(fd, bytes);
    return hasAttributes;
  } finally {
    closeSync(fd);
  }
}

function syncDirectory(directory: number): void {
  try {
    const fd = openSync(beneath(directory, "."), constants.O_RDONLY | constants.O_DIRECTORY);
    fsyncSync(fd);
    closeSync(fd);
  } catch { /* the rename is done; a directory that cannot be read cannot be synced either */ }
}

export type Replaced =
  | { readonly kind: "written"; readonly hasAttributes: boolean }
  /** Somebody else changed the file since it was read. */
  | { readonly kind: "changed" }
  | { readonly kind: "error"; readonly code: string; readonly path: string };

export function replaceFile(file: OpenFile, bytes: Uint8Array, random: string): Replaced {
  const { directory, base, path } = file.located;
  let name: string | undefined;
  try {
    removeStale(file);
    name = beneath(directory, freshName(base, random));
    const hasAttributes = writeNew(file, name, bytes);
    if (!isUnchanged(file)) return { kind: "changed" };
    renameSync(name, beneath(directory, base));
    name = undefined;
    syncDirectory(directory);
    return { kind: "written", hasAttributes };
  } catch (error) {
    const code = errorCode(error);
    return code === "ENOENT" ? { kind: "changed" } : { kind: "error", code, path };
  } finally {
    if (name !== undefined) try { unlinkSync(name); } catch { /* it was never made */ }
  }
}
