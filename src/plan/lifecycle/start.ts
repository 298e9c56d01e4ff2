// Owns the plan of a start: which planner speaks when, and in which process.
import type { Plan } from "../../isa/op.ts";
import type { HostFacts } from "../../model/facts.ts";
import type { Result } from "../../model/problem.ts";
import { fail } from "../../model/problem.ts";
import type { ContainerSpec } from "../../model/spec.ts";
import type { StartInputs } from "./inputs.ts";

/** Host paths whose PathFact a start needs in `facts.paths`. Probe all of them; one that is missing stays undefined. */
export function pathsWanted(spec: ContainerSpec): readonly string[] {
  const rootfs = spec.rootfs;
  return rootfs === undefined ? [] : [rootfs.path, rootfs.mount];
}

export function planStart(_spec: ContainerSpec, _facts: HostFacts, _inputs: StartInputs): Result<Plan> {
  return fail({ code: "unsupported", text: "start is not planned yet" });
}
