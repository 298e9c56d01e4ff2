// Owns State and the records of a container's life. Files in LXCPATH/NAME/.berth/:
//   state       written by the engine, StateRecord as JSON; absent: STOPPED
//   exit        written by the monitor when init ended, ExitRecord as JSON
//   failure     the last failed start in full, text

/** LXC's words, lxc-wait(1). */
export type State = "STOPPED" | "STARTING" | "RUNNING" | "STOPPING" | "ABORTING" | "FREEZING" | "FROZEN" | "THAWED";
export const STATES: readonly State[] = ["STOPPED", "STARTING", "RUNNING", "STOPPING", "ABORTING", "FREEZING", "FROZEN", "THAWED"];

const NEXT: Readonly<Record<State, readonly State[]>> = {
  STOPPED: ["STARTING"],
  STARTING: ["RUNNING", "ABORTING", "STOPPED"],
  RUNNING: ["STOPPING", "FREEZING", "ABORTING", "STOPPED"],
  STOPPING: ["STOPPED"],
  ABORTING: ["STOPPED", "STOPPING"],
  FREEZING: ["FROZEN"],
  FROZEN: ["THAWED", "STOPPING"],
  THAWED: ["RUNNING"],
};
export const mayFollow = (from: State, to: State): boolean => NEXT[from].includes(to);

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
  /** The system call filter init runs under, as the seccomp op takes it (hex): lxc-attach loads the same. */
  readonly seccomp?: string;
}

export interface ExitRecord {
  /** Exit code, or the signal that killed init. */
  readonly code?: number;
  readonly signal?: number;
  readonly wasOom: boolean;
  /** Seconds since 1970. */
  readonly at: number;
  readonly target: "stop" | "reboot";
  /** Last lines of the console. */
  readonly console: string;
}
