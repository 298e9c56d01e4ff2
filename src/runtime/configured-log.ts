// Owns what a container's config says of the log of the commands about it: lxc.log.file, lxc.log.level, lxc.log.syslog.
import { configFile } from "../host/store/layout.ts";
import { mayMention } from "../host/store/mentions.ts";
import type { ContainerSpec } from "../model/spec.ts";
import type { Request } from "../model/request.ts";
import { absolutePath } from "./lxcpath.ts";
import type { Target } from "./verbs.ts";

/** Both names of each. */
const WORDS = ["lxc.log", "lxc.syslog"];

/** Nothing for a config that cannot be read: the command itself says so. */
export async function configuredLog(request: Request, target: Target, rcfile: string | undefined): Promise<ContainerSpec["log"]> {
  const file = rcfile === undefined ? configFile(target) : absolutePath(request, rcfile);
  if (!mayMention(file, WORDS)) return {};
  const { loadConfig } = await import("./container-config.ts");
  const loaded = loadConfig(request, target, rcfile === undefined ? {} : { rcfile });
  return loaded.ok ? loaded.value.spec.log : {};
}
