// Owns what LXC's AppArmor profiles allow and deny, as rules of apparmor.d(5): those that are shipped and those that are generated.
import { allBut } from "../../linux/apparmor.ts";

type Rules = readonly string[];
const WRITE = "wklx", TOUCH = "rwklx";
const ALL = {};

const deny = (paths: readonly string[], what: string): Rules => paths.map((path) => `deny ${path} ${what},`);

/** Ordinary work is free; what follows takes parts of it back. Signals and tracing stay within the container, looks from outside are borne. */
const ordinary = (hasUnix: boolean): Rules => [
  "network,", "capability,", "file,", "umount,", "dbus,",
  "signal (receive),", "signal peer=@{profile_name},",
  "ptrace (readby),", "ptrace (tracedby),", "ptrace peer=@{profile_name},",
  ...(hasUnix ? ["unix (receive),", "unix peer=(label=@{profile_name}),"] : []),
];

/** File systems that know namespaces, or that are harmless where they belong. */
const FILE_SYSTEMS: Rules = [
  ...["tmpfs", "hugetlbfs", "mqueue", "fuse", "fuse.*"].map((type) => `mount fstype=${type},`),
  ...([["binfmt_misc", "/proc/sys/fs/binfmt_misc/"], ["efivarfs", "/sys/firmware/efi/efivars/"], ["fusectl", "/sys/fs/fuse/connections/"], ["securityfs", "/sys/kernel/security/"], ["debugfs", "/sys/kernel/debug/"], ["proc", "/proc/"], ["sysfs", "/sys/"]] as const)
    .map(([type, target]) => `mount fstype=${type} -> ${target},`),
  "deny mount fstype=debugfs -> /var/lib/ureadahead/debugfs/,",
  "mount options=(rw, nosuid, nodev, noexec, remount) -> /sys/,",
  "mount options=(ro, nosuid, nodev, noexec, remount, strictatime) -> /sys/fs/cgroup/,",
];

/** A shutdown makes / read-only: refused without a word in the log. */
const SHUTDOWN: Rules = ["deny mount options=(ro, remount) -> /,", "deny mount options=(ro, remount, silent) -> /,"];

/** The kernel's controls that belong to no namespace. */
const CONTROLS: Rules = [
  ...deny(["@{PROC}/bus/**", "@{PROC}/sys/fs/**"], WRITE), ...deny(["@{PROC}/kcore", "@{PROC}/sysrq-trigger", "@{PROC}/acpi/**", "/sys/firmware/efi/efivars/**", "/sys/kernel/debug/{,**}"], TOUCH),
  ...deny(allBut("/proc/sys", { kernel: { "shm*": ALL, "sem*": ALL, "msg*": ALL, hostname: ALL, domainname: ALL }, net: ALL }), WRITE),
];
const NO_POLICIES: Rules = deny(["/sys/kernel/security/**"], TOUCH);

const SYS = { fs: { cgroup: ALL }, devices: { virtual: { net: ALL } }, class: { net: ALL } } as const;
/** Of sysfs the container's cgroups and network devices may be written; with a policy namespace of its own its AppArmor, too. */
const sysfs = (hasPolicies: boolean): Rules => deny(allBut("/sys", hasPolicies ? { ...SYS, kernel: { security: { apparmor: ALL } } } : SYS), WRITE);

/** All places but /proc, /sys and /dev; of /dev what LXC keeps for mounts. */
const PLACES: Rules = allBut("", { dev: { ".lxc": ALL }, proc: ALL, sys: ALL });
const FLAGS = ["nosuid", "nodev", "noexec"] as const;
const subsets = (words: readonly string[]): readonly (readonly string[])[] => words.reduce<readonly (readonly string[])[]>((sets, word) => [...sets, ...sets.map((set) => [...set, word])], [[]]);
const mountRule = (options: readonly string[], rest: string): string => `mount options=(${options.join(",")})${rest},`;

const propagation = (targets: string): Rules => ["slave", "rslave", "shared", "rshared", "private", "rprivate", "unbindable", "runbindable"].map((kind) => `mount options=(rw,make-${kind}) -> ${targets},`);
const binds: Rules = PLACES.flatMap((place) => [`mount options=(rw,bind) ${place},`, `mount options=(rw,move) ${place},`]);
const readOnlyBinds: Rules = subsets(FLAGS).map((flags) => mountRule(["ro", "remount", "bind", ...flags], ""));
/** The options that a bind mount has from its source have to be named again when it becomes read-only. */
const readOnlyPlaces: Rules = subsets(FLAGS).flatMap((flags) => [[], ["noatime"], ["strictatime"]].flatMap((time) => PLACES.map((place) => mountRule(["ro", "remount", "bind", ...flags, ...time], ` -> ${place}`))));

const CGROUPS: Rules = ["mount fstype=cgroup -> /sys/fs/cgroup/**,", "mount fstype=cgroup2 -> /sys/fs/cgroup/**,"];
const NO_TERMINALS: Rules = ["deny mount fstype=devpts,"];
/** What a container manager inside needs: its own containers' mounts, and their processes. */
const KEPT_MOUNTS: Rules = deny(["/dev/.lxc/proc/**", "/dev/.lxc/sys/**"], "rw");
const NESTING: Rules = ["pivot_root,", "ptrace,", "signal,", ...KEPT_MOUNTS, "mount,"];
/** With an id map of its own the kernel judges each mount by what the container owns. */
const UNPRIVILEGED: Rules = ["pivot_root,", ...propagation("**"), "mount options=(rw,bind),", "mount options=(rw,rbind),", "mount options=(rw,move),", "mount options=(ro,remount),", ...subsets(FLAGS).slice(1).map((flags) => mountRule(["ro", "remount", ...flags], "")), ...readOnlyBinds];

const base = (hasUnix: boolean): Rules => [...ordinary(hasUnix), ...SHUTDOWN, ...FILE_SYSTEMS, ...CONTROLS, ...binds];
const shippedBase: Rules = [...base(true), ...NO_POLICIES, ...sysfs(false), ...readOnlyBinds];
/** What a start needs inside: its targets, its terminals, its own containers' profiles. */
const START: Rules = [
  "pivot_root,", "change_profile -> lxc-*,", "change_profile -> lxc-**,", "change_profile -> :lxc-*:unconfined,", "signal,", "ptrace,",
  ...["/usr/lib*/**", "/var/lib/lxc/{**,}", "/home/**"].map((target) => `mount -> ${target},`), "mount fstype=devpts -> /dev/pts/,", "mount options=bind /dev/pts/** -> /dev/**,",
  "mount fstype=overlay,", "mount options=(ro, nosuid, nodev, noexec, remount, bind) -> /proc/sys/kernel/random/boot_id,",
];

export interface ProfileWishes {
  readonly name: string;
  /** A policy namespace of the container's own, stacked below the profile. */
  readonly namespace?: string;
  readonly hasCgroupNamespace: boolean;
  readonly hasUnix: boolean;
  readonly isNesting: boolean;
  readonly hasIdmap: boolean;
  /** lxc.apparmor.raw. */
  readonly raw: readonly string[];
}

const profile = (name: string, rules: Rules): string => [`profile "${name}" flags=(attach_disconnected,mediate_deleted) {`, ...rules.map((rule) => `  ${rule}`), "}", ""].join("\n");
const HEAD = "#include <tunables/global>\n";

/** The profile of one container, for apparmor_parser(8). */
export function generatedProfile({ name, namespace, hasCgroupNamespace, hasUnix, isNesting, hasIdmap, raw }: ProfileWishes): string {
  const own: Rules = namespace === undefined ? NO_POLICIES : [`change_profile -> ":${namespace}:*",`, `change_profile -> ":${namespace}://*",`];
  const mounts = isNesting ? NESTING : hasIdmap ? UNPRIVILEGED : [...propagation("/"), ...readOnlyPlaces];
  return HEAD + profile(name, [...base(hasUnix), ...sysfs(namespace !== undefined), ...own, ...(hasCgroupNamespace ? CGROUPS : []), ...mounts, ...raw]);
}

const NESTED: Rules = [
  ...START, ...KEPT_MOUNTS, "mount fstype=proc -> /var/cache/lxc/**,", "mount fstype=sysfs -> /var/cache/lxc/**,", "mount options=(rw,bind),", ...["", "**"].map((below) => `mount options=(rw,rbind) -> /run/systemd/unit-root/${below},`),
  "mount options=(rw,rshared) -> /,", "mount options=(rw,nosuid,nodev,noexec) proc -> /run/systemd/unit-root/proc/,", ...propagation("**"),
];

/** LXC's own profiles, for hosts where its package has not brought them. */
export const SHIPPED: Readonly<Record<string, Rules>> = {
  "lxc-container-default": [...shippedBase, ...NO_TERMINALS],
  "lxc-container-default-cgns": [...shippedBase, ...NO_TERMINALS, ...CGROUPS, "mount fstype=overlay,"],
  "lxc-container-default-with-mounting": [...shippedBase, "mount fstype=ext*,", "mount fstype=xfs,", "mount fstype=btrfs,"],
  "lxc-container-default-with-nesting": [...shippedBase, ...NESTED, ...CGROUPS],
};

/** share/berth/apparmor/NAME. */
export const shippedProfile = (name: string): string => `# Generated from src/plan/security/profile-rules.ts; npm run gen\n${HEAD}${profile(name, SHIPPED[name] ?? [])}`;
