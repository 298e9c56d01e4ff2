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
import { flatten, type Flat } from "./flatten.ts";
import { Heap, NotAscii } from "./heap.ts";

export const HEADER_BYTES = 40;
export const OP_BYTES = 88;
/** An optional field that is not given: all ones. */
export const NONE = 0xffffffffffffffffn;
const ABSENT = 0xffffffff; // in both words
const HEADER_WORDS = HEADER_BYTES / 4;
const OP_WORDS = OP_BYTES / 4;

const rows: Readonly<Record<string, OpRow>> = SCHEMA;
type Words = Uint32Array<ArrayBuffer>;

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

const isText = (value: unknown): value is Text => typeof value === "string" || Array.isArray(value);
const isTexts = (value: unknown): value is readonly Text[] => Array.isArray(value);
const isNums = (value: unknown): value is readonly number[] => Array.isArray(value);

/** A number as two words, two's complement; false when it is none. */
function putNumber(words: Words, index: number, value: unknown): boolean {
  if (typeof value === "bigint") {
    words[index] = Number(value & 0xffffffffn);
    words[index + 1] = Number((value >> 32n) & 0xffffffffn);
    return true;
  }
  if (typeof value !== "number" || !Number.isInteger(value)) return false;
  if (!Number.isSafeInteger(value)) return putNumber(words, index, BigInt(value));
  words[index] = value;
  words[index + 1] = Math.floor(value / 0x1_0000_0000);
  return true;
}

/** A plan on its way to bytes: header and op records as words, and the rest. */
interface Draft { readonly flat: Flat; readonly words: Words; readonly heap: Heap; slotCount: number }

/** The 64 bits of a field: an immediate, or a span; false when the value is none of its kind. */
function encodeValue({ words, heap }: Draft, index: number, kind: FieldKind, value: unknown): boolean {
  switch (kind) {
    case "text": case "text?": if (isText(value)) { heap.text(words, index, value, true); return true; } break;
    case "data": case "data?": if (isText(value)) { heap.text(words, index, value, false); return true; } break;
    case "texts": case "texts?": if (isTexts(value)) { heap.texts(words, index, value); return true; } break;
    case "slots?": case "nums": case "nums?": if (isNums(value)) { heap.nums(words, index, value); return true; } break;
    case "u32": case "u32?": case "u64": case "u64?": case "slot": case "slot?": case "newSlot": case "newSlot?": case "ops": break;
  }
  return false;
}

const TOLERANCE = { fail: 0, ignore: 1, list: 2 } as const;

function encodeErrnos(words: Words, at: number, { op, onError: tolerated }: { readonly op: string; readonly onError: readonly Errno[] }): void {
  if (tolerated.length > LIMITS.errnos) throw new Error(`${op}: more than ${LIMITS.errnos} tolerated errors`);
  const [first = 0, second = 0, third = 0, fourth = 0] = tolerated.map(errnoNumber);
  words[at] = first | (second << 16);
  words[at + 1] = third | (fourth << 16);
}

/** The kinds that are a number in place. */
const NUMERIC: Readonly<Partial<Record<FieldKind, true>>> = { u32: true, "u32?": true, u64: true, "u64?": true, slot: true, "slot?": true, newSlot: true, "newSlot?": true };

/** The kinds that a string may be, and whether as a C string. */
const TEXTUAL: Readonly<Partial<Record<FieldKind, boolean>>> = { text: true, "text?": true, data: false, "data?": false };

interface Given { readonly op: Op; readonly field: string; readonly kind: FieldKind; readonly value: unknown }

/** What is no small number. */
function encodeOther(draft: Draft, index: number, { op, field, kind, value }: Given): void {
  const { words } = draft;
  if (value === undefined && kind.endsWith("?")) {
    words[index] = ABSENT;
    words[index + 1] = ABSENT;
  } else if (value === undefined) throw new Error(`${op.op}.${field} is missing`);
  else if (NUMERIC[kind] === true ? !putNumber(words, index, value) : !encodeValue(draft, index, kind, value)) {
    throw new Error(`${op.op}.${field} ${NUMERIC[kind] === true ? "must be a number" : "has the wrong type"}`);
  }
}

/** struct op of engine/plan.h. */
function encodeOp(draft: Draft, id: number, op: Op): void {
  const { words, flat } = draft;
  const { code, fields } = rowOf(op);
  const at = HEADER_WORDS + id * OP_WORDS;
  const { onError, when } = op;
  words[at] = code;
  if (onError !== undefined) words[at] = code | ((typeof onError === "object" ? TOLERANCE.list : TOLERANCE[onError]) << 16);
  if (when !== undefined) words[at] = (words[at] ?? 0) | (WHEN[when] << 24);
  words[at + 1] = id;
  words[at + 2] = flat.undoAt[id] ?? 0;
  words[at + 3] = flat.undoCount[id] ?? 0;
  if (typeof onError === "object") encodeErrnos(words, at + 4, { op: op.op, onError });
  const values = valuesOf(op);
  let index = at + 6;
  for (const field in fields) {
    const value = values[field];
    const kind = fields[field] ?? "ops";
    if (typeof value === "number" && value >= 0 && value <= 0xffffffff && value % 1 === 0 && NUMERIC[kind] === true) {
      words[index] = value;
      words[index + 1] = 0;
      if (value >= draft.slotCount && (kind === "newSlot" || kind === "newSlot?")) draft.slotCount = value + 1;
    } else if (typeof value === "string" && TEXTUAL[kind] !== undefined) {
      draft.heap.plain(words, index, value, TEXTUAL[kind]);
    } else if (kind === "ops") {
      words[index] = flat.bodyAt[id] ?? 0;
      words[index + 1] = isOps(value) ? value.length : 0;
    } else encodeOther(draft, index, { op, field, kind, value });
    index += 2;
  }
}

function write(flat: Flat, { rootCount, notes, isAscii }: { readonly rootCount: number; readonly notes: string; readonly isAscii: boolean }): Uint8Array<ArrayBuffer> {
  const { ops } = flat;
  const words = new Uint32Array(HEADER_WORDS + ops.length * OP_WORDS);
  const draft: Draft = { flat, words, heap: new Heap(words.byteLength, isAscii), slotCount: 0 };
  for (let id = 0; id < ops.length; id++) {
    const op = ops[id];
    if (op !== undefined) encodeOp(draft, id, op);
  }
  return draft.heap.bytes(words, notes, (at) => { words.set([MAGIC, PLAN_VERSION, at.end, ops.length, rootCount, draft.slotCount, HEADER_BYTES, at.notes, at.end - at.notes]); });
}

/** The bytes the engine reads. */
export function encodeFlat(flat: Flat, rootCount: number, notes: string): Uint8Array<ArrayBuffer> {
  try {
    return write(flat, { rootCount, notes, isAscii: true });
  } catch (error) {
    if (!(error instanceof NotAscii)) throw error;
    return write(flat, { rootCount, notes, isAscii: false });
  }
}
export const encode = (plan: Plan, notes = ""): Uint8Array<ArrayBuffer> => encodeFlat(flatten(plan.ops), plan.ops.length, notes);

/** Ops in the order of their ids (the index the engine reports), for notes and explanations. */
export const numbered = (plan: Plan): readonly Op[] => flatten(plan.ops).ops;
/** The same, each with the process that runs it and the id of the op that it undoes. */
export function numberedWithProcess(plan: Plan): readonly { readonly op: Op; readonly process: string; readonly undoOf?: number }[] {
  const { ops, lists } = flatten(plan.ops);
  let list = 0;
  return ops.map((op, id) => {
    while ((lists[list + 1]?.first ?? ops.length) <= id) list++;
    const { process = "", undoOf } = lists[list] ?? {};
    return { op, process, ...(undoOf === undefined ? {} : { undoOf }) };
  });
}
