// Owns the door of the config language: what runtime and cli may use. Everything else in this folder is internal.
export { readConfig, shippedPath, type ReadAnswer, type ReadConfigInput, type ReadFile } from "./include.ts";
export { syntaxText, type Line, type Syntax } from "./syntax.ts";
export { resolve, type ResolveInput } from "./resolve.ts";
export { withExcerpts } from "./excerpt.ts";
export { getItem, getKeys } from "./get.ts";
export { clearItem, fillTemplates, keptValue, templateLine, setItem, unsetItem } from "./edit.ts";
export { isBelow, keyPrefix, presentKey } from "./present-key.ts";
export { configText } from "./data.ts";
export type { AnyConfigKey, ConfigKey, ConfigValues } from "./keys.gen.ts";
export { nearest } from "./nearest.ts";
export { architecture } from "./grammar/path.ts";
export { systemConfig, systemKeys, type SystemConfigInput } from "./system.ts";
export { createdConfig, type CreatedConfigInput } from "./created.ts";
export { builtinDefault, type BuiltinDefaultInput } from "./builtin.ts";
export { filesOf, updateConfig, type LineChange, type Updated } from "./update.ts";
export { byKey, effectiveKeys, effectiveText, type EffectiveKey, type EffectiveValue, type OverriddenValue } from "./effective.ts";
export { isClearedBy } from "./table.ts";
export { meaningOf } from "./meaning.ts";
