// Owns who holds a lock of an open file description (fcntl(2) F_OFD_SETLK): /proc/locks names nobody, /proc/PID/fdinfo does.
import { readdirSync, statSync } from "node:fs";
import { parseStat } from "../../linux/proc-stat.ts";
import { readText } from "../read-text.ts";

function names(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

interface File { readonly dev: number; readonly ino: number }

/** undefined: gone, or not to be looked at. */
function fileAt(path: string): File | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function holds(pid: string, file: File): boolean {
  return names(`/proc/${pid}/fd`).some((fd) => {
    const found = fileAt(`/proc/${pid}/fd/${fd}`);
    return found?.ino === file.ino && found.dev === file.dev && /^lock:.*OFDLCK/m.test(readText(`/proc/${pid}/fdinfo/${fd}`) ?? "");
  });
}

/** Our own programs say little of themselves: who has started them says more. */
const INNER = /^\S*\/berth-(?:engine|planner)(?: |$)/;
const wordsOf = (pid: string): string => (readText(`/proc/${pid}/cmdline`) ?? "").replaceAll("\0", " ").trim();

function speaker(pid: string): string {
  const parent = parseStat(readText(`/proc/${pid}/stat`) ?? "")?.parent ?? 0;
  return INNER.test(wordsOf(pid)) && parent > 1 ? speaker(String(parent)) : pid;
}

/** `process 7 (lxc-copy -n a -N b)`; undefined: it cannot be seen. */
export function lockHolder(path: string): string | undefined {
  const file = fileAt(path);
  const holder = file === undefined ? undefined : names("/proc").find((name) => /^\d+$/.test(name) && holds(name, file));
  if (holder === undefined) return undefined;
  const pid = speaker(holder);
  return `process ${pid} (${wordsOf(pid)})`;
}
