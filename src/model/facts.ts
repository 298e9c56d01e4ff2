// Owns HostFacts: what a planner may know of the machine. Probed once per command, passed in as a value.
import type { SubIdRange } from "../linux/idmap.ts";
import type { ImageContent } from "../linux/superblock.ts";

/** One cgroup hierarchy. v2 has no controllers in /proc/self/cgroup; `controllers` are those of cgroup.controllers. */
export interface CgroupHierarchy {
  readonly version: 1 | 2;
  /** v1: `["cpu","cpuacct"]`, `["name=systemd"]`; v2: the available controllers. */
  readonly controllers: readonly string[];
  /** Where it is mounted on the host: `/sys/fs/cgroup/memory`. */
  readonly mountpoint: string;
  /** Below which containers are put, relative to the mount point: `/`, `/user.slice/…`. */
  readonly base: string;
  /** The caller may create directories in `base`. */
  readonly isWritable: boolean;
  /** `base` is not the caller's own cgroup but another that is delegated to him. */
  readonly isElsewhere?: true;
  /** cpuset (v1): the values a new child must be given first. */
  readonly cpusetCpus?: string;
  readonly cpusetMems?: string;
}

/** What became of looking for a cgroup for an ordinary user who is not in one of his own. */
export interface CgroupSearch {
  /** Who owns the cgroup that the caller is in. */
  readonly owner: string;
  /** What was tried and why it did not do, in words. */
  readonly tried: readonly string[];
  /** The one command that mends it. */
  readonly mend: string;
}

export type CgroupLayout = "v1" | "hybrid" | "v2" | "none";

export interface Caller {
  readonly pid: number;
  readonly uid: number;
  readonly euid: number;
  readonly gid: number;
  readonly egid: number;
  readonly user?: string;
  readonly home?: string;
  readonly cwd: string;
  /** Which of stdin, stdout, stderr are terminals. */
  readonly isTty: readonly [boolean, boolean, boolean];
  /** Descriptors > 2 that the caller left open. */
  readonly inheritedFds: readonly number[];
  readonly env: Readonly<Record<string, string>>;
}

export interface HostFacts {
  readonly caller: Caller;
  /** `uname -r`, `uname -m`. */
  readonly kernel: { readonly release: string; readonly machine: string };
  /** `missing`: controllers that lxc.cgroup.use of lxc.conf names and no hierarchy here has. `taken`: of the cgroups a planner asked about, those that exist already in a hierarchy we may write; relative to its base. */
  readonly cgroups: { readonly layout: CgroupLayout; readonly hierarchies: readonly CgroupHierarchy[]; readonly self: string; readonly taken?: readonly string[]; readonly missing?: readonly string[]; readonly search?: CgroupSearch };
  readonly subuid: readonly SubIdRange[];
  readonly subgid: readonly SubIdRange[];
  /** Absolute paths of setuid or capability-carrying helpers, absent when missing or not usable. */
  readonly newuidmap?: string;
  readonly newgidmap?: string;
  /** Names of /sys/kernel/security/lsm. */
  readonly lsms: readonly string[];
  /** What the kernel can do that not every kernel does. */
  readonly hasCgroupNamespace: boolean;
  readonly hasTimeNamespace: boolean;
  /** user.max_user_namespaces > 0, unprivileged_userns_clone, apparmor_restrict_unprivileged_userns. */
  readonly userns: { readonly isAllowed: boolean; readonly reason?: string };
  /** All this is inside a container with ids of its own: root here is not the host's. */
  readonly isInUserns?: true;
  /** Host paths a planner asked about: `stat` of the path (follows symlinks), undefined when missing. */
  readonly paths: Readonly<Record<string, PathFact>>;
  /** What the container's root is on, where that is no directory. */
  readonly storage?: StorageFacts;
  /** Network interfaces of the host: those a planner asked about. */
  readonly links: Readonly<Record<string, LinkFact>>;
  /** ovs-vsctl(8), looked for where a link is no bridge of the kernel's. */
  readonly ovsVsctl?: string;
  /** lxc-user-nic, set-user-ID root: makes the veth of an ordinary user. */
  readonly userNic?: string;
  /** pasta(1), looked for where an interface of type user is wanted; bridges that /etc/lxc/lxc-usernet grants the caller. */
  readonly pasta?: string;
  /** Why it would not work here, and what helps. */
  readonly pastaObstacle?: { readonly cause: string; readonly remedy: string };
  readonly grantedBridges?: readonly string[];
  /** What this host goes out by: what pasta lets a container have. Looked for where such a one has a list of what may leave it. */
  readonly uplink?: Uplink;
  /** nft(8), looked for where an interface has a list of what may leave it; addresses of the names in such lists. */
  readonly nft?: string;
  readonly resolved?: Readonly<Record<string, readonly string[]>>;
  /** Where Berth is installed: `<prefix>/libexec/berth`, `<prefix>/share`. */
  readonly install: { readonly engine: string; readonly share: string };
  /** Seconds since 1970 and random bytes (hex): time and chance enter as arguments. */
  readonly now: number;
  readonly random: string;
}

export interface StorageFacts {
  /** What the image or block device begins with; undefined: it could not be read. */
  readonly content?: ImageContent;
  /** The file systems this kernel has, /proc/filesystems. */
  readonly fileSystems: readonly string[];
  /** Of an image of qemu; absent: there are no programs for it here. */
  readonly nbd?: NbdFacts;
}

export interface NbdFacts {
  /** qemu-nbd(8). */
  readonly program: string;
  readonly format: "qcow2" | "vmdk" | "raw";
  /** /dev/nbdN that nobody uses; absent: all are in use. */
  readonly device?: string;
  /** Why the image could not be read. */
  readonly said?: string;
}

/** What is optional is looked at for links that more than a plain veth hangs on. */
/** Addresses of the links that the default routes go over, and the gateways; none: the route goes onto the link. */
export interface Uplink {
  readonly ipv4?: { readonly address: string; readonly prefix: number; readonly gateway?: string };
  readonly ipv6?: { readonly address: string; readonly prefix: number; readonly gateway?: string };
}

export interface LinkFact {
  readonly isBridge: boolean;
  readonly mtu: number;
  readonly index: number;
  readonly mac?: string;
  readonly isWireless?: boolean;
  /** The bridge or bond that it is a port of. */
  readonly master?: string;
  /** Of a bridge: whether links are its ports; 0 or 1 of vlan_filtering, undefined where the kernel cannot; the VLAN of a new port. */
  readonly hasPorts?: boolean;
  readonly vlanFiltering?: boolean;
  readonly defaultPvid?: number;
  /** Its own addresses, the first of each family first. */
  readonly ipv4?: readonly string[];
  readonly ipv6?: readonly string[];
  /** Those of net.ipv4.conf, net.ipv6.conf. */
  readonly forwarding4?: boolean;
  readonly forwarding6?: boolean;
  readonly proxyNdp?: boolean;
}

export interface PathFact { readonly kind: "file" | "directory" | "symlink" | "block" | "other"; readonly uid: number; readonly gid: number; readonly mode: number }
