// Owns the verb `usernsexec`.
import { fail } from "../model/problem.ts";
import type { UsernsExecVerb } from "./verbs.ts";

export const usernsexec: UsernsExecVerb = async () => fail({ code: "unsupported", text: "usernsexec is not there yet" });
