// Owns what a door answers: print this and end so, or run this plan in the caller's process.
import type { Plan } from "../isa/op.ts";
import type { Request } from "../model/request.ts";
import type { Tool } from "./options.ts";

export type Answer =
  | { readonly kind: "done"; readonly out?: string; readonly err?: string; readonly status: number }
  | { readonly kind: "plan"; readonly plan: Plan; readonly err?: string };

/** One command. It may read files, but what it prints goes through its answer. */
export interface Door {
  readonly main: (request: Request) => Promise<Answer>;
  /** Its option table, for the report of a plan that failed. */
  readonly tool?: Tool;
  /** Given by doors that the build has joined with all they need (scripts/planner.ts); it is the one of isa/plan-bytes.ts. */
  readonly planBytes?: (plan: Plan) => Promise<Uint8Array<ArrayBuffer>>;
}
