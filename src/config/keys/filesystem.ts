// Owns the keys of the root file system, of mounts and of /dev.
import { rootfsPath } from "../grammar/path.ts";
import { autoMounts, mountLine } from "../grammar/mount.ts";
import { anyText, bool, count } from "../grammar/scalar.ts";
import { row } from "./row.ts";

const CLASSES = ["proc", "sys", "cgroup", "shmounts"];

/** One word for each class of lxc.mount.auto, the last one given. */
function lastOfClass(items: readonly string[]): readonly string[] {
  const ofClass = (name: string) => (item: string): boolean => item.startsWith(name);
  return CLASSES.flatMap((name) => items.findLast(ofClass(name)) ?? []);
}

export const filesystemKeys = {
  rootfsPath: row({
    key: "lxc.rootfs.path", grammar: rootfsPath, doc: "The container's root file system, a path that may be led by its kind of storage: dir:, overlay:, btrfs:, zfs:, lvm:, loop:, nbd:, rbd:. Unset: the host's.",
    since: "2.1", legacy: ["lxc.rootfs"], security: "Unset, the container works on the host's own files.", state: { kind: "partly", why: "rbd only as a block device that the host has; no kernel has aufs any more.", issue: 7 }, spec: "rootfs.path",
  }),
  rootfsMount: row({ key: "lxc.rootfs.mount", grammar: anyText("an existing directory"), doc: "Directory on which the root file system is mounted while the container starts; seen only by the container.", since: "0.6", spec: "rootfs.mount" }),
  rootfsOptions: row({ key: "lxc.rootfs.options", grammar: anyText("mount options, separated by commas; also idmap=container or idmap=PATH"), doc: "Options with which the root file system is mounted.", since: "1.0", security: "Without nosuid and nodev a privileged container can leave set-user-id programs and device nodes that users of the host can reach.", spec: "rootfs.options" }),
  rootfsManaged: row({ key: "lxc.rootfs.managed", grammar: bool, default: "1", doc: "0: the storage belongs to somebody else; destroying the container leaves it.", since: "4.0", security: "With 1, destroying the container removes the storage.", spec: "rootfs.isManaged" }),
  mountEntry: row({ key: "lxc.mount.entry", grammar: mountLine, isRepeatable: true, doc: "One mount inside the container, a line as in fstab(5). The target is relative to the container's root. Extra options: create=dir, create=file, optional, relative, idmap=container, idmap=PATH of a user namespace, move.", since: "0.7", security: "A bind of the host's files without ro can be changed from inside; /, /proc, /sys, /dev, /var/run or a socket of a daemon give the host away.", spec: "mounts" }),
  mountFstab: row({ key: "lxc.mount.fstab", grammar: anyText("path of a file"), doc: "File with such lines, read at each start.", since: "2.1", legacy: ["lxc.mount"], security: "The file is read at each start: whoever may write to it decides what of the host is seen inside.", spec: "fstab, mounts" }),
  mountAuto: row({
    key: "lxc.mount.auto", grammar: autoMounts, isRepeatable: true, doc: "Mounts LXC knows how to make: proc, sys, cgroup, shmounts. mixed: writable only where that is harmless.",
    since: "1.0", security: "proc:rw and sys:rw let a container without an id map reach into the host's kernel; cgroup:rw and cgroup-full let it change its own limits.", spec: "autoMounts", getter: "blanks", fold: lastOfClass,
  }),
  autodev: row({ key: "lxc.autodev", grammar: bool, default: "1", cleared: "0", doc: "1: /dev is a new tmpfs with the usual devices. 0: /dev is as the root file system has it.", since: "1.0", security: "0 leaves the device nodes of the root file system as they are, whatever they are.", spec: "hasAutodev" }),
  autodevSize: row({ key: "lxc.autodev.tmpfs.size", grammar: count(), default: "0", doc: "Size in bytes of the tmpfs on /dev. Unset or 0: 500000.", since: "3.1", security: "The size is memory of the host.", spec: "autodevSize" }),
};
