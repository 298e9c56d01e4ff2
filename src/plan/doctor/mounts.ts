// Owns the trials of mounts that a container's root makes or that are made for it.
import type { Op } from "../../isa/op.ts";
import { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER } from "../../linux/clone.ts";
import { AT_EMPTY_PATH, AT_RECURSIVE, O_RDONLY, OPEN_TREE_CLONE } from "../../linux/fs.ts";
import { from, SLOT, type Patient, type Trial } from "./trial.ts";

/** A path that is there on every host and that a mount of the trial's own may cover. */
const COVERED = "/tmp";
const fsMount = (type: string, options: readonly string[] = []): Op => ({ op: "fsMount", type, ...(options.length === 0 ? {} : { options }), into: SLOT.first, from });

interface Plain { readonly type: string; readonly flags: number; readonly isNeeded: boolean; readonly costs: string; readonly remedy?: string; readonly options?: readonly string[] }
const HIDDEN = "unmount what lies over parts of this session's own /proc or /sys: the kernel gives no second view that shows more";
const PLAIN: readonly Plain[] = [
  { type: "proc", flags: CLONE_NEWPID, isNeeded: true, costs: "a container has no /proc of its own", remedy: HIDDEN },
  { type: "sysfs", flags: CLONE_NEWNET, isNeeded: false, costs: "lxc.mount.auto = sys does not work", remedy: HIDDEN },
  { type: "tmpfs", flags: 0, isNeeded: true, costs: "a container has no /dev and no /run" },
  { type: "devpts", flags: 0, isNeeded: true, costs: "a container has no terminals", options: ["newinstance", "ptmxmode=0666"] },
  { type: "mqueue", flags: CLONE_NEWIPC, isNeeded: false, costs: "no POSIX message queues in /dev/mqueue" },
  { type: "binfmt_misc", flags: 0, isNeeded: false, costs: "a container has no own list of interpreters (qemu-user); the host's is used. Needs Linux 6.7" },
  { type: "fuse", flags: 0, isNeeded: false, costs: "file systems in user space cannot be mounted inside", options: ["fd=0", "rootmode=40000", "user_id=0", "group_id=0"] },
];

const plainTrial = ({ type, flags, isNeeded, costs, remedy, options }: Plain): Trial => ({
  id: `mount.${type}`, group: "mounts", title: `${type} in a user namespace`, isNeeded, costs, ...(remedy === undefined ? {} : { remedy }), where: { kind: "user", flags: CLONE_NEWNS | flags }, ops: [fsMount(type, options)],
});

/** /dev/fuse must be open for its mount. */
function fuseTrial(plain: Plain): Trial {
  const device: readonly Op[] = [{ op: "open", path: "/dev/fuse", flags: 2, into: SLOT.second, from }];
  return { ...plainTrial(plain), ops: [...device, { op: "fsMount", type: "fuse", options: [["fd=", { slot: SLOT.second }], ...(plain.options ?? []).slice(1)], into: SLOT.first, from }], remedy: "as root: modprobe fuse; chmod 666 /dev/fuse" };
}

const overlay: Trial = {
  id: "mount.overlay", group: "mounts", title: "overlay in a user namespace", isNeeded: false, costs: "users have no layers: lxc-copy -B overlay, ephemeral containers; needs Linux 5.11", where: { kind: "user", flags: CLONE_NEWNS },
  ops: [
    fsMount("tmpfs"), { op: "moveMount", tree: SLOT.first, path: COVERED, from },
    ...["lower", "upper", "work"].map((name): Op => ({ op: "mkdir", path: `${COVERED}/${name}`, mode: 0o755, from })),
    { op: "fsMount", type: "overlay", options: [`lowerdir=${COVERED}/lower`, `upperdir=${COVERED}/upper`, `workdir=${COVERED}/work`], into: SLOT.second, from },
  ],
};
const tree: Trial = {
  id: "mount.api", group: "mounts", title: "the mount API of Linux 5.2 (open_tree, move_mount)", isNeeded: true, costs: "Berth cannot mount anything for a container", where: { kind: "user", flags: CLONE_NEWNS },
  // with all below it: what covers a place of the host's may not be taken away
  ops: [{ op: "openTree", path: "/", flags: OPEN_TREE_CLONE | AT_RECURSIVE, into: SLOT.first, from }, { op: "moveMount", tree: SLOT.first, path: COVERED, from }],
};
const cgroup = (version: 1 | 2, controller: string): Trial => ({
  id: `mount.cgroup${version === 2 ? "2" : ""}`, group: "mounts", title: `cgroup${version === 2 ? "2" : ""} in a user namespace`, isNeeded: false, costs: "systemd in a container cannot mount its cgroups: lxc.mount.auto = cgroup does it", where: { kind: "user", flags: CLONE_NEWNS | CLONE_NEWCGROUP },
  ops: [fsMount(version === 2 ? "cgroup2" : "cgroup", version === 2 ? [] : [controller])],
});
/** Of the host's own files: the kernel asks for the owner of their file system. */
const idmapped = ({ isRoot }: Patient): Trial => ({
  id: "mount.idmapped", group: "mounts", title: "idmapped mount of the host's files", isNeeded: false, costs: "idmap= of lxc.mount.entry: shared directories show the ids of the host",
  remedy: isRoot ? "a file system that can (ext4, xfs, btrfs, tmpfs), Linux 5.12 or newer" : "only root's containers have it; give the files to the container's ids: lxc-usernsexec -- chown", where: { kind: "host" },
  ops: [
    { op: "clone", flags: CLONE_NEWUSER, name: "ids", pid: SLOT.first, body: [{ op: "await", number: 1, from }], from },
    { op: "writeFile", path: ["/proc/", { slot: SLOT.first }, "/uid_map"], data: isRoot ? "0 100000 65536\n" : "", from, onError: "ignore" },
    { op: "writeFile", path: ["/proc/", { slot: SLOT.first }, "/gid_map"], data: isRoot ? "0 100000 65536\n" : "", from, onError: "ignore" },
    { op: "open", path: ["/proc/", { slot: SLOT.first }, "/ns/user"], flags: O_RDONLY, into: SLOT.second, from },
    { op: "openTree", path: "/", flags: OPEN_TREE_CLONE, into: SLOT.third, from },
    { op: "mountSetattr", at: SLOT.third, path: "", flags: AT_EMPTY_PATH, userns: SLOT.second, from },
    { op: "post", number: 1, to: SLOT.first, from },
  ],
});

/** `v1`: the controllers of one v1 hierarchy, if there is any. */
export function mountTrials(patient: Patient, { v1, hasV2 }: { readonly v1: readonly string[]; readonly hasV2: boolean }): readonly Trial[] {
  return [
    tree, ...PLAIN.map((plain) => (plain.type === "fuse" ? fuseTrial(plain) : plainTrial(plain))), overlay, idmapped(patient),
    ...(v1.length === 0 ? [] : [cgroup(1, v1.join(","))]), ...(hasV2 ? [cgroup(2, "")] : []),
  ];
}
