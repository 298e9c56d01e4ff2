// Owns the ladder: how an ordinary user's start comes to a cgroup of its own, from whatever context it is called. What is
// delegated already has been looked at by the probe; here the user's systemd is asked, or the system's to start it.
// Loaded only where that is needed.
import { existsSync, statSync } from "node:fs";
import { BusError } from "../host/bus/connection.ts";
import type { Patience } from "../host/bus/connection.ts";
import type { Bus } from "../host/bus/systemd.ts";
import { makeScope, startUserManager, systemBus, userBuses } from "../host/bus/systemd.ts";
import { userName } from "../host/probe/caller.ts";
import { readText } from "../host/read-text.ts";
import type { CgroupHierarchy, CgroupSearch, HostFacts } from "../model/facts.ts";
import { byDefault } from "../model/origin.ts";
import type { Problem } from "../model/problem.ts";
import type { Request } from "../model/request.ts";

/** All that is asked of D-Bus has an answer by then, or none is waited for. */
const PATIENCE_MS = 15_000;
/** One bus that says nothing, or nothing more, leaves time for the next. */
const FIRST_WORD_MS = 2000;
const EACH_MS = 6000;
const LOOK_MS = 50;

export interface Climb { readonly request: Request; readonly isFound: boolean; readonly tried: readonly string[] }

/** Characters that systemd has in the names of units; others are written as it does. */
const unitWord = (text: string): string => [...new TextEncoder().encode(text)].map((byte) => { const letter = String.fromCharCode(byte); return /[A-Za-z0-9_.]/.test(letter) ? letter : `\\x${byte.toString(16).padStart(2, "0")}`; }).join("");

const words = (error: unknown): string => { if (!(error instanceof BusError)) throw error; return error.message; };

interface Wish { readonly request: Request; readonly name: string; readonly end: number; readonly tried: string[] }

const patience = (end: number): Patience => ({ deadline: Math.min(end, performance.now() + FIRST_WORD_MS), end: Math.min(end, performance.now() + EACH_MS) });

/** A busy systemd makes the scope after we have stopped listening: by the unit's name the next bus says that it is being made. */
async function isMovedLate(unit: string, pid: number, until: number): Promise<boolean> {
  for (;;) {
    if ((readText(`/proc/${pid}/cgroup`) ?? "").includes(`/${unit}`)) return true;
    if (performance.now() >= until) return false;
    await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
  }
}

async function askUser({ request, name, end, tried }: Wish, buses: readonly Bus[]): Promise<boolean> {
  const scope = { unit: `lxc-${unitWord(name)}-${request.pid}.scope`, pid: request.pid, description: `LXC container ${name}` };
  for (const bus of buses) {
    try {
      await makeScope(bus, { uid: request.euid, ...patience(end) }, scope);
      return true;
    } catch (error) {
      tried.push(words(error));
      const isBeingMade = error instanceof BusError && error.errorName === "org.freedesktop.systemd1.UnitExists";
      if (await isMovedLate(scope.unit, scope.pid, isBeingMade ? end : 0)) return true;
    }
    if (performance.now() >= end) break;
  }
  return false;
}

async function askSystem({ request, end, tried }: Wish): Promise<boolean> {
  try {
    await startUserManager(systemBus(request.env), { uid: request.euid, ...patience(end) });
    return true;
  } catch (error) {
    tried.push(`the system's manager does not start yours: ${words(error)}`);
    return false;
  }
}

export async function climb(request: Request, name: string): Promise<Climb> {
  const wish: Wish = { request, name, end: performance.now() + PATIENCE_MS, tried: [] };
  const found = (isFound: boolean): Climb => ({ request: isFound ? { ...request, cgroup: readText(`/proc/${request.pid}/cgroup`) ?? request.cgroup } : request, isFound, tried: wish.tried });
  if (!existsSync("/run/systemd/system")) return { request, isFound: false, tried: ["there is no systemd here"] };
  // a program that uses the library is not moved: it is more than this container
  if (request.pid === process.pid) return { request, isFound: false, tried: ["a program that uses the library is not moved into another cgroup"] };
  const buses = userBuses(request.euid, request.env);
  if (buses.length > 0) return found(await askUser(wish, buses));
  wish.tried.push("no systemd of this user is running");
  return found(await askSystem(wish) && await askUser(wish, userBuses(request.euid, request.env)));
}

const ownerOf = (path: string): string => {
  const uid = statSync(path, { throwIfNoEntry: false })?.uid;
  return uid === undefined ? "nobody: it is gone" : userName(readText("/etc/passwd") ?? "", uid, {}) ?? `uid ${uid}`;
};

const isLingering = (user: string): boolean => existsSync(`/var/lib/systemd/linger/${user}`);

function mendOf({ caller, cgroups }: HostFacts, { mountpoint }: CgroupHierarchy): string {
  const user = caller.user ?? String(caller.uid);
  const tree = `${mountpoint}/berth/${user}`;
  if (existsSync("/run/systemd/system")) {
    if (cgroups.layout !== "v2") return `sudo berth setup ${user}`;
    return isLingering(user) ? `sudo systemctl restart user@${caller.euid}.service` : `sudo loginctl enable-linger ${user}`;
  }
  // cgroup v2 lets nobody but root move a session into it
  return cgroups.layout === "v2" && existsSync(tree) ? `sudo sh -c "echo $$ > ${tree}/cgroup.procs"` : `sudo berth setup ${user}`;
}

/** What to say when no cgroup was found, or not for every controller. */
export function searchOf(facts: HostFacts, tried: readonly string[]): { readonly search?: CgroupSearch } {
  const { hierarchies } = facts.cgroups;
  const own = hierarchies.find(({ version, isWritable }) => version === 2 && !isWritable) ?? hierarchies.find(({ isWritable }) => !isWritable) ?? hierarchies[0];
  return own === undefined ? {} : { search: { owner: ownerOf(`${own.mountpoint}${own.base}`), tried, mend: mendOf(facts, own) } };
}

/** Without lingering the user's manager ends with his last session, and with it the container. */
export function lingerWarning({ caller }: HostFacts, name: string): readonly Problem[] {
  const user = caller.user ?? String(caller.uid);
  if (isLingering(user)) return [];
  return [{
    code: "cgroup.session", severity: "warning", at: byDefault("cgroup delegation"), text: `${name} ends when the last session of ${user} does`,
    cause: `its cgroup comes from the systemd of ${user}, which ends then`, remedy: `loginctl enable-linger ${user}`,
  }];
}
