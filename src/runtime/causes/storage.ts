// Owns why a root file system that is no plain directory could not be had: images, block devices, layers, mapped ids.
import { existsSync } from "node:fs";
import { IMAGE_LOCK } from "../../plan/image-lock.ts";
import { imageBusy } from "./image-busy.ts";
import { programLines, type Failure, type Finding } from "./failure.ts";

const isRootfs = ({ op }: Failure): boolean => op.origin.includes("lxc.rootfs.");

export function loopFinding({ op, errno, text }: Failure): Finding {
  if (text === "/dev/loop-control" || text.startsWith("/dev/loop")) {
    return { code: "host.feature", text: `no loop device can be had for '${op.subject}'`, cause: existsSync("/dev/loop-control") ? `${text} may not be used here` : "this machine has no /dev/loop-control", remedy: "load the module: modprobe loop; in a container, let its config allow loop devices" };
  }
  if (errno === "ENXIO" || errno === "EBUSY") return { code: "host.feature", text: "all loop devices are in use", remedy: "look at them: losetup -l" };
  if (errno === "ENOENT") return { code: "rootfs.missing", text: `the image '${op.subject}' does not exist` };
  if (errno === "ETXTBSY" || errno === "EROFS" || errno === "EACCES") return { code: "storage.unsupported", text: `the image '${op.subject}' cannot be written`, remedy: "mount it read-only: lxc.rootfs.options = ro" };
  return { code: "storage.unsupported" };
}

/** Of the image itself. */
export const imageLockFinding = ({ op, errno }: Failure): Finding | undefined => (op.note === IMAGE_LOCK && errno === "EAGAIN" ? imageBusy(op.subject) : undefined);

export const nbdFinding = (failure: Failure): Finding | undefined => (failure.op.note?.startsWith("qemu-nbd ") !== true ? undefined : {
  code: "storage.unsupported", text: "qemu-nbd did not connect the image", output: programLines(failure), remedy: "look whether another uses it (fuser -v FILE), and at the image: qemu-img check; a partition needs the module with max_part: modprobe nbd max_part=8",
});

function overlayFinding({ errno, text }: Failure): Finding {
  if (errno === "EINVAL") return { code: "storage.unsupported", text: "overlayfs refuses the layers", cause: `the upper layer and the directory 'work' beside it must lie on one file system, one that is no overlayfs itself${text.includes(": ") ? `; it says: ${text}` : ""}`, remedy: "look into the kernel's log (dmesg) for its reason, and correct lxc.rootfs.path" };
  if (errno === "ELOOP") return { code: "storage.unsupported", text: "overlayfs refuses the layers", cause: "a layer lies below another one, or overlays are stacked too deep", remedy: "correct lxc.rootfs.path" };
  if (errno === "ENOENT") return { code: "rootfs.missing", text: "a layer of the root file system does not exist, or the container's root cannot reach it", remedy: "look at lxc.rootfs.path, and at the owners of the upper layer" };
  if (errno === "EACCES" || errno === "EPERM" || errno === "EROFS") return { code: "storage.unsupported", text: "overlayfs may not write to the upper layer", cause: "it does not belong to the container's root, or its file system is mounted read-only", remedy: "give the upper layer and the directory 'work' beside it to the container's root (chown)" };
  return { code: "storage.unsupported" };
}

/** fsMount of the root itself. */
export function storageFinding(failure: Failure): Finding | undefined {
  if (failure.op.op !== "fsMount" || !isRootfs(failure)) return undefined;
  const type = failure.op.subject;
  if (type === "overlay") return overlayFinding(failure);
  const words = failure.text === type ? {} : { cause: failure.text };
  if (failure.errno === "EBUSY") return { code: "storage.unsupported", text: `the ${type} of the root file system is in use already`, ...words, remedy: "look where it is mounted: findmnt" };
  if (failure.errno === "EACCES" || failure.errno === "EROFS") return { code: "storage.unsupported", text: `the ${type} of the root file system may not be written`, ...words, remedy: "mount it read-only: lxc.rootfs.options = ro" };
  return { code: "storage.unsupported", text: `the kernel does not take the ${type} of the root file system`, cause: failure.text === type ? "it is damaged, or one of lxc.rootfs.options is none that it knows" : failure.text, remedy: `check it: fsck -n; look into the kernel's log (dmesg); look at lxc.rootfs.options` };
}

/** Making an idmapped mount, and opening the user namespace whose map it takes. */
export function idmapFinding(failure: Failure): Finding | undefined {
  const { op, errno } = failure;
  if (op.op === "open" && op.subject.endsWith("/ns/user")) return { code: "mount.failed", text: `the user namespace '${op.subject}' of idmap= cannot be opened`, remedy: "name the process of a running container: idmap=/proc/PID/ns/user; or idmap=container" };
  if (op.op !== "mountSetattr" || !op.sentence.includes("ids mapped by")) return undefined;
  const text = "the ids of a mount cannot be mapped (idmap=)";
  if (errno === "EINVAL") return { code: "host.feature", text, cause: "its file system, or one that is mounted below it, has no idmapped mounts on this kernel (overlay, nfs, fuse, sysfs and the like), or is one already; or the namespace is the host's own", remedy: "take idmap= out and give the files to the container's ids; bind without the mounts below it: bind in place of rbind" };
  if (errno === "EPERM") return { code: "privilege", text, cause: "only root of the namespace that a file system was mounted in may do so", remedy: "start the container as root, or take idmap= out" };
  return { code: "mount.failed", text };
}
