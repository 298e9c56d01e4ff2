// Owns the next start of a container that rebooted: what its monitor runs.
import type { Plan } from "../isa/op.ts";
import type { Result } from "../model/problem.ts";
import { fail } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { planExecuteOf } from "./execute.ts";
import { parseReboot } from "./reboot-request.ts";
import { planOf } from "./start.ts";

/** `request.kind` is `reboot`. */
export async function reboot(request: Request): Promise<Result<Plan>> {
  const parsed = parseReboot(request);
  if (parsed === undefined) return fail({ code: "planner.failed", text: "the monitor's request for a restart cannot be read" });
  const { verb, target, options } = parsed;
  return verb === "start" ? planOf(request, target, options, true) : planExecuteOf(request, target, options, true);
}
