// Owns lxc.conf(5): system keys such as lxc.lxcpath, from /etc/lxc/lxc.conf or ~/.config/lxc/lxc.conf.
// Not through config/index.ts: every command asks for lxc.lxcpath, few need the whole language, which takes milliseconds to load.
import { systemConfig as parseSystemConfig, usable } from "../config/system.ts";
import { readText } from "../host/read-text.ts";
import { existsSync } from "node:fs";
import type { Problem } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { SystemConfigVerb } from "./verbs.ts";

/** In the order `lxc-config -l` lists them, which leaves the rbd keys out. */
export const systemConfigKeys: readonly string[] = [
  "lxc.default_config", "lxc.lxcpath", "lxc.bdev.lvm.vg", "lxc.bdev.lvm.thin_pool", "lxc.bdev.zfs.root", "lxc.cgroup.use", "lxc.cgroup.pattern",
];

function systemFile({ euid, env, cwd }: Request): string {
  const own = `${env["HOME"] ?? "/"}/.config/lxc/lxc.conf`;
  // HOME may be relative to where the caller is
  return euid === 0 ? "/etc/lxc/lxc.conf" : own.startsWith("/") ? own : `${cwd}/${own}`;
}

/** Most hosts have none, and an open that fails takes ten times as long as a look. */
const textOf = (file: string): string | undefined => (existsSync(file) ? readText(file) : undefined);

/** A value of lxc.conf(5), or its default. Problems: `config.key`. */
export const systemConfig: SystemConfigVerb = (request, key) =>
  parseSystemConfig({ isRoot: request.euid === 0, home: request.env["HOME"], text: textOf(systemFile(request)) })(key);

/** The value of a key that a start uses, where it is one. */
export const usableConfig: SystemConfigVerb = (request, key) => usable(key, systemConfig(request, key));

/** What is wrong in lxc.conf, as warnings. */
export async function systemConfigProblems(request: Request): Promise<readonly Problem[]> {
  const file = systemFile(request);
  const text = textOf(file);
  if (text === undefined || text === "") return [];
  return (await import("../config/system-problems.ts")).systemProblems(file, text);
}
