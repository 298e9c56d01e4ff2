// Owns the records of hooks that the planner itself sees the end of: a plan and its events, as the engine's keepEvents writes them.
import { rmSync } from "node:fs";
import { earlierHooksFile, hooksFile } from "../host/store/layout.ts";
import type { EngineOutcome } from "../host/engine/run.ts";
import type { Notes } from "../isa/notes.ts";
import type { Plan } from "../isa/op.ts";
import { planBytes } from "../isa/plan-bytes.ts";
import type { Request } from "../model/request.ts";
import { writeBeside } from "./failure-record.ts";

function recordBytes(plan: Uint8Array, events: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(plan.length);
  return Buffer.concat([size, plan, events]);
}

/** Of a start that failed. */
export function writeStartHooks({ plan, events }: Request, notes: Notes): void {
  if (plan === undefined || events === undefined) return;
  rmSync(earlierHooksFile(notes), { force: true });
  writeBeside(notes, hooksFile(notes), recordBytes(plan, events));
}

/** Of a plan that has just been run; a file that cannot be written stops nothing. */
export function writePlanHooks(plan: Plan, { eventBytes }: EngineOutcome, file: string): void {
  writeBeside(plan, file, recordBytes(planBytes(plan), eventBytes));
}
