// Owns the look at a container that another LXC runs: what its monitor says over the command socket, and what /proc says
// of both, put into the record that a start by Berth would have written.
import { readdirSync, readlinkSync, statSync } from "node:fs";
import { createConnection } from "node:net";
import { GET_CONFIG_ITEM, GET_INIT_PID, GET_STATE, STATE_NUMBERS, commandRequest, repliesOf, textRequest } from "../../linux/lxc-commands.ts";
import type { CommandReply } from "../../linux/lxc-commands.ts";
import { frozenState } from "../../linux/freezer.ts";
import { parseCgroups } from "../../linux/proc-cgroup.ts";
import { parseCgroupMounts } from "../../linux/proc-mountinfo.ts";
import { listeningInode } from "../../linux/proc-net.ts";
import { parseStat } from "../../linux/proc-stat.ts";
import { parseStatus } from "../../linux/proc-status.ts";
import type { State, StateRecord } from "../../model/state.ts";
import { bootId } from "../probe/kernel.ts";
import { readText } from "../read-text.ts";
import type { Place } from "./layout.ts";
import { commandSocket, containerDir } from "./layout.ts";
import { startTimeOf } from "./liveness.ts";
import { FEW_TRIES, isRefusal, TRIES } from "./monitor-tries.ts";

const PATIENCE_MS = 2000;

/** undefined: no answer. LXC's monitors answer one request a connection. */
function askOnce(place: Place, request: Uint8Array, pause: number): Promise<CommandReply | "hung up" | undefined> {
  return new Promise((resolve) => {
    let seen: Buffer = Buffer.alloc(0);
    let isConnected = false;
    const socket = createConnection({ path: `\0${commandSocket(place)}` }, () => {
      isConnected = true;
      if (pause === 0) socket.write(request);
      else setTimeout(() => socket.write(request), pause);
    });
    const end = (reply?: CommandReply | "hung up"): void => { socket.destroy(); resolve(reply); };
    socket.setTimeout(PATIENCE_MS, () => end());
    socket.on("data", (bytes: Buffer) => {
      seen = Buffer.concat([seen, bytes]);
      const [reply] = repliesOf(seen).replies;
      if (reply !== undefined) end(reply);
    });
    for (const event of ["error", "close"]) socket.on(event, () => end(isConnected ? "hung up" : undefined));
  });
}

/** Refused at last is not answered. */
async function ask(place: Place, request: Uint8Array, tries: readonly number[] = TRIES): Promise<CommandReply | undefined> {
  for (const pause of tries) {
    const reply = await askOnce(place, request, pause);
    if (reply !== "hung up" && (reply === undefined || !isRefusal(reply.result))) return reply;
  }
  return undefined;
}

function holds(pid: number, inode: number): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((fd) => {
      try {
        return readlinkSync(`${folder}/${fd}`) === `socket:[${inode}]`;
      } catch {
        return false; // closed meanwhile
      }
    });
  } catch {
    return false;
  }
}

/** Anybody may listen by that name, and name any process: the monitor must hold the socket, and be root's or the owner's. Who is not
 * root may not look at the descriptors of LXC's monitor, his own or not: he is told of no process but those that he has started. */
function isTrusted(place: Place, monitor: number, caller: number): boolean {
  const [uid] = parseStatus(readText(`/proc/${monitor}/status`) ?? "").uids;
  if (caller !== 0) return uid === caller;
  const inode = listeningInode(readText("/proc/net/unix") ?? "", commandSocket(place));
  return inode !== undefined && holds(monitor, inode) && (uid === 0 || uid === statSync(containerDir(place), { throwIfNoEntry: false })?.uid);
}

/** Where LXC puts a container's processes; its init may have moved deeper. */
const payload = (path: string): string => /^.*\/lxc\.payload\.[^/]*/.exec(path)?.[0] ?? path;

function cgroupDirectories(pid: number): readonly { readonly directory: string; readonly isFreezer: boolean; readonly version: 1 | 2 }[] {
  const mounts = parseCgroupMounts(readText("/proc/self/mountinfo") ?? "");
  return parseCgroups(readText(`/proc/${pid}/cgroup`) ?? "").flatMap(({ version, controllers, path }) => {
    const mount = mounts.find(({ fstype, superOptions }) => (version === 2 ? fstype === "cgroup2" : fstype === "cgroup" && controllers.every((name) => superOptions.includes(name))));
    const directory = payload(path);
    return mount === undefined || directory === "/" || directory.startsWith("/..") ? [] : [{ directory: `${mount.mountpoint}${directory}`, isFreezer: controllers.includes("freezer"), version }];
  });
}

const MOST_NICS = 32;
/** What it has named the host's ends of its interfaces; the first index without a type ends them. */
async function linksOf(place: Place): Promise<readonly string[]> {
  const item = async (key: string): Promise<string> => Buffer.from((await ask(place, textRequest(GET_CONFIG_ITEM, key), FEW_TRIES))?.data ?? []).toString().replace(/\0.*$/s, "").trim();
  const links: string[] = [];
  for (let index = 0; index < MOST_NICS; index++) {
    const type = await item(`lxc.net.${index}.type`);
    if (type === "") break;
    const link = type === "veth" ? await item(`lxc.net.${index}.veth.pair`) : "";
    if (/^[^/\s]{1,15}$/.test(link)) links.push(link);
  }
  return links;
}

export interface ForeignRun { readonly state: State; readonly record: StateRecord }

async function seenRun(place: Place, caller: number): Promise<ForeignRun | undefined> {
  const asked = await ask(place, commandRequest(GET_INIT_PID));
  const told = asked === undefined ? undefined : await ask(place, commandRequest(GET_STATE));
  const initPid = asked === undefined ? 0 : Number(BigInt.asIntN(32, asked.value));
  const state = told === undefined ? undefined : STATE_NUMBERS[Number(BigInt.asIntN(32, told.value))];
  const stat = initPid > 1 ? parseStat(readText(`/proc/${initPid}/stat`) ?? "") : undefined;
  if (stat === undefined || state === undefined || !isTrusted(place, stat.parent, caller)) return undefined;
  const monitorStart = startTimeOf(stat.parent);
  if (monitorStart === undefined) return undefined;
  const places = cgroupDirectories(initPid);
  const frozenBy = places.find(({ isFreezer }) => isFreezer) ?? places.find(({ version }) => version === 2);
  const freezer = frozenBy === undefined ? undefined : `${frozenBy.directory}/${frozenBy.isFreezer ? "freezer.state" : "cgroup.events"}`;
  const record: StateRecord = {
    state: "RUNNING", bootId: bootId(), initPid, initStart: stat.startTime, monitorPid: stat.parent, monitorStart,
    cgroups: places.map(({ directory }) => directory), namespaces: [], links: await linksOf(place), ...(freezer === undefined ? {} : { freezer }),
  };
  const frozen = state === "RUNNING" && freezer !== undefined ? frozenState(readText(freezer) ?? "") : undefined;
  return { state: frozen ?? state, record };
}

/** The kernel's list of sockets is read in pieces: what others close meanwhile can hide a line of it (seen: 2 of 10,256 reads while
 * sixty sockets came and went). One look that fails says nothing yet. */
const LOOKS = 3;

/** undefined: it does not answer, or is not to be believed. `caller`: whose command it is, by effective id. */
export async function foreignRun(place: Place, caller: number): Promise<ForeignRun | undefined> {
  const end = performance.now() + PATIENCE_MS;
  for (let look = 0; look < LOOKS && performance.now() < end; look++) {
    const found = await seenRun(place, caller);
    if (found !== undefined) return found;
  }
  return undefined;
}
