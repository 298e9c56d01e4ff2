// Owns the verb configItem.
import type { ConfigItemVerb } from "./verbs.ts";

export const configItem: ConfigItemVerb = () => { throw new Error("configItem is not built yet"); };
