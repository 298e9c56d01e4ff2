// Owns the end of lxc-start --wait: what was reached in time, what was not, and the status that says so.
import { byOption } from "../model/origin.ts";
import type { Request } from "../model/request.ts";
import { arrive } from "../runtime/awaiting/milestone.ts";
import { parseAwaitStart } from "../runtime/reboot-request.ts";
import type { Answer } from "./answer.ts";
import { done } from "./command-line.ts";
import { say } from "./say.ts";
import type { Voice } from "./say.ts";

const STATUS = { stopped: 1, running: 2, booted: 3, network: 4 } as const;

export async function main(request: Request): Promise<Answer> {
  const wish = parseAwaitStart(request);
  if (wish === undefined) return done(1);
  const { target, isQuiet } = wish;
  const voice: Voice = { program: wish.program, name: target.name, isQuiet, log: { add: () => undefined, isOn: () => false } };
  const { missing, problems } = await arrive(request, target, wish);
  const status = missing === undefined ? 0 : STATUS[missing];
  return { kind: "plan", err: say(voice, problems), plan: { verb: "wait", ...target, ops: [{ op: "exitWith", from: byOption("--wait"), status }] } };
}
