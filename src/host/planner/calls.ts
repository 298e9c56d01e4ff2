// Owns how the planner gets its addon (engine/planner-calls): loaded from beside the program, in 0.1 ms, where node:fs takes 0.8.
// Without it (another program than the planner, a file that is gone) node:fs does the work.
import type { Flat } from "../../isa/flatten.ts";
import { FILES_ORDER } from "../files/order.ts";

/** What the addon returns for what it cannot take: node:fs has to do it. */
export const UNFIT = -4095;

/** Numbers below 0 are errnos, negated. Texts are UTF-8; what is none comes as U+FFFD, as from node:fs. */
export interface Calls {
  open(path: string, flags: number): number;
  close(fd: number): number;
  read(fd: number, bytes: Uint8Array, from: number, count: number): number;
  write(fd: number, bytes: Uint8Array, from: number, count: number): number;
  /** What a pipe holds from now on: answers how much that is. */
  pipeSize(fd: number, size: number): number;
  /** A file of less than 64 KiB. */
  readText(path: string): string | number;
  access(path: string, mode: number): number;
  readlink(path: string): string | number;
  /** The names, each with a slash behind it. */
  readdir(path: string): string | number;
  /** statx(2) of a path, or of a descriptor with AT_EMPTY_PATH; `fields` as in fs.ts. */
  stat(fd: number, path: string, flags: number, fields: Float64Array): number;
  /** f_type of statfs(2). */
  statfsType(path: string): number;
  /** The bytes that src/isa/encode.ts makes of a flattened plan; UNFIT when it has to. */
  encode(ops: Flat["ops"], bodyAt: Flat["bodyAt"], undoAt: Flat["undoAt"], undoCount: Flat["undoCount"], rootCount: number, notes: string): Uint8Array<ArrayBuffer> | number;
}

const FILE = "planner-calls.node";
const hasCalls = (exports: object): exports is Calls => "encode" in exports;

/** Not in the helper beneath a container's root: the program's own directory is the container's there. */
function load(): Calls | undefined {
  const program = process.execPath;
  if (process.argv[2] === FILES_ORDER || !program.endsWith("/berth-planner")) return undefined;
  const made: { exports: object } = { exports: {} };
  try {
    process.dlopen(made, `${program.slice(0, program.lastIndexOf("/") + 1)}${FILE}`);
  } catch {
    return undefined;
  }
  return hasCalls(made.exports) ? made.exports : undefined;
}

export const calls: Calls | undefined = load();
