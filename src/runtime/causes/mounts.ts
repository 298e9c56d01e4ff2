// Owns why something could not be mounted.
import type { Failure, Finding } from "./failure.ts";

const isEntry = ({ op }: Failure): boolean => /lxc\.mount\.(entry|fstab)/.test(op.origin);
const isRootfs = ({ op }: Failure): boolean => op.origin.includes("lxc.rootfs.");

export function mountSourceFinding(failure: Failure): Finding {
  const path = failure.op.subject || failure.text;
  if (isRootfs(failure)) {
    if (failure.errno === "ENOENT") return { code: "rootfs.missing", text: `the root file system '${path}' does not exist`, remedy: "create the container, or correct lxc.rootfs.path" };
    if (failure.errno === "EACCES") return { code: "rootfs.unsafe", cause: `a directory above '${path}' may not be passed through by the container's root`, remedy: "give the directories above it o+x (chmod o+x), down from the home directory" };
    if (failure.errno === "EPERM" || failure.errno === "EINVAL") return { code: "mount.failed", cause: "file systems are mounted below it that may not be copied apart (a mount inherited from a more privileged namespace)", remedy: "put the root file system on a mount of its own" };
  }
  if (failure.errno === "ENOENT") return { code: "mount.failed", text: `the source '${path}' of a mount does not exist`, remedy: isEntry(failure) ? "make it on the host, or add the option `optional`" : "make it on the host" };
  if (failure.errno === "EINVAL" || failure.errno === "EPERM") return { code: "mount.failed", text: `'${path}' cannot be bound into the container`, cause: "file systems are mounted below it: in a user namespace it may not be taken without them, and it may not be unbindable", remedy: "use rbind in place of bind, or bind what lies below it" };
  if (failure.errno === "EACCES") return { code: "mount.failed", text: `the source '${path}' of a mount cannot be reached`, cause: "its directory may not be passed through by this user" };
  return { code: "mount.failed" };
}

export function mountTargetFinding(failure: Failure): Finding {
  const path = failure.op.subject || failure.text;
  if (failure.errno === "ENOENT") return { code: "mount.target", text: `the target '${path}' of a mount does not exist in the container`, remedy: isEntry(failure) ? "add the option create=dir (or create=file), or make it in the root file system" : "make it in the root file system" };
  if (failure.errno === "ENOTDIR" || failure.errno === "EISDIR" || (failure.errno === "EINVAL" && failure.op.note !== "move")) return { code: "mount.target", text: `the target '${path}' of a mount is of another type than its source`, cause: "a directory can be mounted on a directory only, a file on a file", remedy: "use create=file for a file and create=dir for a directory" };
  if (failure.errno === "ELOOP" || failure.errno === "EXDEV") return { code: "mount.target", text: `the target '${path}' of a mount leads out of the container`, cause: "a symbolic link on the way leaves the root file system", remedy: "name the real directory as target" };
  if (failure.errno === "EBUSY") return { code: "mount.failed", cause: "something is mounted there already" };
  if (failure.errno === "EINVAL") return { code: "mount.failed", cause: "what was to be moved is no mount point, was mounted by the host (a container with ids of its own may not move it away), or lies on a shared mount", remedy: "bind it: rbind in place of move" };
  return { code: "mount.failed" };
}

/** fsopen, fsconfig, fsmount. */
export function newMountFinding(failure: Failure): Finding {
  const type = failure.op.subject;
  if (failure.errno === "ENODEV" && type === "none") return { code: "mount.failed", text: "the type 'none' makes no file system", cause: "the option bind is missing", remedy: "add bind, or rbind, to the options" };
  if (failure.errno === "ENOENT" && type === "overlay") return { code: "mount.failed", text: "a layer of the overlay does not exist, or the container's root cannot reach it", remedy: "look at lowerdir=, upperdir= and workdir=; the latter two must belong to the container's root" };
  if (failure.errno === "ENODEV") return { code: "host.feature", text: `this kernel has no file system '${type}'`, remedy: `load its module (modprobe ${type}), or take the mount out of the config` };
  if (failure.errno === "EPERM" && type === "proc") {
    return { code: "mount.failed", text: "the kernel refuses a new /proc", cause: "in a user namespace it does when parts of the host's /proc are covered by other mounts (lxcfs, containers in containers), or without a pid namespace of its own", remedy: "take lxc.mount.auto = proc out and bind the host's, or uncover /proc" };
  }
  if (failure.errno === "EPERM" && type === "sysfs") return { code: "mount.failed", text: "the kernel refuses a new /sys", cause: "in a user namespace sysfs needs a network namespace of its own", remedy: "use an lxc.net of type empty or veth, or bind the host's /sys: lxc.mount.entry = /sys sys none rbind,ro 0 0" };
  if (failure.errno === "EPERM" || failure.errno === "EACCES") return { code: "mount.failed", cause: `a user namespace may not mount file systems of type '${type}'`, remedy: "mount it on the host and bind it into the container" };
  if (failure.errno === "EINVAL") return { code: "mount.failed", cause: `'${type}' does not know one of the options, or its source is none${failure.text === "" ? "" : `: ${failure.text}`}` };
  return { code: "mount.failed" };
}

export function attributeFinding(failure: Failure): Finding {
  if (failure.errno === "EPERM") return { code: "mount.failed", cause: "a user namespace may not clear options (ro, nosuid, nodev, noexec, atime) that a more privileged one has set", remedy: "add the same options to the entry" };
  if (failure.errno === "EINVAL" && failure.op.note === "remount") return { code: "mount.failed", text: `nothing is mounted on '${failure.op.subject}'`, cause: "remount changes what is mounted there already", remedy: "take remount out" };
  if (failure.errno === "EINVAL") return { code: "mount.failed", cause: "this file system does not allow it (an idmapped mount, for instance)" };
  return { code: "mount.failed" };
}

export function umountFinding({ errno, op, text }: Failure): Finding {
  const path = op.subject || text;
  if (errno === "EINVAL") return { code: "mount.failed", text: `nothing is mounted on '${path}' that could be unmounted`, cause: "it is no mount point, or was mounted when the container started and is locked there (mount_namespaces(7))" };
  if (errno === "EBUSY") return { code: "mount.failed", text: `'${path}' is in use`, cause: "a process has an open file or its working directory there, or something is mounted below it", remedy: "end that, or use --lazy" };
  if (errno === "ENOENT") return { code: "mount.target", text: `there is no '${path}' in the container` };
  return { code: "mount.failed" };
}

export const pivotFinding = (failure: Failure): Finding => (failure.errno === "EINVAL"
  ? { code: "mount.failed", cause: "the host's root is on rootfs or ramfs (an initramfs), or shared into this namespace" }
  : { code: "mount.failed" });
