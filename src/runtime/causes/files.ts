// Owns why a file or directory of the host could not be written: full, read-only, not ours, no cgroup.
import { containerDir } from "../../host/store/layout.ts";
import type { Failure, Finding } from "./failure.ts";

const isCgroup = (path: string): boolean => path.startsWith("/sys/fs/cgroup/");

function cgroupFinding(failure: Failure, path: string): Finding {
  if (failure.errno === "EACCES" || failure.errno === "EPERM" || failure.errno === "EROFS") {
    return { code: "cgroup.undelegated", text: `the cgroup '${path}' may not be written`, cause: "it is not delegated to this user, or mounted read-only", remedy: "start from a delegated session: systemd-run --user --scope -p Delegate=yes -- lxc-start …" };
  }
  if (failure.errno === "ENOENT") return { code: "cgroup.limit", text: `the cgroup file '${path}' does not exist`, cause: "the controller is not enabled here, or the key does not exist in this cgroup version", remedy: "look at cgroup.controllers, and use lxc.cgroup2.* on v2, lxc.cgroup.* on v1" };
  if (failure.errno === "ENOSPC") return { code: "cgroup.limit", text: `the cgroup '${path}' takes nothing more`, cause: "a cpuset without cpus or mems, or too many cgroups (cgroup.max.descendants)" };
  if (failure.errno === "EINVAL" || failure.errno === "ERANGE") return { code: "cgroup.limit", text: `the kernel does not take this value for '${path}'`, remedy: "correct the value" };
  if (failure.errno === "EBUSY") return { code: "cgroup.limit", text: `the cgroup '${path}' is busy`, cause: "processes are in a cgroup whose children have controllers enabled" };
  return { code: "cgroup.limit" };
}

export const consolePathFinding = ({ op }: Failure): Finding | undefined =>
  (op.origin.includes("lxc.console.path") ? { remedy: "lxc.console.path or -c: a terminal (/dev/tty9), a file in a directory that is there, or none" } : undefined);

export function fileFinding(failure: Failure): Finding {
  const path = failure.op.subject || failure.text;
  if (isCgroup(path)) return cgroupFinding(failure, path);
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
