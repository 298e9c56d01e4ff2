// Owns a pipe between two programs that this process starts: Node has no pipe(2), a named one that is unlinked at once is the same.
import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, unlinkSync } from "node:fs";
import { fail, ok, type Result } from "../../model/problem.ts";

export interface Pipe { readonly reader: number; readonly writer: number; readonly closeReader: () => void; readonly closeWriter: () => void }

export function mkfifo(path: string): Result<Pipe> {
  const made = spawnSync("mkfifo", ["-m", "600", path], { env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" }, encoding: "utf8" });
  if (made.status !== 0) return fail({ code: "storage.unsupported", text: `cannot make a pipe: ${made.stderr ?? ""}`.trim() });
  // Opened without waiting for the other end; both are made to wait again by whoever inherits them.
  const keep = openSync(path, constants.O_RDWR);
  const reader = openSync(path, constants.O_RDONLY);
  const writer = openSync(path, constants.O_WRONLY);
  closeSync(keep);
  unlinkSync(path);
  return ok({ reader, writer, closeReader: () => closeSync(reader), closeWriter: () => closeSync(writer) });
}
