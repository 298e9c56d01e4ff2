// Owns lxc.conf(5), the system keys: where containers live, which storage and cgroups are used.
import { parseText } from "./syntax.ts";

export interface SystemConfigInput {
  readonly isRoot: boolean;
  /** HOME; undefined counts as `/`. */
  readonly home: string | undefined;
  /** Text of /etc/lxc/lxc.conf, or of ~/.config/lxc/lxc.conf for an ordinary user; undefined when there is none. */
  readonly text: string | undefined;
}

export interface SystemRow {
  readonly key: string;
  /** For root and for an ordinary user, where `~` stands for HOME; undefined: no default. */
  readonly root?: string;
  readonly user?: string;
  readonly doc: string;
}

export const systemRows: readonly SystemRow[] = [
  { key: "lxc.default_config", root: "/etc/lxc/default.conf", user: "~/.config/lxc/default.conf", doc: "Config that new containers begin with." },
  { key: "lxc.lxcpath", root: "/var/lib/lxc", user: "~/.local/share/lxc", doc: "Directory in which containers live." },
  { key: "lxc.bdev.lvm.vg", root: "lxc", user: "lxc", doc: "LVM volume group for new containers." },
  { key: "lxc.bdev.lvm.thin_pool", root: "lxc", user: "lxc", doc: "LVM thin pool for new containers." },
  { key: "lxc.bdev.zfs.root", root: "lxc", user: "lxc", doc: "ZFS dataset below which new containers are made." },
  { key: "lxc.bdev.rbd.rbdpool", root: "lxc", user: "lxc", doc: "Ceph RBD pool for new containers." },
  { key: "lxc.bdev.rbd.rbduser", doc: "Ceph user for the RBD pool." },
  { key: "lxc.cgroup.pattern", doc: "Cgroup of new containers; %n is the container's name." },
  { key: "lxc.cgroup.use", doc: "Cgroup v1 controllers to use, separated by commas, or @all. Unset: all that can be written." },
];

export const systemKeys: readonly string[] = systemRows.map((row) => row.key);

/** The first line of a key wins, unlike in a container's config, as LXC has it; an empty value leaves the default. Other keys in the file say nothing. */
function settings(text: string): ReadonlyMap<string, string> {
  const lines = parseText("lxc.conf", text).lines.filter((line) => line.kind === "entry" && line.value !== "");
  return new Map(lines.toReversed().map((line) => [line.key, line.value]));
}

/** LXC's rule: a path has no slash at its end. */
const withoutSlash = (path: string): string => (path.length > 1 ? path.replace(/\/+$/, "") || "/" : path);

/** The value of a system key; undefined for an unknown key and for one that is unset and has no default. */
export function systemConfig(input: SystemConfigInput): (key: string) => string | undefined {
  const home = input.home === undefined || input.home === "" ? "" : withoutSlash(input.home);
  const given = input.text === undefined ? undefined : settings(input.text);
  return (key) => {
    const row = systemRows.find((candidate) => candidate.key === key);
    if (row === undefined) return undefined;
    const value = given?.get(key);
    if (value !== undefined) return key === "lxc.lxcpath" ? withoutSlash(value) : value;
    return (input.isRoot ? row.root : row.user)?.replace(/^~/, home === "/" ? "" : home);
  };
}
