// Owns the verb info.
import type { InfoVerb } from "./verbs.ts";

export const info: InfoVerb = () => { throw new Error("info is not built yet"); };
