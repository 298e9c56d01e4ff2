// Owns which members of an export can belong to a root file system: none leads out of it.
import type { Entry } from "../../linux/tar.ts";
import type { Problem } from "../../model/problem.ts";
import { invalid } from "./in.ts";

/** Files, links, directories, pipes, devices; of tar's old form a sparse file. */
const TYPES = new Set(["0", "1", "2", "3", "4", "5", "6", "7", "S"]);
export const isDevice = ({ type }: Pick<Entry, "type">): boolean => type === "3" || type === "4";
const isOutside = (path: string): boolean => path.startsWith("/") || path.split("/").includes("..");

/** Whatever it belongs to. */
export const isMember = ({ path, type }: Entry): boolean => !isOutside(path) && TYPES.has(type);

/** `prefix`: what the names of the tree begin with. */
export function linkProblem({ type, path, link }: Entry, prefix: string): Problem | undefined {
  if (type !== "1" || (!isOutside(link) && link.startsWith(`${prefix}/`))) return undefined;
  return invalid(`'${path}' is a hard link to '${link}', outside the root file system`);
}

/** What is told of them. */
export const leftOutDevices = (count: number): readonly Problem[] =>
  (count === 0 ? [] : [{ code: "storage.copy", severity: "warning", text: `${count} device nodes are left out`, cause: "a container with ids of its own can neither have nor use them" }]);
