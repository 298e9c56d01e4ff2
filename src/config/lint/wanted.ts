// Owns which paths of the machine the rules ask about, for one config.
import { mountOptions } from "../../linux/mount-flags.ts";
import type { Mount } from "../../model/mount.ts";
import { hookLines } from "./rules/process.ts";
import type { View } from "./view.ts";

export interface WantedPaths {
  /** On the host: whether they are there, and who may change them. */
  readonly files: readonly string[];
  /** Beneath the root file system; empty where there is none that can be looked into. */
  readonly inside: readonly string[];
}

/** So many are looked at; a config with more is a generated one. */
const MOST = 2000;

export const isHostBind = (mount: Mount): boolean => mountOptions(mount.options).bind !== "no" && !mount.isRelative && mount.source.startsWith("/") && !mount.options.includes("remount");
export const INIT = "sbin/init";
export const INITTAB = "etc/inittab";
/** Directory includes, which may be missing. */
const directoryIncludes = (view: View): readonly string[] => view.lines.flatMap(({ line }) => (line.key === "lxc.include" && line.value.startsWith("/") && line.value.endsWith("/") ? [line.value] : []));

export function wantedPaths(view: View): WantedPaths {
  const { spec, main } = view;
  const hooks = hookLines(view).filter(({ program }) => program.startsWith("/"));
  const files = [main, ...spec.mounts.filter(isHostBind).map(({ source }) => source), ...hooks.filter(({ name }) => name !== "start").map(({ program }) => program), ...directoryIncludes(view), ...(spec.rootfs?.type === "dir" ? [spec.rootfs.path] : [])];
  const [command] = spec.init.cmd.value;
  const inside = [...spec.mounts.map(({ target }) => target), ...(command?.startsWith("/") === true ? [command] : []), ...hooks.filter(({ name }) => name === "start").map(({ program }) => program), INIT, INITTAB];
  return { files: [...new Set(files)].filter((path) => path.startsWith("/")).slice(0, MOST), inside: spec.rootfs?.type === "dir" && spec.rootfs.path.startsWith("/") ? [...new Set(inside)].slice(0, MOST) : [] };
}
