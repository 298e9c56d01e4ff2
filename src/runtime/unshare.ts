// Owns the verb `unshare`.
import { probeHost } from "../host/probe/host-facts.ts";
import { planUnshare } from "../plan/lifecycle/unshare.ts";
import type { UnshareVerb } from "./verbs.ts";

export const unshare: UnshareVerb = async (request, options) => planUnshare(probeHost(request), options);
