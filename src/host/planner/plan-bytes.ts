// Owns the bytes of a plan in the planner's doors, in the place of isa/plan-bytes.ts: made by the addon, the same bytes.
import { flatten } from "../../isa/flatten.ts";
import type { Plan } from "../../isa/op.ts";
import { originsText } from "../../isa/origins.ts";
import { calls } from "./calls.ts";

export async function planBytes(plan: Plan): Promise<Uint8Array<ArrayBuffer>> {
  const flat = flatten(plan.ops);
  const notes = originsText(plan, flat.ops);
  const made = calls?.encode(flat.ops, flat.bodyAt, flat.undoAt, flat.undoCount, plan.ops.length, notes);
  return typeof made === "object" ? made : (await import("../../isa/encode.ts")).encodeFlat(flat, plan.ops.length, notes);
}
