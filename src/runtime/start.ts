// Owns the verb start.
import type { StartVerb } from "./verbs.ts";

export const start: StartVerb = () => { throw new Error("start is not built yet"); };
