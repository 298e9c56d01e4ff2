// Owns the verb execute.
import type { ExecuteVerb } from "./verbs.ts";

export const execute: ExecuteVerb = () => { throw new Error("execute is not built yet"); };
