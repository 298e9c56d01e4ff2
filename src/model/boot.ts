// Owns BootSettings: what /etc/default/lxc says of containers at boot.

/** LXC_AUTO, BOOTGROUPS, SHUTDOWNDELAY, OPTIONS, STOPOPTS as LXC has them, and LXC_USERS. */
export interface BootSettings {
  readonly isAuto: boolean;
  readonly groups: string;
  readonly shutdownSeconds: string;
  readonly startOptions: readonly string[];
  readonly stopOptions: readonly string[];
  /** Whose containers start with root's, where no systemd of theirs does it. */
  readonly users: readonly string[];
}
