// Owns Mount: one line of lxc.mount.entry or an fstab, and the tokens of lxc.mount.auto.
import type { Origin } from "./origin.ts";

export interface Mount {
  readonly source: string;
  /** Relative to the container's root, without a leading slash. */
  readonly target: string;
  readonly fstype: string;
  /** Option words in order, LXC's own (create=, optional, relative, idmap=) left out. */
  readonly options: readonly string[];
  readonly create?: "dir" | "file";
  readonly isOptional: boolean;
  /** The source is relative to the container's root. */
  readonly isRelative: boolean;
  /** `container`, or a path to a user namespace. */
  readonly idmap?: string;
  readonly from: Origin;
}

export interface AutoMounts {
  readonly proc?: { readonly mode: "mixed" | "rw"; readonly from: Origin };
  readonly sys?: { readonly mode: "ro" | "mixed" | "rw"; readonly from: Origin };
  readonly cgroup?: { readonly mode: "mixed" | "ro" | "rw"; readonly isFull: boolean; readonly isForced: boolean; readonly isV2: boolean; readonly from: Origin };
  readonly shmounts?: { readonly host: string; readonly container: string; readonly from: Origin };
}
