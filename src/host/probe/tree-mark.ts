// Owns what a directory tree is known by: its inode, or on btrfs the number of its subvolume.
import { lstatSync, statfsSync } from "node:fs";
import { PROGRAM_PATH } from "./program.ts";

/** statfs(2). */
const BTRFS = 0x9123683e;

export function isOnBtrfs(path: string): boolean {
  try {
    return statfsSync(path).type === BTRFS;
  } catch {
    return false;
  }
}

/** The root of a subvolume has this inode number, and nothing else has. */
const SUBVOLUME = 256;
export const isSubvolume = (path: string): boolean => isOnBtrfs(path) && lstatSync(path, { throwIfNoEntry: false })?.ino === SUBVOLUME;

/** What no other tree has that could be in its place: its inode; of a subvolume, its number. undefined: nothing is there. */
export function treeMark(path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || !isSubvolume(path)) return found === undefined ? undefined : String(found.ino);
  const { spawnSync } = process.getBuiltinModule("node:child_process"); // loaded then only: it takes a millisecond
  return `subvolume ${spawnSync("btrfs", ["inspect-internal", "rootid", path], { encoding: "utf8", env: { PATH: PROGRAM_PATH, LC_ALL: "C" } }).stdout.trim()}`;
}
