// Owns what a trial is: a few ops that show whether a thing works, and what is said when it does not.
import type { Op } from "../../isa/op.ts";
import { byDefault } from "../../model/origin.ts";
import type { Check } from "../../model/doctor.ts";

export interface Trial extends Pick<Check, "id" | "group" | "title" | "isNeeded"> {
  readonly costs: string;
  readonly remedy?: string;
  /** `user`: in a new user namespace, together with these CLONE_* bits; `host`: as the caller is. */
  readonly where: { readonly kind: "user"; readonly flags: number } | { readonly kind: "host" };
  readonly ops: readonly Op[];
  /** A cgroup directory that a trial which was killed may have left. */
  readonly leaves?: string;
}

/** Who asks, and what is known before anything is tried. */
export interface Patient {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  readonly isRoot: boolean;
  /** For names of what is made. */
  readonly mark: string;
  /** `as root: berth setup alice`. */
  readonly setup: string;
}

export const from = byDefault("berth doctor");
/** Slots below are the wrapping's own. */
export const SLOT = { child: 0, first: 2, second: 3, third: 4 } as const;
