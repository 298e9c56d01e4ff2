// Owns the plan that runs lxc.hook.destroy before anything is removed; a hook that fails keeps the container.
import type { HostFacts } from "../../model/facts.ts";
import type { ContainerSpec } from "../../model/spec.ts";
import type { Plan } from "../../isa/op.ts";
import { planHooks } from "../hooks.ts";
import { newScope } from "../scope.ts";

export function planDestroyHooks(spec: ContainerSpec, facts: HostFacts): Plan {
  const { name, lxcpath } = spec;
  return { verb: "destroy", name, lxcpath, ops: planHooks(newScope(spec, facts), { name: "destroy", rootfsMount: spec.rootfs?.mount ?? "" }) };
}
