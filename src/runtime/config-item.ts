// Owns the verb configItem: one key of a container's config, as LXC prints it.
import { getItem } from "../config/index.ts";
import { ok } from "../model/problem.ts";
import { loadConfig } from "./container-config.ts";
import type { ConfigItemVerb } from "./verbs.ts";

/** A key as LXC's get_config_item prints it. Problems: `config.missing`, `config.unreadable`. */
export const configItem: ConfigItemVerb = async (request, target, key, options) => {
  const loaded = loadConfig(request, target, options?.rcfile === undefined ? {} : { rcfile: options.rcfile });
  return loaded.ok ? ok(getItem(loaded.value.spec, loaded.value.syntax, key)) : loaded;
};
