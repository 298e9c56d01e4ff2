// Owns what the launcher gets of a plan: its bytes, with what a report of its failure needs beside them.
import { encodeFlat } from "./encode.ts";
import { flatten } from "./flatten.ts";
import type { Plan } from "./op.ts";
import { originsText } from "./origins.ts";

export function planBytes(plan: Plan): Uint8Array<ArrayBuffer> {
  const flat = flatten(plan.ops);
  return encodeFlat(flat, plan.ops.length, originsText(plan, flat.ops));
}
