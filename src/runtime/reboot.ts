// Owns the answers to `replan`: the next start of a container that rebooted or has a restart policy, and the wait of who asked for it.
import type { Plan } from "../isa/op.ts";
import type { Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import { byDefault } from "../model/origin.ts";
import type { Request } from "../model/request.ts";
import { planExecuteOf } from "./execute.ts";
import type { AwaitRunning } from "./reboot-request.ts";
import { parseAwaitRunning, parseReboot } from "./reboot-request.ts";
import { parseAwaitStopped, parseEnded } from "./restart-request.ts";
import { planOf } from "./start.ts";
import { wait } from "./wait.ts";

/** lxc-stop -r ends when the container runs again: the plan that is left has nothing to do. */
async function awaitRunning(request: Request, { target, timeout }: AwaitRunning): Promise<Result<Plan>> {
  const reached = await wait(request, target, ["RUNNING"], timeout);
  if (!reached.ok) return reached;
  if (!reached.value) return fail({ code: "container.stopped", text: `${target.name} did not start again in time` });
  return ok({ verb: "stop", name: target.name, lxcpath: target.lxcpath, ops: [{ op: "exitWith", from: byDefault("it runs again"), status: 0 }] });
}

/** `request.kind` is `reboot`. */
export async function reboot(request: Request): Promise<Result<Plan>> {
  const awaited = parseAwaitRunning(request);
  if (awaited !== undefined) return awaitRunning(request, awaited);
  const stopping = parseAwaitStopped(request);
  if (stopping !== undefined) return (await import("./restarting.ts")).awaitStopped(request, stopping);
  const parsed = parseReboot(request);
  if (parsed === undefined) return fail({ code: "planner.failed", text: "the monitor's request for a restart cannot be read" });
  const [ended, again] = [parseEnded(request, "ended"), parseEnded(request, "again")];
  if (ended !== undefined) return (await import("./restarting.ts")).afterEnd(request, parsed, ended, [`again=${ended.monitorPid} ${ended.monitorStart}`, ...request.argv.slice(1)]);
  if (again !== undefined) return (await import("./restarting.ts")).startAgain(request, parsed, again);
  const { verb, target, options } = parsed;
  return verb === "start" ? planOf(request, target, options, true) : planExecuteOf(request, target, options, true);
}
