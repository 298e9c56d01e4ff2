// Owns pipes between programs that this process starts, and to them: Node has no pipe(2), a named one that is unlinked at once is
// the same. What Node gives a child by itself is a pair of sockets, over which much takes longer.
import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, unlinkSync, write, writeSync } from "node:fs";
import { calls } from "../../host/planner/calls.ts";
import { errorCode } from "../../host/read-text.ts";
import { fail, ok, type Result } from "../../model/problem.ts";

export interface Pipe { readonly reader: number; readonly writer: number; readonly closeReader: () => void; readonly closeWriter: () => void }

/** As much as anybody may ask for: the programs at the two ends have to wait for each other less. */
const ROOM = 1 << 20;

function opened(path: string): Pipe {
  // Opened without waiting for the other end; both are made to wait again by whoever inherits them.
  const keep = openSync(path, constants.O_RDWR);
  const reader = openSync(path, constants.O_RDONLY);
  const writer = openSync(path, constants.O_WRONLY);
  closeSync(keep);
  unlinkSync(path);
  calls?.pipeSize(writer, ROOM); // without it, or where the user has many pipes, it holds what pipes hold
  return { reader, writer, closeReader: () => closeSync(reader), closeWriter: () => closeSync(writer) };
}

/** One pipe of each of these names, which are free again. */
export function mkfifos<Names extends readonly string[]>(...paths: Names): Result<{ readonly [name in keyof Names]: Pipe }>;
export function mkfifos(...paths: readonly string[]): Result<readonly Pipe[]> {
  const made = spawnSync("mkfifo", ["-m", "600", ...paths], { env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" }, encoding: "utf8" });
  if (made.status !== 0) return fail({ code: "storage.unsupported", text: `cannot make a pipe: ${made.stderr ?? ""}`.trim() });
  return ok(paths.map(opened));
}

export interface Outlet {
  /** false: nobody reads any more. */
  readonly write: (bytes: Uint8Array) => Promise<boolean>;
  readonly end: () => void;
}

/** At once as long as there is room; then by a thread that may wait, while this one goes on. To be had while somebody can read. */
export function outletOf({ writer }: Pick<Pipe, "writer">): Outlet {
  const quick = openSync(`/proc/self/fd/${writer}`, constants.O_WRONLY | constants.O_NONBLOCK);
  const tried = (bytes: Uint8Array): number | undefined => {
    try {
      return writeSync(quick, bytes);
    } catch (error) {
      return errorCode(error) === "EAGAIN" ? 0 : undefined;
    }
  };
  const waited = (bytes: Uint8Array): Promise<number | undefined> =>
    new Promise((resolve) => { write(writer, bytes, 0, bytes.length, null, (error, count) => resolve(error === null ? count : undefined)); });
  return {
    write: async (bytes) => {
      for (let [at, count] = [0, tried(bytes)]; ; count = await waited(bytes.subarray(at))) {
        if (count === undefined) return false;
        at += count;
        if (at >= bytes.length) return true;
      }
    },
    end: () => { for (const fd of [quick, writer]) closeSync(fd); },
  };
}
