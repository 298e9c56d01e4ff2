// Owns Request: what the launcher (or the library) says of the caller.

/** Who asks for a verb, and from where. */
export interface Request {
  /** `command`: a user typed it; `report`: a plan failed, say so; `reboot`: the monitor wants the next start. */
  readonly kind: "command" | "report" | "reboot";
  /** argv[0] is the basename of the command. For `reboot`: the texts of the replan op. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly pid: number;
  readonly uid: number;
  readonly euid: number;
  readonly gid: number;
  readonly egid: number;
  readonly isTty: readonly [boolean, boolean, boolean];
  /** Descriptors > 2 that the caller left open. */
  readonly inheritedFds: readonly number[];
  /** Text of /proc/self/cgroup of the caller. */
  readonly cgroup: string;
  /** Where this Berth is installed: holds bin/, libexec/berth/, share/lxc/. */
  readonly prefix: string;
  /** kind `report`: the bytes of the plan that failed, and the raw event records. */
  readonly plan?: Uint8Array;
  readonly events?: Uint8Array;
}
