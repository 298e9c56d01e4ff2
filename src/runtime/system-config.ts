// Owns lxc.conf(5): system keys such as lxc.lxcpath, from /etc/lxc/lxc.conf or ~/.config/lxc/lxc.conf.
import type { SystemConfigVerb } from "./verbs.ts";

/** In the order `lxc-config -l` lists them. */
export const systemConfigKeys: readonly string[] = ["lxc.default_config", "lxc.lxcpath", "lxc.bdev.lvm.vg", "lxc.bdev.lvm.thin_pool", "lxc.bdev.zfs.root", "lxc.cgroup.use", "lxc.cgroup.pattern"];
export const systemConfig: SystemConfigVerb = () => { throw new Error("systemConfig is not built yet"); };
