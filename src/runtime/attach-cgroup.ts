// Owns how the command of an ordinary user's lxc-attach comes into the container's cgroups from any session: where the kernel
// moves nobody between the two (cgroup v2: they have no directory in common that is his), his systemd does.
// Loaded only there.
import { mkdirSync } from "node:fs";
import { BusError } from "../host/bus/connection.ts";
import type { Bus } from "../host/bus/systemd.ts";
import { attachToUnit, userBuses } from "../host/bus/systemd.ts";
import { errorCode, readText } from "../host/read-text.ts";
import type { InitFacts } from "../model/init.ts";
import { byHost } from "../model/origin.ts";
import type { Problem } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { parseCgroups } from "../linux/proc-cgroup.ts";

type Place = InitFacts["cgroups"][number];
const PATIENCE_MS = 3000;

/** Where sessions wait that are not in the container yet: a directory of the scope, without limits. */
const PORCH = "lxc.attach";

interface Unit { readonly name: string; /** Its cgroup's directory. */ readonly directory: string; /** What lies below it. */ readonly below: string }

/** `/sys/fs/cgroup/user.slice/…/user@1000.service/app.slice/web.scope/lxc.payload.web`: the unit of the user's manager in it. */
function unitOf(directory: string): Unit | undefined {
  const parts = directory.split("/");
  const manager = parts.findIndex((part) => /^user@\d+\.service$/.test(part));
  const at = parts.findIndex((part, i) => i > manager && /\.(scope|service)$/.test(part));
  if (manager < 0 || at < 0) return undefined;
  return { name: parts[at] ?? "", directory: parts.slice(0, at + 1).join("/"), below: `/${parts.slice(at + 1).join("/")}` };
}

/** Where init itself is: there processes may be, whatever it has made of its cgroup. */
function placeOfInit(pid: number, { directory }: Place): string | undefined {
  const path = parseCgroups(readText(`/proc/${pid}/cgroup`) ?? "").find(({ version }) => version === 2)?.path;
  const name = directory.slice(directory.lastIndexOf("/"));
  const at = path?.indexOf(`${name}/`) ?? -1;
  return path === undefined || at < 0 ? undefined : `${directory}${path.slice(at + name.length)}`;
}

async function moved(buses: readonly Bus[], request: Request, unit: Omit<Unit, "directory">): Promise<string | undefined> {
  let why = "no systemd of this user is running";
  for (const bus of buses) {
    try {
      await attachToUnit(bus, { uid: request.euid, deadline: performance.now() + PATIENCE_MS, end: performance.now() + 3 * PATIENCE_MS }, { unit: unit.name, below: unit.below, pid: request.pid });
      return undefined;
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      why = error.message;
    }
  }
  return why;
}

function makePorch(directory: string): void {
  try { mkdirSync(`${directory}/${PORCH}`); } catch (error) { if (errorCode(error) !== "EEXIST") throw new BusError(`${directory}/${PORCH}: ${errorCode(error) ?? ""}`); }
}

const outside = (place: Place, why: string): Problem => ({
  code: "cgroup.undelegated", severity: "warning", at: byHost(place.directory), text: "the command is not in the container's cgroup: its limits do not hold for it",
  cause: why, remedy: "run it from the session in which the container was started, or as root",
});

/** Processes may be in it, and the caller could get there from the porch. */
const isPlain = ({ inner }: Place): boolean => inner === undefined;

async function bring(request: Request, init: InitFacts, place: Place): Promise<{ readonly places: readonly Place[]; readonly problems: readonly Problem[] }> {
  const unit = unitOf(place.directory);
  if (unit === undefined) return { places: [], problems: [outside(place, `cgroup ${place.directory} and this session's have no directory in common that is this user's`)] };
  if (request.pid === process.pid) return { places: [], problems: [outside(place, "a program that uses the library is not moved into another cgroup")] };
  const buses = userBuses(request.euid, request.env);
  try {
    if (isPlain(place)) {
      makePorch(unit.directory);
      const why = await moved(buses, request, { name: unit.name, below: `/${PORCH}` });
      return why === undefined ? { places: [place], problems: [] } : { places: [], problems: [outside(place, why)] };
    }
    const target = placeOfInit(init.pid, place) ?? place.directory;
    const why = await moved(buses, request, { name: unit.name, below: `/${target.slice(unit.directory.length + 1)}` });
    return { places: [], problems: why === undefined ? [] : [outside(place, why)] };
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
    return { places: [], problems: [outside(place, error.message)] };
  }
}

/** Init's cgroups that the command still has to join by itself; the others it is in by then, or cannot be. */
export async function reach(request: Request, init: InitFacts, closed: readonly Place[]): Promise<{ readonly init: InitFacts; readonly problems: readonly Problem[] }> {
  const open = init.cgroups.filter((place) => !closed.includes(place));
  const problems: Problem[] = [];
  const places: Place[] = [];
  for (const place of closed) {
    const brought = await bring(request, init, place);
    places.push(...brought.places);
    problems.push(...brought.problems);
  }
  return { init: { ...init, cgroups: [...open, ...places] }, problems };
}
