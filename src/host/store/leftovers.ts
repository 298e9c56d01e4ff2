// Owns cleaning up after a monitor that was killed: the cgroup directories it recorded, then the record itself.
// Its processes die with it (PR_SET_PDEATHSIG), its network interfaces with their namespace.
import { readdirSync, rmdirSync, unlinkSync } from "node:fs";
import type { StateRecord } from "../../model/state.ts";
import { errorCode } from "../read-text.ts";
import type { Place } from "./layout.ts";
import { stateFile } from "./layout.ts";

/** Only what lies in a cgroup file system is ever touched, whatever a record says. */
const isCgroupPath = (path: string): boolean => path.startsWith("/sys/fs/cgroup/") && !path.split("/").includes("..");

/** rmdir(2) depth first: the container may have made cgroups below its own. False when something is still in there. */
function removeCgroup(path: string): boolean {
  let children: readonly string[];
  try {
    children = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    return errorCode(error) === "ENOENT";
  }
  for (const child of children) removeCgroup(`${path}/${child}`);
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    return errorCode(error) === "ENOENT";
  }
}

/** True when nothing of the dead run is left. Its record stays otherwise, so that the next command tries again. */
export function cleanLeftovers(place: Place, stale: StateRecord): boolean {
  const isClean = [...stale.cgroups].reverse().filter(isCgroupPath).map(removeCgroup).every((done) => done);
  if (!isClean) return false;
  try {
    unlinkSync(stateFile(place));
    return true;
  } catch (error) {
    return errorCode(error) === "ENOENT";
  }
}
