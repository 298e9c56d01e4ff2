// Owns the verb configList: every key of a config with its values and where they come from.
import { byKey, effectiveKeys, effectiveText, getItem, getKeys, isBelow, keyPrefix, presentKey } from "../config/index.ts";
import type { EffectiveKey, Syntax } from "../config/index.ts";
import { readConfigFile } from "../host/store/read-config.ts";
import { byDefault } from "../model/origin.ts";
import { ok } from "../model/problem.ts";
import type { ContainerSpec } from "../model/spec.ts";
import { loadDocument, openDocument, syntaxOf } from "./config-document.ts";
import type { ConfigListVerb } from "./verbs.ts";

/** Keys that no line sets, as get_config_item answers them. */
function defaults(spec: ContainerSpec, syntax: Syntax, present: ReadonlySet<string>): readonly EffectiveKey[] {
  const nics = getKeys(spec, syntax, "lxc.net").flatMap((index) => getKeys(spec, syntax, `lxc.net.${index}`).map((sub) => `lxc.net.${index}.${sub}`));
  return [...getKeys(spec, syntax), ...nics].filter((key) => !present.has(key)).flatMap((key): readonly EffectiveKey[] => {
    const found = presentKey(key);
    const value = getItem(spec, syntax, key);
    if (!found.ok || value === undefined || found.value.row.clears !== undefined) return [];
    const isList = found.value.row.isRepeatable;
    return [{ key, isList, values: value === "" ? [] : [{ value, from: byDefault(key), order: Number.MAX_SAFE_INTEGER }], overridden: [] }];
  });
}

/** All keys that are set, with their values. Problems: `config.missing`, `config.unreadable`. */
export const configList: ConfigListVerb = async (request, subject, options = {}) => {
  const below = options.prefix === undefined ? ok(undefined) : keyPrefix(options.prefix);
  if (!below.ok) return below;
  const document = openDocument(request, subject);
  if (!document.ok) return document;
  const { file } = document.value;
  const { define = [] } = options;
  const prefix = below.value;
  const syntax = syntaxOf(request, document.value);
  const all = effectiveKeys(syntax, define, { read: readConfigFile, cwd: request.cwd });
  const own = options.isOwn !== true ? all : all.map((one) => ({ ...one, values: one.values.filter(({ from }) => from.file === file), overridden: one.overridden.filter(({ from }) => from.file === file) }))
    .filter(({ values, overridden }) => values.length > 0 || overridden.length > 0);
  const loaded = loadDocument(request, document.value, { define });
  const unset = options.withDefaults === true && loaded.ok ? defaults(loaded.value.spec, syntax, new Set(own.map(({ key }) => key))) : [];
  const keys = [...own, ...unset].toSorted(byKey).filter(({ key }) => prefix === undefined || isBelow(key, prefix));
  const isLine = ({ key, values }: EffectiveKey): boolean => (options.withDefaults === true || values.length > 0) && (key !== "lxc.include" || options.isOwn === true);
  return ok({ file, keys, text: effectiveText(keys.filter(isLine)), problems: loaded.ok ? (loaded.warnings ?? []) : loaded.problems });
};
