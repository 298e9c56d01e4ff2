// Owns the verb configShow: what is in force for a config, or for one key of it, which may be a default.
import { presentKey } from "../config/index.ts";
import { ok } from "../model/problem.ts";
import { configList } from "./config-list.ts";
import type { ConfigShowVerb } from "./verbs.ts";

/** Where each value comes from: file and line. Problems: `config.missing`, `config.unreadable`. */
export const configShow: ConfigShowVerb = async (request, subject, { key, define = [], withDefaults = false } = {}) => {
  if (key === undefined) return configList(request, subject, { define, withDefaults });
  const found = presentKey(key);
  // lxc.net.0, lxc.hook and their like have no value of their own, only keys below them
  if (!found.ok || found.value.row.clears !== undefined) return configList(request, subject, { define, withDefaults, prefix: key });
  const listing = await configList(request, subject, { define, withDefaults: true, prefix: key });
  return listing.ok ? ok({ ...listing.value, keys: listing.value.keys.filter((one) => one.key === found.value.key) }) : listing;
};
