// Owns the verb kill: any signal for a container's init.
import type { Plan } from "../isa/op.ts";
import type { Result } from "../model/problem.ts";
import { ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { planKill } from "../plan/lifecycle/kill.ts";
import { decidedState, requireRunning } from "./running-container.ts";
import type { Target } from "./verbs.ts";

/** A frozen init gets it when it goes on. */
export async function kill(request: Request, target: Target, signal: number): Promise<Result<Plan>> {
  const live = requireRunning(target, await decidedState(request, target));
  return live.ok ? ok(planKill({ ...target, pid: live.value.initPid, startTime: live.value.initStart, signal })) : live;
}
