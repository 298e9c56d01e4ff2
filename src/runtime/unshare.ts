// Owns the verb `unshare`.
import { probeHost } from "../host/probe/host-facts.ts";
import { planUnshare } from "../plan/lifecycle/unshare.ts";
import type { UnshareVerb } from "./verbs.ts";

/** A command in namespaces of its own. Source: lxc-unshare(1). Problems: `privilege`, `option.value`, `host.feature`. */
export const unshare: UnshareVerb = async (request, options) => planUnshare(probeHost(request), options);
