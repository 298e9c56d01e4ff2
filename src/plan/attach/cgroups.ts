// Owns putting a process into a running container's cgroups.
import { O_WRONLY } from "../../linux/fs.ts";
import type { Op } from "../../isa/op.ts";
import type { InitFacts } from "../../model/init.ts";
import { byHost } from "../../model/origin.ts";

/** "0" is whoever writes it. A user may be refused when caller and container are below different delegated cgroups. */
export function joinCgroups(init: InitFacts, isRoot: boolean): readonly Op[] {
  return init.cgroups.flatMap(({ directory, inner }): readonly Op[] => {
    const from = byHost(directory);
    const target = inner === undefined ? directory : `${directory}/${inner}`;
    const onError = isRoot ? (["ENODEV"] as const) : (["EACCES", "EPERM", "ENOENT", "ENODEV"] as const);
    const make: readonly Op[] = inner === undefined ? [] : [{ op: "mkdir", from, path: target, mode: 0o755, onError, note: "cgroup v2: processes live in leaves only" }];
    return [...make, { op: "writeFile", from, path: `${target}/cgroup.procs`, data: "0", flags: O_WRONLY, onError, note: "the command's limits are the container's" }];
  });
}
