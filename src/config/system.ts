// Owns lxc.conf(5), the system keys: where containers live, which storage and cgroups are used.

export interface SystemConfigInput {
  readonly isRoot: boolean;
  /** HOME; undefined counts as `/`. */
  readonly home: string | undefined;
  /** Text of /etc/lxc/lxc.conf, or of ~/.config/lxc/lxc.conf for an ordinary user; undefined when there is none. */
  readonly text: string | undefined;
}

export const systemKeys: readonly string[] = [
  "lxc.default_config", "lxc.lxcpath", "lxc.bdev.lvm.vg", "lxc.bdev.lvm.thin_pool", "lxc.bdev.zfs.root",
  "lxc.bdev.rbd.rbdpool", "lxc.bdev.rbd.rbduser", "lxc.cgroup.pattern", "lxc.cgroup.use",
];

/** The value of a system key; undefined for an unknown key and for one that is unset and has no default. */
export function systemConfig(input: SystemConfigInput): (key: string) => string | undefined {
  const home = input.home === undefined || input.home === "" ? "/" : input.home;
  return (key) => {
    if (key === "lxc.lxcpath") return input.isRoot ? "/var/lib/lxc" : `${home}/.local/share/lxc`;
    if (key === "lxc.default_config") return input.isRoot ? "/etc/lxc/default.conf" : `${home}/.config/lxc/default.conf`;
    return undefined;
  };
}
