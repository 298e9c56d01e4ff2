// Owns the bytes of a plan. Layout (little-endian), mirrored by engine/plan.h:
//   header  9 x u32: magic, version, total bytes, op count, root op count, slot count, ops offset, notes offset, notes length;
//           and 4 bytes of padding, so that the records are 8-byte aligned
//   ops     op count records of 88 bytes, see encodeOp
//   data    texts (NUL-terminated), lists, references
//   notes   opaque to the engine; handed back to the planner when an op fails
import { errnoNumber } from "../linux/errno.ts";
import type { Data, Op, Plan, Text } from "./op.ts";
import type { FieldKind, OpRow } from "./schema.ts";
import { LIMITS, MAGIC, PLAN_VERSION, SCHEMA, WHEN } from "./schema.ts";
import { Heap } from "./heap.ts";
import type { Span } from "./heap.ts";

export const HEADER_BYTES = 40;
export const OP_BYTES = 88;
/** An optional field that is not given: all ones. */
export const NONE = 0xffffffffffffffffn;
const ABSENT: Span = { at: 0xffffffff, size: 0xffffffff };
/** Top bit of a span's length: the span is a list of references, not bytes. */
export const COMPOSED = 0x80000000;

const rows: Readonly<Record<string, OpRow>> = SCHEMA;

/** A field of the schema, taken apart once: a plan is encoded in a process that has just begun. */
interface Field { readonly name: string; readonly bare: string; readonly isOptional: boolean }
const known = new Map<string, readonly Field[]>();
function fieldsOf(op: Op): readonly Field[] {
  const seen = known.get(op.op);
  if (seen !== undefined) return seen;
  const fields = Object.entries(rowOf(op).fields).map(([name, kind]: [string, FieldKind]): Field =>
    kind.endsWith("?") ? { name, bare: kind.slice(0, -1), isOptional: true } : { name, bare: kind, isOptional: false });
  known.set(op.op, fields);
  return fields;
}

interface Flat { readonly op: Op; readonly first: Map<string, number>; readonly process: string; readonly undoOf?: number }

/** Flattens nested programs: a list is contiguous and always lies behind the op that owns it. */
function flatten(root: readonly Op[]): Flat[] {
  const out: Flat[] = [];
  const queue: { list: readonly Op[]; process: string; owner?: Flat; field?: string; undoOf?: number }[] = [{ list: root, process: "launcher" }];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (next.owner !== undefined && next.field !== undefined) next.owner.first.set(next.field, out.length);
    for (const op of next.list) {
      const { process } = next;
      const flat: Flat = { op, first: new Map(), process, ...(next.undoOf === undefined ? {} : { undoOf: next.undoOf }) };
      const id = out.push(flat) - 1;
      for (const { name, bare } of fieldsOf(op)) if (bare === "ops") queue.push({ list: listOf(op, name), process: processName(op) ?? process, owner: flat, field: name });
      if (op.undo !== undefined && op.undo.length > 0) queue.push({ list: op.undo, process, owner: flat, field: "undo", undoOf: id });
    }
  }
  return out;
}

/** The name a clone gives its child, when it is known now. */
const processName = (op: Op): string | undefined => (op.op === "clone" && typeof op.name === "string" ? op.name : undefined);

const rowOf = (op: Op): OpRow => {
  const row = rows[op.op];
  if (row === undefined) throw new Error(`no such op: ${op.op}`);
  return row;
};
export const fieldOf = (op: Op, field: string): unknown => (Object.hasOwn(op, field) ? Reflect.get(op, field) : undefined);
const isOps = (value: unknown): value is readonly Op[] => Array.isArray(value);
const listOf = (op: Op, field: string): readonly Op[] => {
  const value = fieldOf(op, field);
  return isOps(value) ? value : [];
};

const isText = (value: unknown): value is Text => typeof value === "string" || Array.isArray(value);
const isTexts = (value: unknown): value is readonly Text[] => Array.isArray(value);
const isNums = (value: unknown): value is readonly number[] => Array.isArray(value);

function number(value: unknown): Span | undefined {
  if (typeof value === "bigint") return { at: Number(value & 0xffffffffn), size: Number((value >> 32n) & 0xffffffffn) };
  if (typeof value !== "number" || !Number.isInteger(value)) return undefined;
  if (!Number.isSafeInteger(value)) return number(BigInt(value));
  return { at: value >>> 0, size: Math.floor(value / 0x1_0000_0000) >>> 0 }; // two's complement, both halves
}

/** The 64 bits of a field, low half and high half. */
function encodeField(heap: Heap, { name, bare, isOptional }: Field, op: Op): Span {
  const value = fieldOf(op, name);
  if (value === undefined) {
    if (!isOptional) throw new Error(`${op.op}.${name} is missing`);
    return ABSENT;
  }
  switch (bare) {
    case "u32": case "u64": case "slot": case "newSlot": {
      const halves = number(value);
      if (halves === undefined) throw new Error(`${op.op}.${name} must be a number`);
      return halves;
    }
    case "text": if (isText(value)) return heap.text(value, true); break;
    case "data": if (isText(value)) return heap.text(value, false); break;
    case "texts": if (isTexts(value)) return heap.list(value.map((item) => heap.text(item, true))); break;
    case "slots": case "nums": if (isNums(value)) return heap.nums(value); break;
  }
  throw new Error(`${op.op}.${name} has the wrong type`);
}

const TOLERANCE = { fail: 0, ignore: 1, list: 2 } as const;

function encodeOp(view: DataView, index: number, flat: Flat, heap: Heap): void {
  const { op, first } = flat;
  const row = rowOf(op);
  const at = HEADER_BYTES + index * OP_BYTES;
  const list = typeof op.onError === "object" ? op.onError : [];
  view.setUint16(at, row.code, true);
  view.setUint8(at + 2, typeof op.onError === "object" ? TOLERANCE.list : TOLERANCE[op.onError ?? "fail"]);
  view.setUint8(at + 3, WHEN[op.when ?? "always"]);
  view.setUint32(at + 4, index, true);
  view.setUint32(at + 8, first.get("undo") ?? 0, true);
  view.setUint16(at + 12, op.undo?.length ?? 0, true);
  if (list.length > LIMITS.errnos) throw new Error(`${op.op}: more than ${LIMITS.errnos} tolerated errors`);
  list.forEach((name, i) => view.setUint16(at + 16 + 2 * i, errnoNumber(name), true));
  fieldsOf(op).forEach((field, i) => {
    const value = field.bare === "ops" ? { at: first.get(field.name) ?? 0, size: listOf(op, field.name).length } : encodeField(heap, field, op);
    view.setUint32(at + 24 + 8 * i, value.at, true);
    view.setUint32(at + 28 + 8 * i, value.size, true);
  });
}

function slotCount(ops: readonly Flat[]): number {
  let most = -1;
  for (const { op } of ops) for (const { name, bare } of fieldsOf(op)) {
    const value = bare === "newSlot" ? fieldOf(op, name) : undefined;
    if (typeof value === "number") most = Math.max(most, value);
  }
  return most + 1;
}

/** The bytes the engine reads. `notes` is kept for the planner that has to explain a failure. */
export function encode(plan: Plan, notes = ""): Uint8Array<ArrayBuffer> {
  const flat = flatten(plan.ops);
  const dataAt = HEADER_BYTES + flat.length * OP_BYTES;
  const head = new DataView(new ArrayBuffer(dataAt));
  const heap = new Heap(dataAt);
  flat.forEach((op, index) => encodeOp(head, index, op, heap));
  const data = heap.bytes();
  const notesBytes = new TextEncoder().encode(notes);
  const notesAt = dataAt + data.length;
  const total = notesAt + notesBytes.length;
  [MAGIC, PLAN_VERSION, total, flat.length, plan.ops.length, slotCount(flat), HEADER_BYTES, notesAt, notesBytes.length]
    .forEach((value, i) => head.setUint32(4 * i, value, true));
  const out = new Uint8Array(total);
  out.set(new Uint8Array(head.buffer), 0);
  out.set(data, dataAt);
  out.set(notesBytes, notesAt);
  return out;
}

/** Ops in the order of their ids (the index the engine reports), for notes and explanations. */
export const numbered = (plan: Plan): readonly Op[] => flatten(plan.ops).map(({ op }) => op);
/** The same, each with the process that runs it and the id of the op that it undoes. */
export const numberedWithProcess = (plan: Plan): readonly { readonly op: Op; readonly process: string; readonly undoOf?: number }[] =>
  flatten(plan.ops).map(({ op, process, undoOf }) => ({ op, process, ...(undoOf === undefined ? {} : { undoOf }) }));
export type { Data };
