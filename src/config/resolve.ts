// Owns syntax -> ContainerSpec: what a config means, with all problems at once.
import { fail, type Result } from "../model/problem.ts";
import type { ContainerSpec } from "../model/spec.ts";
import type { ReadFile } from "./include.ts";
import type { Syntax } from "./syntax.ts";

export interface ResolveInput {
  readonly syntax: Syntax | readonly Syntax[];
  /** -s K=V as typed; applied after the files. */
  readonly overrides: readonly string[];
  readonly name: string;
  readonly lxcpath: string;
  /** Hex digits; used for hwaddr templates. The same string gives the same addresses. */
  readonly random: string;
  readonly isRoot: boolean;
  readonly rootfsMountDefault: string;
  /** Reads lxc.mount.fstab. Without it the lines of that file are not part of `mounts`: enough for lxc-info and lxc-ls, not for a start. */
  readonly read?: ReadFile;
  /** For a relative lxc.mount.fstab. */
  readonly cwd?: string;
}

export function resolve(_input: ResolveInput): Result<ContainerSpec> {
  return fail({ code: "unsupported", text: "not written yet" });
}
