// Owns the verb wait.
import type { WaitVerb } from "./verbs.ts";

export const wait: WaitVerb = () => { throw new Error("wait is not built yet"); };
