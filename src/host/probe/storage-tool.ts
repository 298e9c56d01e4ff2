// Owns asking a tool of storage.
import { spawnSync } from "node:child_process";
import { PROGRAM_PATH } from "./program.ts";

/** What it says, without spaces around it; undefined: it fails, or is not there. */
export function said(program: string, ...words: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(program, words, { encoding: "utf8", env: { PATH: PROGRAM_PATH, LC_ALL: "C" } });
  return status === 0 ? stdout.trim() : undefined;
}
