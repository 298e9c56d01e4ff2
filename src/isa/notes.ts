// Owns the notes a plan carries for whoever has to explain its failure. Opaque to the engine.
import { originText } from "../model/origin.ts";
import { numbered } from "./encode.ts";
import type { Plan } from "./op.ts";

/** JSON; ops by the number that events name. */
export const notesOf = (plan: Plan): string =>
  JSON.stringify({ verb: plan.verb, name: plan.name, lxcpath: plan.lxcpath, ops: numbered(plan).map((op) => ({ op: op.op, from: originText(op.from), note: op.note })) });
