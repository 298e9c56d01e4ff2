// Owns lxc.conf(5): system keys such as lxc.lxcpath, from /etc/lxc/lxc.conf or ~/.config/lxc/lxc.conf.
// Not through config/index.ts: every command asks for lxc.lxcpath, few need the whole language, which takes milliseconds to load.
import { systemConfig as parseSystemConfig } from "../config/system.ts";
import { readText } from "../host/read-text.ts";
import type { SystemConfigVerb } from "./verbs.ts";

/** In the order `lxc-config -l` lists them, which leaves the rbd keys out. */
export const systemConfigKeys: readonly string[] = [
  "lxc.default_config", "lxc.lxcpath", "lxc.bdev.lvm.vg", "lxc.bdev.lvm.thin_pool", "lxc.bdev.zfs.root", "lxc.cgroup.use", "lxc.cgroup.pattern",
];

export const systemConfig: SystemConfigVerb = (request, key) => {
  const isRoot = request.euid === 0;
  const home = request.env["HOME"];
  const own = `${home ?? "/"}/.config/lxc/lxc.conf`;
  // HOME may be relative to where the caller is
  const file = isRoot ? "/etc/lxc/lxc.conf" : own.startsWith("/") ? own : `${request.cwd}/${own}`;
  return parseSystemConfig({ isRoot, home, text: readText(file) })(key);
};
