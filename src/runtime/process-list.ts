// Owns ps(1) over containers: which container each process of the host belongs to.
import { spawnSync } from "node:child_process";
import { readlinkSync } from "node:fs";
import { cgroupsOf } from "../host/probe/init.ts";
import { readText } from "../host/read-text.ts";
import { activeContainers, definedContainers } from "../host/store/listing.ts";
import { listeningSockets, runningState } from "../host/store/running.ts";
import type { Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { stopped, withForeign } from "./running-container.ts";

/** "" in `container`: the host's own. */
export interface ListedProcess { readonly container: string; readonly line: string }
export interface ProcessList { readonly header: string; readonly processes: readonly ListedProcess[] }
/** `lxcpath` and the names in it; undefined: all processes; "": those of any container. */
export interface ProcessWishes { readonly lxcpath: string; readonly names: readonly string[] | undefined; readonly args: readonly string[] }

interface Member { readonly name: string; readonly cgroups: readonly string[]; readonly pidNamespace: string | undefined }

function pidNamespace(pid: number | "self"): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

async function membersOf(lxcpath: string): Promise<readonly Member[]> {
  const sockets = listeningSockets();
  const own = pidNamespace("self");
  const members: Member[] = [];
  for (const name of new Set([...definedContainers(lxcpath), ...activeContainers(lxcpath, sockets)])) {
    const { record } = await withForeign({ name, lxcpath }, runningState({ name, lxcpath }, () => sockets));
    const namespace = record?.initPid === undefined ? undefined : pidNamespace(record.initPid);
    if (record?.initPid !== undefined) members.push({ name, cgroups: record.cgroups, pidNamespace: namespace === own ? undefined : namespace });
  }
  return members;
}

/** By its cgroup; a container without one of its own shows in its process namespace. */
function containerOf(pid: number, members: readonly Member[], mountinfo: string): string {
  const cgroup = readText(`/proc/${pid}/cgroup`) ?? "";
  const namespace = pidNamespace(pid);
  return members.find(({ cgroups, pidNamespace: theirs }) => (cgroups.length > 0 && cgroupsOf(cgroup, mountinfo, cgroups).length > 0) || (theirs !== undefined && theirs === namespace))?.name ?? "";
}

export async function processList(request: Request, { lxcpath, names, args }: ProcessWishes): Promise<Result<ProcessList>> {
  const members = await membersOf(lxcpath);
  const absent = names?.find((name) => members.every((member) => member.name !== name));
  if (absent !== undefined) return fail(stopped({ name: absent, lxcpath }));
  const { error, status, stdout, stderr } = spawnSync("ps", args, { encoding: "utf8", env: request.env, cwd: request.cwd, maxBuffer: 1 << 28 });
  if (error !== undefined) return fail({ code: "host.feature", text: "ps cannot be run", cause: error.message, remedy: "install Debian's procps" });
  if (status !== 0) return fail({ code: "option.value", text: `ps ${args.join(" ")} ended with status ${status ?? "of a signal"}`, ...(stderr.trim() === "" ? {} : { cause: stderr.trim() }) });
  const [header = "", ...lines] = stdout.replace(/\n$/, "").split("\n");
  const column = header.trim().split(/\s+/).indexOf("PID");
  if (column < 0) return fail({ code: "option.value", text: "ps shows no column PID, by which a process' container is found", remedy: "add it: -o pid,..." });
  const mountinfo = readText("/proc/self/mountinfo") ?? "";
  const processes = lines.map((line) => ({ line, container: containerOf(Number(line.trim().split(/\s+/)[column]), members, mountinfo) }));
  return ok({ header, processes: names === undefined ? processes : processes.filter(({ container }) => names.includes(container)) });
}

/** Of every container that runs. */
export const runningNames = async (lxcpath: string): Promise<readonly string[]> => (await membersOf(lxcpath)).map(({ name }) => name);
