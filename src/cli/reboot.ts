// Owns the answer to a monitor that wants the next start. It has no terminal left: what is said goes to the log of the system, not here.
import type { Request } from "../model/request.ts";
import { isAwaitStart, parseReboot } from "../runtime/reboot-request.ts";
import { reboot } from "../runtime/reboot.ts";
import type { Answer } from "./answer.ts";
import { done } from "./command-line.ts";
import { openLog } from "./log.ts";
import { say } from "./say.ts";

export async function main(request: Request): Promise<Answer> {
  if (isAwaitStart(request)) return (await import("./awaited-start.ts")).main(request);
  const result = await reboot(request);
  const target = parseReboot(request)?.target ?? { name: "", lxcpath: "" };
  const program = "lxc-start";
  const { log } = openLog({ program, ...target, isRoot: request.euid === 0, priority: "ERROR" });
  const voice = { program, name: target.name, isQuiet: false, log };
  if (result.ok) return { kind: "plan", plan: result.value, err: say(voice, result.warnings ?? []) };
  return done(1, { err: say(voice, result.problems) });
}
