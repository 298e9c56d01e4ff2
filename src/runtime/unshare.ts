// Owns the verb `unshare`.
import { fail } from "../model/problem.ts";
import type { UnshareVerb } from "./verbs.ts";

export const unshare: UnshareVerb = async () => fail({ code: "unsupported", text: "unshare is not there yet" });
