// Owns the plan of who is told when something is opened or made in a container: into its mounts, then inotify(7).
import type { Plan } from "../../isa/op.ts";
import type { InitFacts } from "../../model/init.ts";
import { byOption } from "../../model/origin.ts";
import { listenInside } from "./follow-network.ts";

/** `paths` as the container sees them: nothing outside is found by them. */
export const planWatchInside = (target: { readonly name: string; readonly lxcpath: string }, init: InitFacts, { isRoot, paths }: { readonly isRoot: boolean; readonly paths: readonly string[] }): Plan =>
  ({ verb: "wait", ...target, ops: [...listenInside(init, "mnt", isRoot), { op: "watchDirectories", from: byOption("--wait"), paths }] });
