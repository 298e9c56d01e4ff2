// Owns the plan of lxc-execute: a start whose pid 1 is the engine's own loop around one program.
import type { Plan } from "../../isa/op.ts";
import type { HostFacts } from "../../model/facts.ts";
import type { Result } from "../../model/problem.ts";
import type { ContainerSpec } from "../../model/spec.ts";
import type { StartInputs } from "./inputs.ts";
import { planRun } from "./start.ts";

/** `inputs.command` wins over lxc.execute.cmd, which wins over lxc.init.cmd. */
export function planExecute(spec: ContainerSpec, facts: HostFacts, inputs: StartInputs): Result<Plan> {
  const cmd = inputs.command.length > 0 ? undefined : spec.executeCmd;
  return planRun(cmd === undefined ? spec : { ...spec, init: { ...spec.init, cmd } }, facts, { inputs, isExecute: true });
}
