// Owns a plan as text, for the planner process that will have to explain its failure. Written for each
// plan and hardly ever read: writing is one JSON.stringify, all the explaining is left to the reader.
import type { Op, Plan } from "./op.ts";
import type { FieldKind, OpRow } from "./schema.ts";
import { SCHEMA } from "./schema.ts";

const rows: Readonly<Record<string, OpRow>> = SCHEMA;

/** JSON has no bigint. Environments are nobody's business but the program's. */
function reduce(key: string, value: unknown): unknown {
  if (typeof value === "bigint") return { bigint: String(value) };
  return key === "env" ? [] : value;
}
export const planToJson = ({ verb, name, lxcpath, ops }: Plan): string => JSON.stringify({ verb, name, lxcpath, ops }, reduce);

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
