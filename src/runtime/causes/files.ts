// Owns why a file or directory of the host could not be written: full, read-only, not ours.
import { containerDir } from "../../host/store/layout.ts";
import type { Failure, Finding } from "./failure.ts";

export const consolePathFinding = ({ op }: Failure): Finding | undefined =>
  (op.origin.includes("lxc.console.path") ? { remedy: "lxc.console.path or -c: a terminal (/dev/tty9), a file in a directory that is there, or none" } : undefined);

export const consoleLogFinding = ({ op, errno }: Failure): Finding | undefined => (op.note !== "the console's log" ? undefined : {
  ...(errno === "ENXIO" ? { cause: "it is a FIFO that nobody reads, or a socket" } : {}), remedy: "correct -L/--console-log or lxc.console.logfile, or make the directory it lies in",
});

export function fileFinding(failure: Failure): Finding {
  const path = failure.op.subject || failure.text;
  const isOwn = path.startsWith(`${containerDir(failure.notes)}/`) || path === containerDir(failure.notes);
  switch (failure.errno) {
    case "ENOSPC": case "EDQUOT": return { code: "storage.full", cause: failure.errno === "EDQUOT" ? "the disk quota is used up" : "the file system has no room left (or no inodes)", remedy: "free some space: df -h, df -i" };
    case "EROFS": return { cause: "the file system is mounted read-only", ...(isOwn ? { code: "lxcpath.unwritable" } : {}) };
    case "EACCES": case "EPERM": return isOwn ? { code: "lxcpath.unwritable", cause: "the container's directory does not belong to this user", remedy: "run this as the user who created the container" } : { cause: "this user may not write there" };
    case "EEXIST": return failure.op.op === "mkdir" || failure.op.op === "mknod" ? { cause: "something of another kind is there, or a symbolic link that leads nowhere: links are followed inside the container's root only", remedy: "remove it, or name another target" } : {};
    case "ENOENT": return path.startsWith("/proc/sys/") ? { code: "host.feature", cause: "this kernel has no such sysctl, or it does not belong to a namespace of the container" } : {};
    default: return {};
  }
}
