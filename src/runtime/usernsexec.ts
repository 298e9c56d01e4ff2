// Owns the verb `usernsexec`.
import { probeHost } from "../host/probe/host-facts.ts";
import { planUsernsExec } from "../plan/lifecycle/usernsexec.ts";
import type { UsernsExecVerb } from "./verbs.ts";

export const usernsexec: UsernsExecVerb = async (request, options) => planUsernsExec(probeHost(request, { idmap: true }), options);
