// Owns stat(2) and statfs(2) as facts.
import { statfsSync, statSync } from "node:fs";
import type { PathFact } from "../../model/facts.ts";

const FSTYPES: Readonly<Record<number, string>> = {
  0xef53: "ext4", 0x9123683e: "btrfs", 0x58465342: "xfs", 0x2fc12fc1: "zfs", 0x01021994: "tmpfs", 0x794c7630: "overlay",
  0x6969: "nfs", 0x65735546: "fuse", 0x73717368: "squashfs", 0x01021997: "9p", 0x9fa0: "proc", 0x62656572: "sysfs", 0xf2f52010: "f2fs", 0xe0f5e1e2: "erofs",
};

function fstypeOf(path: string): string | undefined {
  try {
    return FSTYPES[Number(statfsSync(path).type) >>> 0];
  } catch {
    return undefined;
  }
}

export function probePath(path: string): PathFact | undefined {
  try {
    const found = statSync(path);
    const kind = found.isDirectory() ? "directory" : found.isFile() ? "file" : "other";
    const fstype = kind === "directory" ? fstypeOf(path) : undefined;
    return { kind, uid: found.uid, gid: found.gid, mode: found.mode & 0o7777, ...(fstype === undefined ? {} : { fstype }) };
  } catch {
    return undefined;
  }
}

export function probePaths(paths: readonly string[]): Readonly<Record<string, PathFact>> {
  return Object.fromEntries(paths.flatMap((path) => {
    const fact = probePath(path);
    return fact === undefined ? [] : [[path, fact]];
  }));
}
