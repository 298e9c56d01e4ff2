// Owns asking a container whether it is well: a command inside, its status, a time limit.
import type { Health } from "../../model/project.ts";
import type { Request } from "../../model/request.ts";
import { DEFAULT_PATH } from "../../plan/attach/environment.ts";
import { attach } from "../attach.ts";
import { PLAIN_ATTACH } from "../plain-options.ts";
import { launch } from "../run.ts";
import { pause } from "../pause.ts";
import type { Target } from "../verbs.ts";

export async function isHealthy(request: Request, target: Target, { command, timeout }: Health): Promise<boolean> {
  const plan = await attach({ ...request, cwd: "/", isTty: [false, false, false] }, target, { ...PLAIN_ATTACH, command: [...command], setVar: [`PATH=${DEFAULT_PATH}`], endsWithLauncher: true });
  if (!plan.ok) return false;
  const abort = AbortSignal.timeout(Math.max(1, timeout * 1000));
  const ran = await launch({ ...request, cwd: "/" }, plan.value, { stdin: "ignore", stdout: "ignore", stderr: "ignore", abort }).ended;
  return ran.ok && ran.value.status === 0 && !abort.aborted;
}

/** Until it is well; false: it has not been so often, after its time of grace. */
export async function awaitHealth(request: Request, target: Target, health: Health, end: AbortSignal): Promise<boolean> {
  const graceEnds = Date.now() + health.grace * 1000;
  for (let failures = 0; failures < health.retries && !end.aborted;) {
    if (await isHealthy(request, target, health)) return true;
    if (Date.now() >= graceEnds) failures++;
    if (failures < health.retries) await pause(health.interval * 1000, end);
  }
  return false;
}
