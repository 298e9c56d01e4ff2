// Owns the resource limits of a process, from /proc/PID/limits.
import { readText } from "../read-text.ts";

const NAMES: Readonly<Record<string, string>> = {
  "Max cpu time": "cpu", "Max file size": "fsize", "Max data size": "data", "Max stack size": "stack", "Max core file size": "core", "Max resident set": "rss",
  "Max processes": "nproc", "Max open files": "nofile", "Max locked memory": "memlock", "Max address space": "as", "Max file locks": "locks", "Max pending signals": "sigpending",
  "Max msgqueue size": "msgqueue", "Max nice priority": "nice", "Max realtime priority": "rtprio", "Max realtime timeout": "rttime",
};

/** Hard limits by their lxc.prlimit names; -1: unlimited. */
export function hardLimits(pid: number): Readonly<Record<string, bigint>> {
  const found: Record<string, bigint> = {};
  for (const line of (readText(`/proc/${pid}/limits`) ?? "").split("\n")) {
    const [, words = "", hard = ""] = /^(Max [a-z ]+?)\s{2,}\S+\s+(\S+)/.exec(line) ?? [];
    const name = NAMES[words];
    if (name !== undefined) found[name] = hard === "unlimited" ? -1n : BigInt(hard);
  }
  return found;
}
