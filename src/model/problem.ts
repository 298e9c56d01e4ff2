// Owns the one error type. Expected failures are values of it; `throw` is for bugs.
import type { Origin } from "./origin.ts";

/** Stable codes, `area.what`. Documented in docs/reference/problems.md; never renamed. */
export type ProblemCode =
  | "option.unknown" | "option.missing" | "option.value" | "option.conflict"
  | "name.missing" | "name.invalid"
  | "config.syntax" | "config.key" | "config.value" | "config.include" | "config.missing" | "config.unreadable" | "config.unwritable" | "config.legacy" | "config.conflict" | "config.smell"
  | "container.missing" | "container.exists" | "container.running" | "container.stopped" | "container.busy" | "container.frozen" | "container.snapshots" | "container.clones" | "container.partial" | "container.late"
  | "terminal.busy" | "rootfs.missing" | "rootfs.unsafe" | "command.missing" | "init.missing" | "init.exited"
  | "lxcpath.unwritable" | "idmap.invalid" | "idmap.range" | "idmap.helper" | "cgroup.undelegated" | "cgroup.limit" | "cgroup.translated" | "cgroup.session"
  | "network.unsupported" | "network.link" | "mount.failed" | "mount.target" | "hook.failed" | "file.inside" | "privilege"
  | "template.missing" | "template.failed" | "storage.full" | "storage.copy" | "storage.unsupported" | "image.invalid" | "image.missing" | "image.fetch" | "image.checksum" | "image.signature"
  | "engine.op" | "engine.missing" | "planner.failed" | "host.feature" | "unsupported";

/** The line a problem is about, and the offending token in it: `start` is 0-based. Whole, or cut around the token. */
export interface Excerpt { readonly text: string; readonly start: number; readonly length: number }

/** The step of a plan that failed. */
export interface Step {
  /** From 1, of how many. */
  readonly number: number;
  readonly of: number;
  /** What it does, as in docs/decisions/0002-protocol.md: `mount`, `clone`, `spawn` … */
  readonly op: string;
  /** Whose step it is: `launcher`, `monitor`, `init` … */
  readonly process: string;
  /** The kernel's answer, as in `ENOENT`; absent: a program's status. */
  readonly errno?: string;
  /** The line or option it is for: `config:14 lxc.mount.entry`. */
  readonly origin: string;
}

/** What went wrong, or is worth a warning. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity?: "error" | "warning";
  readonly at?: Origin;
  /** One sentence, lower-case start allowed, no full stop, quotes the user's own token. */
  readonly text: string;
  readonly cause?: string;
  readonly remedy?: string;
  readonly excerpt?: Excerpt;
  /** Of a plan that failed while it ran. */
  readonly step?: Step;
}

/** A problem of one kind. */
export type ProblemOf<C extends ProblemCode> = Problem & { readonly code: C };

/** A value, perhaps with warnings; or problems, at least one. */
export type Result<T> = { readonly ok: true; readonly value: T; readonly warnings?: readonly Problem[] } | { readonly ok: false; readonly problems: readonly Problem[] };

export const ok = <T>(value: T, warnings?: readonly Problem[]): Result<T> => (warnings === undefined || warnings.length === 0 ? { ok: true, value } : { ok: true, value, warnings });
export const fail = (...problems: readonly Problem[]): { readonly ok: false; readonly problems: readonly Problem[] } => ({ ok: false, problems });
