// Owns the verbs freeze and unfreeze.
import { existsSync } from "node:fs";
import type { Problem } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import { configFile } from "../host/store/layout.ts";
import { planFreeze } from "../plan/lifecycle/freeze.ts";
import { decidedState } from "./running-container.ts";
import type { FreezeVerb } from "./verbs.ts";

/** LXC's words. */
const freezeText = (target: { readonly name: string; readonly lxcpath: string }, isFrozen: boolean): string => `Failed to ${isFrozen ? "freeze" : "unfreeze"} ${target.lxcpath}:${target.name}`;

const notThere = (target: { readonly name: string; readonly lxcpath: string }, isFrozen: boolean): Problem => {
  const text = freezeText(target, isFrozen);
  return existsSync(configFile(target))
    ? { code: "container.stopped", text, cause: "it is not running", remedy: `start it: lxc-start -n ${target.name}` }
    : { code: "container.missing", text, cause: `there is no container "${target.name}" in ${target.lxcpath}`, remedy: "lxc-ls lists the containers of this lxcpath; -P names another" };
};

/** All its processes held where they are, or let go. Source: lxc-freeze(1). Problems: `container.stopped`, `container.frozen`, `cgroup.undelegated`. */
export const freeze: FreezeVerb = async (request, target, { isFrozen }) => {
  const { state, isForeign, record } = await decidedState(request, target);
  if (state === "STOPPED" || state === "STOPPING" || state === "ABORTING") return fail(notThere(target, isFrozen));
  const isWritten = isForeign && record?.freezer?.endsWith("/freezer.state") === true;
  return ok(planFreeze({ ...target, isFrozen, ...(isWritten ? { file: record.freezer } : {}) }));
};
