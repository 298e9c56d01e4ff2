// Owns putting a process into a running container's cgroups.
import { O_DIRECTORY, O_RDONLY, O_WRONLY } from "../../linux/fs.ts";
import type { Op, Slot } from "../../isa/op.ts";
import type { Caller } from "../../model/facts.ts";
import type { InitFacts } from "../../model/init.ts";
import { byHost } from "../../model/origin.ts";

type Place = InitFacts["cgroups"][number];

const NOTE = "the command's limits are the container's";
const targetOf = ({ directory, inner }: Place): string => (inner === undefined ? directory : `${directory}/${inner}`);
/** A user may be refused when caller and container are below different delegated cgroups. */
const passedOver = ({ euid }: Caller) => (euid === 0 ? (["ENODEV"] as const) : (["EACCES", "EPERM", "ENOENT", "ENODEV"] as const));

function makeInner(place: Place, caller: Caller): readonly Op[] {
  if (place.inner === undefined) return [];
  return [{ op: "mkdir", from: byHost(place.directory), path: targetOf(place), mode: 0o755, onError: passedOver(caller), note: "cgroup v2: processes live in leaves only" }];
}

/** Root's processes are born in a cgroup of v2: to move one there takes the kernel 5 to 12 ms. */
const isBirthplace = ({ version }: Place, { euid }: Caller): boolean => version === 2 && euid === 0;

/** "0" is whoever writes it; on v1 a thread that moves itself by `tasks` is not waited for by all processors. */
export function joinCgroups(init: InitFacts, caller: Caller): readonly Op[] {
  return init.cgroups.filter((place) => !isBirthplace(place, caller)).flatMap((place): readonly Op[] => [
    ...makeInner(place, caller),
    { op: "writeFile", from: byHost(place.directory), path: `${targetOf(place)}/${place.version === 1 ? "tasks" : "cgroup.procs"}`, data: "0", flags: O_WRONLY, onError: passedOver(caller), note: NOTE },
  ]);
}

/** Opens the cgroup that the clone puts its child into, when there is one. */
export function openBirthplace(init: InitFacts, caller: Caller, into: Slot): readonly Op[] {
  return init.cgroups.filter((place) => isBirthplace(place, caller)).slice(0, 1).flatMap((place): readonly Op[] => [
    ...makeInner(place, caller),
    { op: "open", from: byHost(place.directory), path: targetOf(place), flags: O_RDONLY | O_DIRECTORY, into, note: NOTE },
  ]);
}
