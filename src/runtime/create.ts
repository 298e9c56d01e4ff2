// Owns the verb `create`.
import { fail } from "../model/problem.ts";
import type { CreateVerb } from "./verbs.ts";

export const create: CreateVerb = async () => fail({ code: "unsupported", text: "create is not there yet" });
