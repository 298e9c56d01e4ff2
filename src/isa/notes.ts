// Owns the notes on a plan: what a later planner process needs to explain a failure of it.
import { originText } from "../model/origin.ts";
import { numberedWithProcess } from "./encode.ts";
import { sentences } from "./explain.ts";
import type { Op } from "./op.ts";
import { readBack } from "./read-back.ts";

export interface NotedOp { readonly op: string; readonly process: string; readonly sentence: string; readonly origin: string; readonly note?: string;
  /** What it works on when that is known before it runs: a path, a program, a name, a type; "" otherwise. */
  readonly subject: string;
}

function subjectOf(op: Op): string {
  if (op.op === "spawn" || op.op === "initLoop") return typeof op.argv[0] === "string" ? op.argv[0] : "";
  if ("also" in op && op.also !== undefined) return ""; // the engine names the one
  const subject = "path" in op ? op.path : "proxy" in op ? op.proxy : "address" in op ? op.address : "type" in op ? op.type : "name" in op ? op.name : "";
  return typeof subject === "string" ? subject : "";
}

export interface Notes {
  readonly verb: string;
  readonly name: string;
  readonly lxcpath: string;
  /** Indexed by op id. */
  readonly ops: readonly NotedOp[];
}

/** undefined for bytes that are no plan with its origins. */
export function notesOf(bytes: Uint8Array): Notes | undefined {
  const plan = readBack(bytes);
  if (plan === undefined) return undefined;
  const texts = sentences(plan);
  const ops = numberedWithProcess(plan).map(({ op, process }): NotedOp =>
    ({ op: op.op, process, sentence: texts.get(op) ?? op.op, origin: originText(op.from), subject: subjectOf(op), ...(op.note === undefined ? {} : { note: op.note }) }));
  return { verb: plan.verb, name: plan.name, lxcpath: plan.lxcpath, ops };
}
