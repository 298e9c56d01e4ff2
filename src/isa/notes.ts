// Owns the notes that travel with a plan: what a later planner process needs to explain a failure of it.
import { originText } from "../model/origin.ts";
import { numberedWithProcess } from "./encode.ts";
import { sentences } from "./explain.ts";
import type { Op, Plan } from "./op.ts";

export interface NotedOp { readonly op: string; readonly process: string; readonly sentence: string; readonly origin: string; readonly note?: string;
  /** What it works on when that is known before it runs: a path, a program, a name, a type; "" otherwise. */
  readonly subject: string;
}

function subjectOf(op: Op): string {
  if (op.op === "spawn" || op.op === "initLoop") return typeof op.argv[0] === "string" ? op.argv[0] : "";
  const subject = "path" in op ? op.path : "address" in op ? op.address : "type" in op ? op.type : "name" in op ? op.name : "";
  return typeof subject === "string" ? subject : "";
}

export interface Notes {
  readonly verb: string;
  readonly name: string;
  readonly lxcpath: string;
  /** Indexed by op id. */
  readonly ops: readonly NotedOp[];
}

/** Compact JSON; equal origins and processes are stored once. */
export function notesOf(plan: Plan): string {
  const words: string[] = [];
  const known = new Map<string, number>();
  const index = (word: string): number => {
    const at = known.get(word) ?? words.push(word) - 1;
    known.set(word, at);
    return at;
  };
  const texts = sentences(plan);
  const ops = numberedWithProcess(plan).map(({ op, process }) => [index(op.op), index(process), texts.get(op) ?? op.op, index(originText(op.from)), index(subjectOf(op)), ...(op.note === undefined ? [] : [op.note])]);
  return JSON.stringify({ verb: plan.verb, name: plan.name, lxcpath: plan.lxcpath, words, ops });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);
const isString = (value: unknown): value is string => typeof value === "string";

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** undefined for text that is not notes: they come back through a process that may have been killed half-way. */
export function parseNotes(text: string): Notes | undefined {
  const value = parseJson(text);
  if (!isRecord(value) || !isString(value["verb"]) || !isString(value["name"]) || !isString(value["lxcpath"]) || !Array.isArray(value["words"]) || !Array.isArray(value["ops"])) return undefined;
  const words: readonly unknown[] = value["words"];
  const word = (at: unknown): string => {
    const found = typeof at === "number" ? words[at] : undefined;
    return isString(found) ? found : "?";
  };
  const ops = value["ops"].map((row: unknown): NotedOp => {
    const [op, process, sentence, origin, subject, note]: readonly unknown[] = Array.isArray(row) ? row : [];
    return { op: word(op), process: word(process), sentence: isString(sentence) ? sentence : "?", origin: word(origin), subject: word(subject), ...(isString(note) ? { note } : {}) };
  });
  return { verb: value["verb"], name: value["name"], lxcpath: value["lxcpath"], ops };
}
