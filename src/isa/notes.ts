// Owns the notes a plan carries for whoever has to explain its failure. Opaque to the engine.
import { originText } from "../model/origin.ts";
import { numbered } from "./encode.ts";
import type { Op, Plan } from "./op.ts";

/** What an op works on, as far as it is plain text: `path`, `type`, `name`, the argv of a program … */
function argumentsOf(op: Op): Readonly<Record<string, string>> {
  const entries = Object.entries(op).flatMap(([field, value]): readonly (readonly [string, string])[] => {
    if (field === "op" || field === "note" || field === "env" || field === "data" || field === "input") return [];
    if (typeof value === "string") return [[field, value]];
    return field === "argv" && Array.isArray(value) ? [[field, value.map((part) => (typeof part === "string" ? part : "…")).join(" ")]] : [];
  });
  return Object.fromEntries(entries.map(([field, value]) => [field, value.slice(0, 300)]));
}

/** JSON; ops by the number that events name. */
export const notesOf = (plan: Plan): string =>
  JSON.stringify({ verb: plan.verb, name: plan.name, lxcpath: plan.lxcpath, ops: numbered(plan).map((op) => ({ op: op.op, from: originText(op.from), note: op.note, args: argumentsOf(op) })) });

export interface OpNotes { readonly op: string; readonly from: string; readonly note?: string; readonly args: Readonly<Record<string, string>> }
export interface PlanNotes { readonly verb: string; readonly name: string; readonly lxcpath: string; readonly ops: readonly OpNotes[] }

const fields = (value: unknown): ReadonlyMap<string, unknown> => new Map<string, unknown>(typeof value === "object" && value !== null ? Object.entries(value) : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

function parseOp(value: unknown): OpNotes {
  const of = fields(value);
  const note = of.get("note");
  const args = Object.fromEntries([...fields(of.get("args"))].flatMap(([key, item]) => (typeof item === "string" ? [[key, item]] : [])));
  return { op: text(of.get("op")), from: text(of.get("from")), args, ...(typeof note === "string" ? { note } : {}) };
}

/** undefined: not what notesOf wrote. */
export function parseNotes(notes: string): PlanNotes | undefined {
  try {
    const whole = fields(JSON.parse(notes));
    const ops = whole.get("ops");
    if (!Array.isArray(ops)) return undefined;
    return { verb: text(whole.get("verb")), name: text(whole.get("name")), lxcpath: text(whole.get("lxcpath")), ops: ops.map(parseOp) };
  } catch {
    return undefined;
  }
}
