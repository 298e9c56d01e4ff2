// Owns stat(2) as facts.
import { statSync } from "node:fs";
import type { PathFact } from "../../model/facts.ts";

export function probePath(path: string): PathFact | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    return { kind: found.isDirectory() ? "directory" : found.isFile() ? "file" : found.isBlockDevice() ? "block" : "other", uid: found.uid, gid: found.gid, mode: found.mode & 0o7777 };
  } catch {
    return undefined;
  }
}

export function probePaths(paths: readonly string[]): Readonly<Record<string, PathFact>> {
  const facts: Record<string, PathFact> = {};
  for (const path of new Set(paths)) {
    const fact = probePath(path);
    if (fact !== undefined) facts[path] = fact;
  }
  return facts;
}
