// Owns the verb stop.
import type { StopVerb } from "./verbs.ts";

export const stop: StopVerb = () => { throw new Error("stop is not built yet"); };
