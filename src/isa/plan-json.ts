// Owns a plan as text, for the planner process that will have to explain its failure. Written for each
// plan and hardly ever read: writing is one JSON.stringify, all the explaining is left to the reader.
import type { Op, Plan } from "./op.ts";
import type { FieldKind, OpRow } from "./schema.ts";
import { SCHEMA } from "./schema.ts";

const rows: Readonly<Record<string, OpRow>> = SCHEMA;

/** Environments are nobody's business but the program's. */
const hidden = (ops: readonly Op[]): readonly Op[] => ops.map((op): Op => {
  const shown: Op = "env" in op && op.env !== undefined ? { ...op, env: [] } : op.op === "clone" ? { ...op, body: hidden(op.body) } : op;
  return shown.undo === undefined || !shown.undo.some((undo) => "env" in undo || undo.op === "clone") ? shown : { ...shown, undo: hidden(shown.undo) };
});

/** JSON has no bigint. */
const writeBigint = (_: string, value: unknown): unknown => (typeof value === "bigint" ? { bigint: String(value) } : value);

/** A replacer makes JSON.stringify several times as slow, and hardly any plan has a number that needs one. */
export function planToJson({ verb, name, lxcpath, ops }: Plan): string {
  const plan = { verb, name, lxcpath, ops: hidden(ops) };
  try {
    return JSON.stringify(plan);
  } catch {
    return JSON.stringify(plan, writeBigint);
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);
const isString = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): boolean => typeof value === "number" || typeof value === "bigint";
const isList = (value: unknown, isItem: (item: unknown) => boolean): boolean => Array.isArray(value) && value.every(isItem);

const isPart = (value: unknown): boolean => isString(value) || (isRecord(value) && (isNumber(value["slot"]) || isNumber(value["startTime"]) || isNumber(value["raw32"]) || isString(value["hex"])));
const isText = (value: unknown): boolean => isString(value) || isList(value, isPart);

function isField(kind: FieldKind, value: unknown): boolean {
  switch (kind.replace("?", "")) {
    case "text": case "data": return isText(value);
    case "texts": return isList(value, isText);
    case "slots": case "nums": return isList(value, isNumber);
    case "ops": return isOps(value);
    default: return isNumber(value);
  }
}

function isOp(value: unknown): value is Op {
  if (!isRecord(value) || !isString(value["op"]) || !Object.hasOwn(rows, value["op"])) return false;
  const { from, note, undo } = value;
  if (!isRecord(from) || !isString(from["kind"]) || !isString(from["key"]) || !(note === undefined || isString(note)) || !(undo === undefined || isOps(undo))) return false;
  const fields = Object.entries(rows[value["op"]]?.fields ?? {});
  return fields.every(([name, kind]) => (value[name] === undefined ? kind.endsWith("?") : isField(kind, value[name])));
}
const isOps = (value: unknown): value is readonly Op[] => isList(value, isOp);

const revive = (_: string, value: unknown): unknown => (isRecord(value) && isString(value["bigint"]) ? BigInt(value["bigint"]) : value);

function parse(text: string): unknown {
  try {
    return JSON.parse(text, revive);
  } catch {
    return undefined;
  }
}

/** undefined for text that is no plan: it comes back through a process that may have been killed half-way. */
export function planFromJson(text: string): Plan | undefined {
  const value = parse(text);
  if (!isRecord(value) || !isString(value["verb"]) || !isString(value["name"]) || !isString(value["lxcpath"]) || !isOps(value["ops"])) return undefined;
  return { verb: value["verb"], name: value["name"], lxcpath: value["lxcpath"], ops: value["ops"] };
}
