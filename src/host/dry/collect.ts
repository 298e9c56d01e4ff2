// Owns the engine that does nothing: what a plan would do, one line per op, in the order it is encoded.
import { numbered } from "../../isa/encode.ts";
import type { Op, Plan } from "../../isa/op.ts";

export interface DryOutcome { readonly status: 0; readonly ops: readonly Op[] }

/** The same answer shape as a run that went well, and the ops that it would have run. */
export const runDry = (plan: Plan): DryOutcome => ({ status: 0, ops: numbered(plan) });
