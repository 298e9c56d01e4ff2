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
import { Heap, NotAscii } from "./heap.ts";

export const HEADER_BYTES = 40;
export const OP_BYTES = 88;
/** An optional field that is not given: all ones. */
export const NONE = 0xffffffffffffffffn;
const ABSENT = 0xffffffff; // in both words
const HEADER_WORDS = HEADER_BYTES / 4;
const OP_WORDS = OP_BYTES / 4;

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

/** A number as two words, two's complement; false when it is none. */
function putNumber(heap: Heap, index: number, value: unknown): boolean {
  if (typeof value === "bigint") {
    heap.put(index, Number(value & 0xffffffffn));
    heap.put(index + 1, Number((value >> 32n) & 0xffffffffn));
    return true;
  }
  if (typeof value !== "number" || !Number.isInteger(value)) return false;
  if (!Number.isSafeInteger(value)) return putNumber(heap, index, BigInt(value));
  heap.put(index, value);
  heap.put(index + 1, Math.floor(value / 0x1_0000_0000));
  return true;
}

function putAbsent(heap: Heap, index: number): void {
  heap.put(index, ABSENT);
  heap.put(index + 1, ABSENT);
}

/** The 64 bits of a field: an immediate, or a span. */
function encodeField(heap: Heap, index: number, { name, bare, isOptional }: Field, op: Op): void {
  const value = fieldOf(op, name);
  if (value === undefined) {
    if (!isOptional) throw new Error(`${op.op}.${name} is missing`);
    return putAbsent(heap, index);
  }
  switch (bare) {
    case "u32": case "u64": case "slot": case "newSlot":
      if (!putNumber(heap, index, value)) throw new Error(`${op.op}.${name} must be a number`);
      return;
    case "text": if (isText(value)) return heap.text(index, value, true); break;
    case "data": if (isText(value)) return heap.text(index, value, false); break;
    case "texts": if (isTexts(value)) return heap.texts(index, value); break;
    case "slots": case "nums": if (isNums(value)) return heap.nums(index, value); break;
  }
  throw new Error(`${op.op}.${name} has the wrong type`);
}

const TOLERANCE = { fail: 0, ignore: 1, list: 2 } as const;

function encodeErrnos(heap: Heap, at: number, op: Op): void {
  if (typeof op.onError !== "object") return;
  if (op.onError.length > LIMITS.errnos) throw new Error(`${op.op}: more than ${LIMITS.errnos} tolerated errors`);
  const [first = 0, second = 0, third = 0, fourth = 0] = op.onError.map(errnoNumber);
  heap.put(at, first | (second << 16));
  heap.put(at + 1, third | (fourth << 16));
}

/** struct op of engine/plan.h. */
function encodeOp(heap: Heap, id: number, { op, first }: Flat): void {
  const at = HEADER_WORDS + id * OP_WORDS;
  const tolerance = typeof op.onError === "object" ? TOLERANCE.list : TOLERANCE[op.onError ?? "fail"];
  heap.put(at, rowOf(op).code | (tolerance << 16) | (WHEN[op.when ?? "always"] << 24));
  heap.put(at + 1, id);
  heap.put(at + 2, first.get("undo") ?? 0);
  heap.put(at + 3, op.undo?.length ?? 0);
  encodeErrnos(heap, at + 4, op);
  let index = at + 6;
  for (const field of fieldsOf(op)) {
    if (field.bare === "ops") {
      heap.put(index, first.get(field.name) ?? 0);
      heap.put(index + 1, listOf(op, field.name).length);
    } else encodeField(heap, index, field, op);
    index += 2;
  }
}

function slotCount(ops: readonly Flat[]): number {
  let most = -1;
  for (const { op } of ops) for (const { name, bare } of fieldsOf(op)) {
    const value = bare === "newSlot" ? fieldOf(op, name) : undefined;
    if (typeof value === "number" && value > most) most = value;
  }
  return most + 1;
}

function write(flat: readonly Flat[], { rootCount, notes, isAscii }: { readonly rootCount: number; readonly notes: string; readonly isAscii: boolean }): Uint8Array<ArrayBuffer> {
  const heap = new Heap(HEADER_WORDS + flat.length * OP_WORDS, isAscii);
  for (let id = 0; id < flat.length; id++) {
    const op = flat[id];
    if (op !== undefined) encodeOp(heap, id, op);
  }
  return heap.bytes(notes, (put, at) => {
    const header = [MAGIC, PLAN_VERSION, at.end, flat.length, rootCount, slotCount(flat), HEADER_BYTES, at.notes, at.end - at.notes];
    for (let i = 0; i < header.length; i++) put(i, header[i] ?? 0);
  });
}

/** The bytes the engine reads. `notes` is kept for the planner that has to explain a failure. */
export function encode(plan: Plan, notes = ""): Uint8Array<ArrayBuffer> {
  const flat = flatten(plan.ops);
  const rootCount = plan.ops.length;
  try {
    return write(flat, { rootCount, notes, isAscii: true });
  } catch (error) {
    if (!(error instanceof NotAscii)) throw error;
    return write(flat, { rootCount, notes, isAscii: false });
  }
}

/** Ops in the order of their ids (the index the engine reports), for notes and explanations. */
export const numbered = (plan: Plan): readonly Op[] => flatten(plan.ops).map(({ op }) => op);
/** The same, each with the process that runs it and the id of the op that it undoes. */
export const numberedWithProcess = (plan: Plan): readonly { readonly op: Op; readonly process: string; readonly undoOf?: number }[] =>
  flatten(plan.ops).map(({ op, process, undoOf }) => ({ op, process, ...(undoOf === undefined ? {} : { undoOf }) }));
export type { Data };
