// Owns the verb attach.
import type { AttachVerb } from "./verbs.ts";

export const attach: AttachVerb = () => { throw new Error("attach is not built yet"); };
