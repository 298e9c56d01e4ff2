// Owns the bytes of a plan. Layout (little-endian), mirrored by engine/plan.h:
//   header  9 x u32: magic, version, total bytes, op count, root op count, slot count, ops offset, notes offset, notes length;
//           and 4 bytes of padding, so that the records are 8-byte aligned
//   ops     op count records of 88 bytes, see encodeOp
//   data    texts (NUL-terminated), lists, references
//   notes   opaque to the engine; handed back to the planner when an op fails
import type { Errno } from "../linux/errno.ts";
import { errnoNumber } from "../linux/errno.ts";
import type { Op, Plan, Text } from "./op.ts";
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

const rowOf = (op: Op): OpRow => {
  const row = rows[op.op];
  if (row === undefined) throw new Error(`no such op: ${op.op}`);
  return row;
};
type Values = Readonly<Record<string, unknown>>;
const hasValues = (op: object): op is Values => typeof op === "object";
/** An op's fields by name. */
const valuesOf = (op: object): Values => (hasValues(op) ? op : {});
export const fieldOf = (op: Op, field: string): unknown => (Object.hasOwn(op, field) ? valuesOf(op)[field] : undefined);
const isOps = (value: unknown): value is readonly Op[] => Array.isArray(value);

/** All ops in the order of their ids, and the places of the lists they own. Arrays side by side: one object per op would cost as much as encoding it. */
interface Flat {
  readonly ops: readonly Op[];
  /** By id: the id of the first op of its nested program, of its undo; 0 where there is none. */
  readonly bodyAt: readonly number[];
  readonly undoAt: readonly number[];
  /** By id: the process that runs it; the op that it undoes. */
  readonly process: readonly string[];
  readonly undoOf: readonly (number | undefined)[];
}

/** Flattens nested programs: a list is contiguous and always lies behind the op that owns it. */
function flatten(root: readonly Op[]): Flat {
  const flat: { readonly ops: Op[]; readonly bodyAt: number[]; readonly undoAt: number[]; readonly process: string[]; readonly undoOf: (number | undefined)[] } =
    { ops: [], bodyAt: [], undoAt: [], process: [], undoOf: [] };
  const add = (list: readonly Op[], process: string, undoOf: number | undefined): number => {
    const first = flat.ops.length;
    for (const op of list) {
      flat.ops.push(op);
      flat.bodyAt.push(0);
      flat.undoAt.push(0);
      flat.process.push(process);
      flat.undoOf.push(undoOf);
    }
    return first;
  };
  add(root, "launcher", undefined);
  for (let id = 0; id < flat.ops.length; id++) {
    const op = flat.ops[id];
    if (op === undefined) continue;
    const process = flat.process[id] ?? "";
    if (op.op === "clone") flat.bodyAt[id] = add(op.body, typeof op.name === "string" ? op.name : process, undefined);
    if (op.undo !== undefined && op.undo.length > 0) flat.undoAt[id] = add(op.undo, process, id);
  }
  return flat;
}

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

const isOptional = (kind: FieldKind): boolean => kind.endsWith("?");

/** The 64 bits of a field: an immediate, or a span; false when the value is none of its kind. */
function encodeValue(heap: Heap, index: number, kind: FieldKind, value: unknown): boolean {
  switch (kind) {
    case "u32": case "u32?": case "u64": case "u64?": case "slot": case "slot?": case "newSlot": case "newSlot?": return putNumber(heap, index, value);
    case "text": case "text?": if (isText(value)) { heap.text(index, value, true); return true; } break;
    case "data": case "data?": if (isText(value)) { heap.text(index, value, false); return true; } break;
    case "texts": case "texts?": if (isTexts(value)) { heap.texts(index, value); return true; } break;
    case "slots?": case "nums": case "nums?": if (isNums(value)) { heap.nums(index, value); return true; } break;
    case "ops": break;
  }
  return false;
}

function refuse(op: Op, field: string, kind: FieldKind, value: unknown): never {
  if (value === undefined) throw new Error(`${op.op}.${field} is missing`);
  throw new Error(`${op.op}.${field} ${/^(u|slot\??$|newSlot)/.test(kind) ? "must be a number" : "has the wrong type"}`);
}

const TOLERANCE = { fail: 0, ignore: 1, list: 2 } as const;

function encodeErrnos(heap: Heap, at: number, op: string, tolerated: readonly Errno[]): void {
  if (tolerated.length > LIMITS.errnos) throw new Error(`${op}: more than ${LIMITS.errnos} tolerated errors`);
  const [first = 0, second = 0, third = 0, fourth = 0] = tolerated.map(errnoNumber);
  heap.put(at, first | (second << 16));
  heap.put(at + 1, third | (fourth << 16));
}

/** struct op of engine/plan.h. */
function encodeOp(heap: Heap, id: number, flat: Flat, op: Op): void {
  const at = HEADER_WORDS + id * OP_WORDS;
  const { code, fields } = rowOf(op);
  const tolerance = typeof op.onError === "object" ? TOLERANCE.list : TOLERANCE[op.onError ?? "fail"];
  heap.put(at, code | (tolerance << 16) | (WHEN[op.when ?? "always"] << 24));
  heap.put(at + 1, id);
  heap.put(at + 2, flat.undoAt[id] ?? 0);
  heap.put(at + 3, op.undo?.length ?? 0);
  if (typeof op.onError === "object") encodeErrnos(heap, at + 4, op.op, op.onError);
  const values = valuesOf(op);
  let index = at + 6;
  for (const field in fields) {
    const kind = fields[field] ?? "ops";
    const value = values[field];
    if (kind === "ops") {
      heap.put(index, flat.bodyAt[id] ?? 0);
      heap.put(index + 1, isOps(value) ? value.length : 0);
    } else if (value === undefined && isOptional(kind)) putAbsent(heap, index);
    else if (!encodeValue(heap, index, kind, value)) refuse(op, field, kind, value);
    else if (kind === "newSlot" || kind === "newSlot?") heap.seeSlot(index);
    index += 2;
  }
}

function write(flat: Flat, { rootCount, notes, isAscii }: { readonly rootCount: number; readonly notes: string; readonly isAscii: boolean }): Uint8Array<ArrayBuffer> {
  const { ops } = flat;
  const heap = new Heap(HEADER_WORDS + ops.length * OP_WORDS, isAscii);
  for (let id = 0; id < ops.length; id++) {
    const op = ops[id];
    if (op !== undefined) encodeOp(heap, id, flat, op);
  }
  return heap.bytes(notes, (put, at) => {
    const header = [MAGIC, PLAN_VERSION, at.end, ops.length, rootCount, heap.slotCount, HEADER_BYTES, at.notes, at.end - at.notes];
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
export const numbered = (plan: Plan): readonly Op[] => flatten(plan.ops).ops;
/** The same, each with the process that runs it and the id of the op that it undoes. */
export function numberedWithProcess(plan: Plan): readonly { readonly op: Op; readonly process: string; readonly undoOf?: number }[] {
  const { ops, process, undoOf } = flatten(plan.ops);
  return ops.map((op, id) => {
    const undone = undoOf[id];
    return { op, process: process[id] ?? "", ...(undone === undefined ? {} : { undoOf: undone }) };
  });
}
