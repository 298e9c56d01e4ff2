// Owns LintFacts: what the linter may know of the machine beyond HostFacts. Looked up read-only, passed in as a value.
import type { IdMapEntry } from "../linux/idmap.ts";
import type { HostFacts } from "./facts.ts";
import type { Problem } from "./problem.ts";

export type FileKind = "file" | "directory" | "device" | "socket" | "fifo";

/** A path of the host; `hidden`: this user may not look. */
export type HostPath =
  | { readonly kind: "missing" | "hidden" }
  | {
    readonly kind: FileKind;
    readonly uid: number;
    readonly isExecutable: boolean;
    /** The path itself or a directory above it that somebody else may write to, and who. */
    readonly openTo?: { readonly path: string; readonly who: string };
  };

/** A path beneath a root file system. Symbolic links count from that root, nothing leads out of it. */
export interface InsidePath {
  readonly kind: FileKind | "missing" | "hidden";
  readonly isExecutable: boolean;
  /** Where it leads, without a leading slash. */
  readonly resolved: string;
  /** The first part of the path that is a symbolic link, and what is in it. */
  readonly link?: { readonly path: string; readonly target: string };
}

export type InitKind = "systemd" | "busybox" | "sysvinit" | "openrc";

export interface LintFacts {
  readonly host: HostFacts;
  /** By path as the config has it. What is not in here was not asked for. */
  readonly files: Readonly<Record<string, HostPath>>;
  readonly inside: Readonly<Record<string, InsidePath>>;
  /** Which init the root file system has; undefined: unknown. */
  readonly init?: InitKind;
  readonly mountpoints: readonly string[];
  /** What a start would say here and now: a plan is made of the config, and not run. */
  readonly start: readonly Problem[];
  /** Processors share cores (SMT). */
  readonly hasSiblings: boolean;
  /** Whose container it is: the owner of its config. */
  readonly owner: { readonly uid: number; readonly name: string };
  readonly neighbours: readonly { readonly name: string; readonly idmap: readonly IdMapEntry[] }[];
  /** Hard limits of the caller by their lxc.prlimit names; -1: unlimited. */
  readonly limits: Readonly<Record<string, bigint>>;
}
