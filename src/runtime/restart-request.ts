// Owns what a monitor and lxc-stop ask of a container with a restart policy, as they are read.
import type { Request } from "../model/request.ts";
import type { Target } from "./verbs.ts";

/** What a monitor adds to them: who it is, for a container with a restart policy. `ended`: init has; `again`: the pause is over. */
export interface Ended { readonly monitorPid: number; readonly monitorStart: number }
export function parseEnded({ argv }: Request, key: "ended" | "again"): Ended | undefined {
  const [, pid, start] = /^(\d+) (\d+)$/.exec(argv[0]?.startsWith(`${key}=`) === true ? argv[0].slice(key.length + 1) : "") ?? [];
  return pid === undefined || start === undefined ? undefined : { monitorPid: Number(pid), monitorStart: Number(start) };
}

/** What lxc-stop asks for at its end where the container has a restart policy. */
export interface AwaitStopped extends Ended { readonly target: Target; readonly initPid: number; readonly isKill: boolean; readonly timeout: number }
export function parseAwaitStopped({ argv }: Request): AwaitStopped | undefined {
  const [stopped, name, lxcpath] = ["stopped", "name", "lxcpath"].map((key) => argv.find((entry) => entry.startsWith(`${key}=`))?.slice(key.length + 1));
  const [monitorPid = 0, monitorStart = 0, initPid = 0, kill = 0, timeout = 0] = (stopped ?? "").split(" ").map(Number);
  return stopped === undefined || name === undefined || lxcpath === undefined ? undefined : { target: { name, lxcpath }, monitorPid, monitorStart, initPid, isKill: kill === 1, timeout };
}
