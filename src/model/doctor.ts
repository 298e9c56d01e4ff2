// Owns what `berth doctor` says: one line per thing that containers may need, tried in this context.

export type DoctorGroup = "ids" | "namespaces" | "mounts" | "cgroups" | "network" | "security" | "processes" | "session";

export interface Check {
  /** Stable: `namespace.user`, `cgroup.memory`. */
  readonly id: string;
  readonly group: DoctorGroup;
  readonly title: string;
  /** `none`: there is nothing of the kind here, and nothing is lost. */
  readonly state: "works" | "fails" | "none";
  /** Without it no container starts. */
  readonly isNeeded: boolean;
  /** What was found. */
  readonly why?: string;
  /** What does not work without it. */
  readonly costs?: string;
  /** The command that mends it. */
  readonly remedy?: string;
}

export interface Diagnosis {
  readonly user: string;
  readonly uid: number;
  readonly kernel: string;
  /** Everything that is needed works. */
  readonly isReady: boolean;
  readonly checks: readonly Check[];
}
