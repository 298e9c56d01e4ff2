// Owns InitFacts: what attach and stop may know of a running container's init. Probed from /proc, passed in as a value.
import type { NamespaceName } from "./spec.ts";

export interface InitFacts {
  readonly pid: number;
  readonly startTime: number;
  /** Those that are not the caller's. */
  readonly namespaces: readonly NamespaceName[];
  /** Host directories of the container's cgroups, one per hierarchy that has one; `inner` when processes must go one deeper. */
  readonly cgroups: readonly { readonly version: 1 | 2; readonly directory: string; readonly inner?: string }[];
  /** The container's root: 0, or the first id its user namespace maps. */
  readonly rootUid: number;
  readonly rootGid: number;
  /** /proc/PID/setgroups says `allow`. */
  readonly maySetGroups: boolean;
  readonly capBounding: bigint;
  readonly hasNoNewPrivs: boolean;
  readonly hasSeccompFilter: boolean;
  /** Its security label, and the file below /proc/PID/attr that takes one for the next program. */
  readonly label?: { readonly value: string; readonly file: "apparmor/exec" | "exec"; readonly isApparmor: boolean };
  /** personality(2) of init. */
  readonly personality: number;
  /** Its /dev has a ptmx. */
  readonly hasPtmx: boolean;
  /** Init blocks or handles SIGRTMIN+3: systemd's halt. */
  readonly isSystemdHalt: boolean;
  /** Login shell of the user that a command without a name is run for. */
  readonly shell?: string;
}
