// Owns the verb `destroy`.
import { fail } from "../model/problem.ts";
import type { DestroyVerb } from "./verbs.ts";

export const destroy: DestroyVerb = async () => fail({ code: "unsupported", text: "destroy is not there yet" });
