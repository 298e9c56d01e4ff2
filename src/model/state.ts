// Owns State and the records of a container's life. Files in LXCPATH/NAME/.berth/:
//   state       written by the engine, StateRecord as JSON; absent: STOPPED
//   exit        written by the monitor when init ended, ExitRecord as JSON
//   restarts    written for the monitor when a container with a restart policy ended, RestartRecord as JSON
//   failure     the last failed start in full, text

import type { Restarts } from "./next-start.ts";

/** LXC's words, lxc-wait(1). */
export type State = "STOPPED" | "STARTING" | "RUNNING" | "STOPPING" | "ABORTING" | "FREEZING" | "FROZEN" | "THAWED";
export const STATES: readonly State[] = ["STOPPED", "STARTING", "RUNNING", "STOPPING", "ABORTING", "FREEZING", "FROZEN", "THAWED"];

/** What may follow what, and does so without a state between. */
const NEXT: Readonly<Record<State, readonly State[]>> = {
  STOPPED: ["STARTING"], STARTING: ["ABORTING", "RUNNING"], RUNNING: ["STOPPING", "FREEZING", "ABORTING"], STOPPING: ["STOPPED"], ABORTING: ["STOPPING"],
  FREEZING: ["FROZEN"], FROZEN: ["THAWED", "STOPPING", "ABORTING"], THAWED: ["RUNNING"],
};

/** The states that a container has gone through, `to` the last of them; empty when it has not changed.
 * `hasRun`: its init is known to have run since, so that a start did not fail. */
export function statesBetween(from: State, to: State, hasRun = false): readonly State[] {
  let ways: readonly (readonly State[])[] = from === to ? [] : [[from]];
  for (;;) {
    const found = ways.find((way) => way.at(-1) === to);
    if (found !== undefined) return found.slice(1);
    ways = ways.flatMap((way) => {
      const next = NEXT[way.at(-1) ?? from];
      return (hasRun && to !== "ABORTING" ? next.filter((state) => state !== "ABORTING") : next).filter((state) => state === to || !way.includes(state)).map((state) => [...way, state]);
    });
    if (ways.length === 0) return from === to ? [] : [to];
  }
}

/** A state that a container has come to. */
export interface StateEvent {
  readonly name: string;
  readonly lxcpath: string;
  readonly state: State;
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
  /** With STOPPING and STOPPED: how its init ended, where its monitor has noted it. */
  readonly exit?: Pick<ExitRecord, "code" | "signal" | "wasOom" | "target">;
  /** With STOPPED, of a restart policy: the restarts with the one that is to come, and when that is; or why there is none. */
  readonly restarts?: Restarts;
}

export interface StateRecord {
  readonly state: State;
  readonly bootId: string;
  readonly initPid?: number;
  /** proc(5) stat field 22 of init, of the monitor: guards against a pid used again. */
  readonly initStart?: number;
  readonly monitorPid?: number;
  readonly monitorStart?: number;
  readonly startedAt?: number;
  /** Directories made for it, most nested last; removed when the monitor could not. */
  readonly cgroups: readonly string[];
  /** The file that says whether it is frozen: freezer.state of v1, cgroup.events of v2. */
  readonly freezer?: string;
  /** Namespaces init has of its own. */
  readonly namespaces: readonly string[];
  /** Host-side network interfaces made for it. */
  readonly links: readonly string[];
  /** Netlink messages (hex) that take away what does not vanish with the container's network. */
  readonly leftovers?: readonly string[];
  /** `BRIDGE PORT` of Open vSwitch. */
  readonly ovsPorts?: readonly string[];
  /** Numbers of interfaces with rules of nft about what may leave them. */
  readonly egress?: readonly number[];
  /** The system call filter init runs under, as the seccomp op takes it (hex): lxc-attach loads the same. */
  readonly seccomp?: string;
  /** Its monitor answers some calls: whoever loads the filter gives it the listener. */
  readonly isSeccompNotified?: true;
  /** Its monitor asks at its end whether it starts again. */
  readonly hasPolicy?: true;
  /** Its own AppArmor profile, in the kernel while it runs. */
  readonly apparmor?: { readonly profile: string; readonly namespace?: string };
}

/** How a run of its init has ended. */
export interface ExitRecord {
  /** Exit code, or the signal that killed init. */
  readonly code?: number;
  readonly signal?: number;
  /** The kernel has killed init for want of memory. */
  readonly wasOom: boolean;
  /** How many of its processes were. */
  readonly oomKills?: number;
  /** Seconds since 1970. */
  readonly at: number;
  readonly target: "stop" | "reboot";
  /** Somebody wanted it to end: by lxc-stop, or because the host went down. */
  readonly asked?: "user" | "host";
  /** Last lines of the console. */
  readonly console: string;
}
