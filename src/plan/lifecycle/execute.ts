// Owns the plan of lxc-execute: a start whose pid 1 is the engine's own loop around one program.
import type { Plan } from "../../isa/op.ts";
import type { HostFacts } from "../../model/facts.ts";
import type { Result } from "../../model/problem.ts";
import { fail } from "../../model/problem.ts";
import type { ContainerSpec } from "../../model/spec.ts";
import type { StartInputs } from "./inputs.ts";

export function planExecute(_spec: ContainerSpec, _facts: HostFacts, _inputs: StartInputs): Result<Plan> {
  return fail({ code: "unsupported", text: "execute is not planned yet" });
}
