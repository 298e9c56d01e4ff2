// Owns the verb `usernsexec`.
import { probeHost } from "../host/probe/host-facts.ts";
import { planUsernsExec } from "../plan/lifecycle/usernsexec.ts";
import type { UsernsExecVerb } from "./verbs.ts";

/** A command as root of a user namespace with the caller's ids. Source: lxc-usernsexec(1). Problems: `idmap.range`, `idmap.invalid`, `idmap.helper`. */
export const usernsexec: UsernsExecVerb = async (request, options) => planUsernsExec(probeHost(request, { idmap: true }), options);
