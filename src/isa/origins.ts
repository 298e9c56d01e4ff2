// Owns what travels with a plan for whoever has to explain its failure: where each op comes from, and its note. Written for
// each plan and hardly ever read; all the rest of an op is read back from the plan's bytes.
import type { Origin } from "../model/origin.ts";
import type { Op, Plan } from "./op.ts";

export interface Origins {
  readonly verb: string;
  readonly name: string;
  readonly lxcpath: string;
  /** Each once. */
  readonly origins: readonly Origin[];
  /** By op id: the index of its origin. */
  readonly from: readonly number[];
  /** By op id, of those that have one. */
  readonly notes: Readonly<Record<string, string>>;
}

/** `ops` in the order of their ids. */
export function originsText({ verb, name, lxcpath }: Plan, ops: readonly Op[]): string {
  const known = new Map<Origin, number>();
  const origins: Origin[] = [];
  const from: number[] = [];
  const notes: Record<string, string> = {};
  for (let id = 0; id < ops.length; id++) {
    const op = ops[id];
    if (op === undefined) continue;
    let index = known.get(op.from);
    if (index === undefined) {
      index = origins.push(op.from) - 1;
      known.set(op.from, index);
    }
    from.push(index);
    if (op.note !== undefined) notes[id] = op.note;
  }
  return JSON.stringify({ verb, name, lxcpath, origins, from, notes } satisfies Origins);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);
const isOrigin = (value: unknown): boolean => isRecord(value) && typeof value["kind"] === "string" && typeof value["key"] === "string";
const isString = (value: unknown): boolean => typeof value === "string";

function isOrigins(value: unknown): value is Origins {
  if (!isRecord(value) || ![value["verb"], value["name"], value["lxcpath"]].every(isString)) return false;
  const { origins, from, notes } = value;
  return Array.isArray(origins) && origins.every(isOrigin) && Array.isArray(from) && from.every((index) => Number.isInteger(index) && origins[index] !== undefined)
    && isRecord(notes) && Object.values(notes).every(isString);
}

/** undefined for what is no such text. */
export function parseOrigins(text: string): Origins | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isOrigins(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
