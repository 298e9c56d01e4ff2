// Owns the verb list.
import type { ListVerb } from "./verbs.ts";

export const list: ListVerb = () => { throw new Error("list is not built yet"); };
