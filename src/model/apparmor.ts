// Owns what a planner may know of the kernel's AppArmor. Probed where it is on, passed in as a value.

export interface ApparmorFacts {
  /** Label of the caller. */
  readonly ownLabel: string;
  /** Profiles can be stacked, and have policy namespaces of their own below them. */
  readonly canStack: boolean;
  /** The caller is in a policy namespace that is stacked already: a container. */
  readonly isStacked: boolean;
  /** Mounts, unix sockets are mediated. */
  readonly hasMount: boolean;
  readonly hasUnix: boolean;
  /** /proc/PID/attr/apparmor, since Linux 5.8. */
  readonly hasOwnFiles: boolean;
  /** May load profiles: root with CAP_MAC_ADMIN. */
  readonly mayLoad: boolean;
  /** apparmor_parser(8). */
  readonly parser?: string;
  /** Names of profiles in the kernel; undefined: they cannot be seen. */
  readonly loaded?: readonly string[];
}
