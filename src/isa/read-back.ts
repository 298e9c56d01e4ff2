// Owns a plan made again of its bytes, for the planner process that has to explain its failure.
import { byDefault } from "../model/origin.ts";
import { decode } from "./decode.ts";
import type { DecodedOp } from "./decode.ts";
import type { Op, Plan } from "./op.ts";
import { parseOrigins } from "./origins.ts";
import type { Origins } from "./origins.ts";

const UNKNOWN = byDefault("unknown");

/** A decoded op has its row's fields, each of its kind: with a frame it is an op again. */
const isOp = (value: object): value is Op => "op" in value && "from" in value;
const isDecoded = (value: unknown): value is readonly DecodedOp[] => Array.isArray(value) && value.every((item) => typeof item === "object" && item !== null && "fields" in item);

function opsOf(decoded: readonly DecodedOp[], origins: Origins): readonly Op[] {
  return decoded.map(({ id, op, fields, onError, when, undo }): Op => {
    const { body } = fields;
    const note = origins.notes[id];
    const made = {
      op, ...fields, ...(isDecoded(body) ? { body: opsOf(body, origins) } : {}), from: origins.origins[origins.from[id] ?? 0] ?? UNKNOWN,
      ...(onError === "fail" ? {} : { onError }), ...(when === undefined ? {} : { when }), ...(undo.length === 0 ? {} : { undo: opsOf(undo, origins) }), ...(note === undefined ? {} : { note }),
    };
    if (!isOp(made)) throw new RangeError("no op");
    return made;
  });
}

/** undefined for bytes that are no plan: they come back through a process that may have been killed half-way. */
export function readBack(bytes: Uint8Array): Plan | undefined {
  try {
    const { ops, opCount, notes } = decode(bytes);
    const origins = parseOrigins(notes);
    if (origins === undefined || origins.from.length !== opCount) return undefined;
    return { verb: origins.verb, name: origins.name, lxcpath: origins.lxcpath, ops: opsOf(ops, origins) };
  } catch {
    return undefined;
  }
}
