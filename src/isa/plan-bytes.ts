// Owns what the launcher gets of a plan: its bytes, with the text that a report of its failure needs.
import { encode } from "./encode.ts";
import type { Plan } from "./op.ts";
import { planToJson } from "./plan-json.ts";

export const planBytes = (plan: Plan): Uint8Array<ArrayBuffer> => encode(plan, planToJson(plan));
