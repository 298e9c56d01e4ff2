// Owns the configs of mounts-twin.test.ts: a name, the lines, what the root file system and the host hold beside the usual.
// @HOST is a directory with a/ (a tmpfs on a/below), file, "two words"/, strict/ (a tmpfs nosuid,nodev,noexec with d/),
// plain/, lower/ and shared/ (a shared mount); @HOME is the container's directory.

/** @IDS is what a file system made in a user namespace says of its owner. */
export interface Outcome {
  /** Whose start fails. */
  readonly fails?: "both" | "theirs";
  /** What Berth says when it fails. */
  readonly says?: string;
  /** Lines that only one of the two has; where LXC fails, how some begin that Berth has. */
  readonly theirs?: readonly string[];
  readonly ours?: readonly string[];
}

export interface Row {
  readonly lines: readonly string[];
  /** The file @HOME/fstab. */
  readonly fstab?: readonly string[];
  /** A shell line, run in the root file system before the start. */
  readonly rootfs?: string;
  readonly kinds?: readonly ("privileged" | "root-owned" | "user-owned")[];
  /** Where the two differ, or both fail. */
  readonly privileged?: Outcome;
  readonly "root-owned"?: Outcome;
  /** As root-owned when it is not given. */
  readonly "user-owned"?: Outcome;
}

const both = (outcome: Outcome): Pick<Row, "privileged" | "root-owned"> => ({ privileged: outcome, "root-owned": outcome });
const fail = (says: string): Pick<Row, "privileged" | "root-owned"> => both({ fails: "both", says });
const entry = (...lines: readonly string[]): Row => ({ lines: lines.map((line) => `lxc.mount.entry = ${line}`) });

/** LXC gives a user's container no cgroup in the unified hierarchy of a hybrid host, Berth does. */
const unified = (flag: string): Pick<Row, "user-owned"> => ({ "user-owned": { ours: [`/sys/fs/cgroup/unified dir /DELEGATED/lxc.payload.NAME ${flag},nosuid,nodev,noexec,relatime shared cgroup2 none rw`] } });
const UNIFIED_BELOW = "/sys/fs/cgroup/unified/DELEGATED/lxc.payload.NAME hidden /DELEGATED/lxc.payload.NAME rw,relatime shared cgroup2 cgroup2 rw";

export const CONFIGS: Readonly<Record<string, Row>> = {
  "no mounts": { lines: [] },
  "bind": entry("@HOST/plain srv none bind 0 0"),
  "bind of a directory with mounts below": { ...entry("@HOST/a srv none bind 0 0"), "root-owned": { fails: "both", says: "use rbind in place of bind" } },
  "bind, options that narrow": {
    ...entry("@HOST/plain srv none bind,nosuid,nodev,noexec 0 0"),
    ...both({ theirs: ["/srv dir @HOST/plain rw,relatime shared disk"], ours: ["/srv dir @HOST/plain rw,nosuid,nodev,noexec,relatime shared disk"] }),
  },
  "bind, read-only": entry("@HOST/plain srv none bind,ro 0 0"),
  "rbind": entry("@HOST/a srv none rbind 0 0"),
  "rbind, read-only": entry("@HOST/a srv none rbind,ro 0 0"),
  "bind of a file": entry("@HOST/file etc/name none bind,create=file 0 0"),
  "bind of a socket's like: a device": entry("/dev/null etc/null none bind,create=file 0 0"),
  "bind from a strict mount": entry("@HOST/strict/d srv none bind 0 0"),
  "bind from a strict mount, read-only": entry("@HOST/strict/d srv none bind,ro 0 0"),
  "bind from a strict mount, words that widen": { ...entry("@HOST/strict/d srv none bind,suid,dev,exec 0 0"), "root-owned": { fails: "both", says: "a more privileged one has set" } },
  "create=dir, deep": entry("@HOST/plain srv/x/y/z none bind,create=dir 0 0"),
  "create=file, deep": entry("@HOST/file srv/x/y/z none bind,create=file 0 0"),
  "target missing": { ...entry("@HOST/plain srv/x none bind 0 0"), ...fail("the target 'srv/x' of a mount does not exist") },
  "source missing": { ...entry("@HOST/none srv none bind 0 0"), ...fail("/none' of a mount does not exist") },
  "source missing, optional": entry("@HOST/none srv none bind,optional 0 0", "@HOST/plain mnt none bind 0 0"),
  "target missing, optional": entry("@HOST/plain srv/x none bind,optional 0 0"),
  "source missing, optional, create=dir": entry("@HOST/none srv/x none bind,optional,create=dir 0 0"),
  "escapes": entry("@HOST/two\\040words srv/a\\040b none bind,create=dir 0 0"),
  "absolute target with the root's path": entry("@HOST/plain @HOME/rootfs/srv none bind 0 0"),
  "absolute target elsewhere": entry("@HOST/plain /srv none bind 0 0"),
  "relative source": { ...entry("etc srv none bind,relative 0 0"), rootfs: "echo > etc/seen" },
  "tmpfs": entry("tmpfs srv tmpfs size=1m,mode=700,nosuid,nodev 0 0"),
  "tmpfs, read-only": entry("tmpfs srv tmpfs ro,size=1m 0 0"),
  "tmpfs, words of the superblock": {
    ...entry("tmpfs srv tmpfs sync,dirsync,lazytime 0 0"),
    ...both({ theirs: ["/srv dir / rw,relatime shared tmpfs tmpfs rw@IDS"], ours: ["/srv dir / rw,relatime shared tmpfs tmpfs rw,sync,dirsync,lazytime@IDS"] }),
  },
  "tmpfs, times": entry("tmpfs srv tmpfs noatime,nodiratime 0 0", "tmpfs mnt tmpfs strictatime 0 0"),
  "words without a meaning": entry("tmpfs srv tmpfs defaults,async,nomand,norelatime,nostrictatime,x-systemd.automount 0 0"),
  "mqueue": entry("mqueue dev/mqueue mqueue rw,relatime,create=dir,optional 0 0"),
  "a file system that does not exist": { ...entry("none srv nosuchfs defaults 0 0"), ...fail("this kernel has no file system 'nosuchfs'") },
  "a source that is a path, without bind": { ...entry("@HOST/plain srv none defaults 0 0"), ...fail("the option bind is missing") },
  "a file system that does not exist, optional": entry("none srv nosuchfs optional 0 0"),
  "proc and sysfs by entries": entry("proc proc proc nodev,noexec,nosuid 0 0", "sysfs sys sysfs ro 0 0"),
  "remount": {
    ...entry("tmpfs srv tmpfs defaults 0 0", "tmpfs srv tmpfs remount,ro 0 0"),
    ...both({ theirs: ["/srv dir / ro,relatime shared tmpfs tmpfs ro@IDS", "/srv dir / rw,relatime shared tmpfs tmpfs rw@IDS"], ours: ["/srv dir / ro,relatime shared tmpfs tmpfs rw@IDS"] }),
  },
  "bind, remount, read-only": entry("@HOST/plain srv none bind,remount,ro 0 0"),
  "private": entry("@HOST/plain srv none bind,private 0 0"),
  "slave": entry("@HOST/shared srv none bind,slave 0 0"),
  "shared": entry("@HOST/shared srv none bind,shared 0 0"),
  "rslave": entry("@HOST/a srv none rbind,rslave 0 0"),
  "rprivate": entry("@HOST/a srv none rbind,rprivate 0 0"),
  "unbindable": entry("@HOST/plain srv none bind,unbindable 0 0"),
  "one over the other": entry("tmpfs srv tmpfs create=dir 0 0", "@HOST/plain srv/a none bind,create=dir 0 0", "@HOST/file srv/a/file none bind,optional,create=file 0 0"),
  "fstab": { lines: ["lxc.mount.fstab = @HOME/fstab", "lxc.mount.entry = @HOST/plain mnt none bind 0 0"], fstab: ["# a comment", "tmpfs srv tmpfs size=1m 0 0", "@HOST/file etc/name none bind,create=file 0 0"] },
  "auto proc": { lines: ["lxc.mount.auto = proc"] },
  "auto proc:rw sys:rw": { lines: ["lxc.mount.auto = proc:rw sys:rw"] },
  "auto sys:ro": { lines: ["lxc.mount.auto = proc:mixed sys:ro"] },
  "auto cgroup": { lines: ["lxc.mount.auto = proc sys cgroup"] },
  "auto cgroup:ro:force": { lines: ["lxc.mount.auto = proc sys cgroup:ro:force"], ...unified("ro") },
  "auto cgroup:mixed:force": { lines: ["lxc.mount.auto = proc sys cgroup:mixed:force"], ...unified("rw") },
  "auto cgroup:rw:force": { lines: ["lxc.mount.auto = proc sys cgroup:rw:force"], ...unified("rw") },
  "auto cgroup-full:mixed:force": { lines: ["lxc.mount.auto = proc sys cgroup-full:mixed:force"], ...unified("rw") },
  "auto cgroup, the host's namespace": { lines: ["lxc.mount.auto = proc sys cgroup:mixed", "lxc.namespace.keep = cgroup"], privileged: { fails: "theirs", ours: ["/sys/fs/cgroup dir / rw,nosuid,nodev,noexec,relatime shared tmpfs none rw,size=10240k,mode=755@IDS"] },
    "user-owned": { ours: ["/sys/fs/cgroup/unified dir /unified ro,nosuid,nodev,noexec,relatime shared tmpfs none rw,size=10240k,mode=755@IDS", UNIFIED_BELOW] } },
  "auto cgroup:rw, the host's namespace": { lines: ["lxc.mount.auto = proc sys cgroup:rw", "lxc.namespace.keep = cgroup"], privileged: { fails: "theirs", ours: ["/sys/fs/cgroup dir / rw,nosuid,nodev,noexec,relatime shared tmpfs none rw,size=10240k,mode=755@IDS"] }, "user-owned": { ours: [UNIFIED_BELOW] } },
  "auto cgroup-full, the host's namespace": { lines: ["lxc.mount.auto = proc sys cgroup-full:mixed", "lxc.namespace.keep = cgroup"], ...both({ fails: "theirs", ours: ["/sys/fs/cgroup dir / rw,nosuid,nodev,noexec,relatime shared tmpfs none rw,size=10240k,mode=755@IDS"] }) },
  "auto shmounts": { lines: ["lxc.mount.auto = shmounts:@HOST/shared"] },
  "auto shmounts, elsewhere": { lines: ["lxc.mount.auto = shmounts:@HOST/shared:/shm"] },
  "auto shmounts, a directory that is not shared": { lines: ["lxc.mount.auto = shmounts:@HOST/plain"] },
  "auto shmounts, missing": { lines: ["lxc.mount.auto = shmounts:@HOST/none"], ...fail("/none' of a mount does not exist") },
  "no autodev": { lines: ["lxc.autodev = 0"] },
  "no autodev, no /dev": { lines: ["lxc.autodev = 0"], rootfs: "rmdir dev", ...both({ fails: "theirs", ours: ["/ dir @HOME/rootfs rw,relatime shared disk"] }) },
  "a root without mount points": { lines: ["lxc.mount.auto = proc sys"], rootfs: "rmdir dev proc sys" },
  "a root without mount points, nothing asked for": { lines: [], rootfs: "rmdir dev proc sys" },
  "read-only root": { lines: ["lxc.rootfs.options = ro", "lxc.mount.auto = proc sys"] },
  "root with options": { lines: ["lxc.rootfs.options = nosuid,nodev"] },
  "root with other times": { lines: ["lxc.rootfs.options = noatime"], "root-owned": { fails: "both", says: "a more privileged one has set" } },
  "root that is a slave": { lines: ["lxc.rootfs.options = rslave"] },
  "root whose ids are mapped": { lines: ["lxc.rootfs.options = idmap=container"], rootfs: "chown -hR 0:0 .", kinds: ["root-owned"] },
  "overlay": { lines: ["lxc.rootfs.path = overlay:@HOME/rootfs:@HOME/delta"], kinds: ["privileged"] },
  "overlay entry": {
    ...entry("overlay srv overlay lowerdir=@HOST/lower:@HOST/plain,upperdir=@HOME/up,workdir=@HOME/w,create=dir 0 0"),
    "root-owned": { fails: "theirs", ours: ["/srv dir / rw,relatime shared overlay overlay rw,lowerdir=@HOST/lower:@HOST/plain,upperdir=@HOME/up,workdir=@HOME/w"] },
    "user-owned": { fails: "both", says: "a layer of the overlay does not exist, or the container's root cannot reach it" },
  },
  "idmap=container": { ...entry("@HOST/mapped srv none bind,idmap=container,create=dir 0 0"), privileged: { fails: "both", says: "needs ids to map to" }, "user-owned": { fails: "both", says: "is for containers that root starts" } },
  "idmap=container, optional, missing": { ...entry("@HOST/none srv none bind,idmap=container,optional 0 0"), kinds: ["root-owned"], "root-owned": { fails: "theirs", ours: ["/ dir @HOME/rootfs rw"] } },
  "move": { ...entry("tmpfs mnt tmpfs size=1m 0 0", "mnt srv/x none move,relative,create=dir 0 0"), ...both({ fails: "theirs", ours: ["/srv/x dir / rw,relatime shared tmpfs tmpfs rw,size=1024k@IDS"] }) },
  "a target behind a symbolic link": { ...entry("@HOST/plain link/x none bind,create=dir 0 0"), rootfs: "ln -s srv link", ...both({ fails: "theirs", ours: ["/srv/x dir @HOST/plain rw"] }) },
  "a target behind a symbolic link that leads out": { ...entry("@HOST/plain link/x none bind,create=dir 0 0"), rootfs: "ln -s /nowhere link", ...fail("a symbolic link that leads nowhere") },
  "autodev's size": { lines: ["lxc.autodev.tmpfs.size = 1048576"] },
};
