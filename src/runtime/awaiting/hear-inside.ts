// Owns a command in a running container, and what it says: how what is awaited asks those inside.
import { runPlan } from "../../host/engine/run.ts";
import { enginePath } from "../../host/probe/host-facts.ts";
import { ok, type Result } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import { attach } from "../attach.ts";
import { PLAIN_ATTACH } from "../plain-options.ts";
import type { Target } from "../verbs.ts";

interface Question { readonly command: readonly string[]; /** Bytes of the answer that are kept: its last ones. */ readonly most: number; readonly end: AbortSignal }

/** What it writes to its output; its status says nothing. */
export async function hearInside(request: Request, target: Target, { command, most, end }: Question): Promise<Result<string>> {
  const plan = await attach({ ...request, cwd: "/" }, target, { ...PLAIN_ATTACH, command });
  if (!plan.ok) return plan;
  let said = "";
  const hear = (bytes: Uint8Array): void => { said = `${said}${Buffer.from(bytes).toString("latin1")}`.slice(-most); };
  await runPlan(plan.value, { engine: enginePath(request.prefix), stdout: hear, stderr: "ignore", abort: end });
  return ok(said);
}
