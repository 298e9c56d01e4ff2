// Owns looking at a path beneath a root file system: symbolic links count from that root, `..` stops there, nothing is opened.
import { lstatSync, readlinkSync, type Stats } from "node:fs";
import type { FileKind, InsidePath } from "../../model/lint-facts.ts";
import { errorCode } from "../read-text.ts";

const MOST_LINKS = 40;

export const kindOf = (found: Stats): FileKind => (found.isDirectory() ? "directory" : found.isFile() ? "file" : found.isSocket() ? "socket" : found.isFIFO() ? "fifo" : "device");

const partsOf = (path: string): string[] => path.split("/").filter((part) => part !== "" && part !== ".");

interface Walk { readonly root: string; readonly done: string[]; readonly todo: string[]; links: number; first?: { readonly path: string; readonly target: string } }

const ended = ({ done, first }: Walk, kind: InsidePath["kind"], isExecutable = false): InsidePath => ({ kind, isExecutable, resolved: done.join("/"), ...(first === undefined ? {} : { link: first }) });

/** One step; the answer once the way is walked, undefined before. */
function step(walk: Walk): InsidePath | undefined {
  const part = walk.todo.shift();
  if (part === undefined) return undefined;
  if (part === "..") { walk.done.pop(); return undefined; }
  const path = [...walk.done, part].join("/");
  const found = lstatSync(`${walk.root}/${path}`);
  if (!found.isSymbolicLink()) {
    walk.done.push(part);
    if (walk.todo.length > 0 && !found.isDirectory()) return ended(walk, "missing");
    return walk.todo.length > 0 ? undefined : ended(walk, kindOf(found), (found.mode & 0o111) !== 0);
  }
  const target = readlinkSync(`${walk.root}/${path}`);
  walk.first ??= { path, target };
  if (++walk.links > MOST_LINKS) return ended(walk, "missing");
  if (target.startsWith("/")) walk.done.length = 0;
  walk.todo.unshift(...partsOf(target));
  return undefined;
}

export function lookBeneath(root: string, path: string): InsidePath {
  const walk: Walk = { root, done: [], todo: partsOf(path), links: 0 };
  try {
    while (walk.todo.length > 0) {
      const answer = step(walk);
      if (answer !== undefined) return answer;
    }
    return ended(walk, "directory", true);
  } catch (error) {
    const code = errorCode(error);
    return ended(walk, code === "ENOENT" || code === "ENOTDIR" ? "missing" : "hidden");
  }
}
