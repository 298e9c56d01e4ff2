// Owns an engine that is kept: its plan ends in a program that echoes what it reads, so an echo says that every op
// before it has succeeded, and closing its input ends it. It dies with whoever started it, however that ends.
import { spawn } from "node:child_process";
import { encode } from "../../isa/encode.ts";
import type { PlanEvent } from "../../isa/events.ts";
import { parseEvents } from "../../isa/events.ts";
import type { Plan } from "../../isa/op.ts";

export interface Holder { readonly isHeld: true; readonly pid: number; readonly release: () => Promise<void> }
export type Held = Holder | { readonly isHeld: false; readonly events: readonly PlanEvent[]; readonly text: string };

/** `abort` kills it while it is not held yet. */
export async function holdPlan(plan: Plan, engine: string, abort?: AbortSignal): Promise<Held> {
  const child = spawn(engine, ["run", "--plan-fd", "3", "--events-fd", "4"], { stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"], env: {} });
  const kill = (): void => { child.kill("SIGKILL"); };
  abort?.addEventListener("abort", kill, { once: true });
  const [input, output, errors, planPipe, eventPipe] = child.stdio;
  const events: Uint8Array[] = [];
  const said: Uint8Array[] = [];
  const ended = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("close", () => resolve());
  });
  const echoed = new Promise<boolean>((resolve) => {
    output.once("data", () => resolve(true));
    void ended.then(() => resolve(false));
  });
  errors.on("data", (chunk: Uint8Array) => said.push(chunk));
  if (eventPipe !== null && eventPipe !== undefined && "read" in eventPipe) eventPipe.on("data", (chunk: Uint8Array) => events.push(chunk));
  for (const pipe of [input, planPipe]) pipe?.on("error", () => undefined);
  if (planPipe !== null && planPipe !== undefined && "end" in planPipe) planPipe.end(encode(plan));
  input.write("\n");
  const isHeld = await echoed;
  abort?.removeEventListener("abort", kill);
  if (!isHeld) {
    await ended;
    return { isHeld: false, events: parseEvents(Buffer.concat(events)), text: Buffer.concat(said).toString() };
  }
  return {
    isHeld: true,
    pid: child.pid ?? 0,
    release: async () => {
      input.end();
      await ended;
    },
  };
}
