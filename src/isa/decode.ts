// Owns reading an encoded plan back: for tests, and for looking at a plan file. It trusts nothing it reads.
import { errnoName } from "../linux/errno.ts";
import type { Errno } from "../linux/errno.ts";
import { HEADER_BYTES, NONE, OP_BYTES } from "./encode.ts";
import { COMPOSED } from "./heap.ts";
import type { Ref, Text } from "./op.ts";
import type { FieldKind, OpRow } from "./schema.ts";
import { LIMITS, MAGIC, PLAN_VERSION, SCHEMA, WHEN } from "./schema.ts";

/** An op without its origin and note, which the engine does not know. */
export interface DecodedOp {
  readonly id: number;
  readonly op: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly onError: "fail" | "ignore" | readonly Errno[];
  readonly when?: "stop" | "reboot";
  readonly undo: readonly DecodedOp[];
}
export interface DecodedPlan { readonly ops: readonly DecodedOp[]; readonly opCount: number; readonly slotCount: number; readonly notes: string }

const PART = { bytes: 0, decimal: 1, startTime: 2, raw32: 3 } as const;
const rowsByCode: ReadonlyMap<number, readonly [string, OpRow]> = new Map(Object.entries(SCHEMA).map(([name, row]) => [row.code, [name, row]]));

const CONTROLS = /[^\t\n\P{Cc}]/u;

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Every look goes through here. */
  #within(offset: number, length: number): void {
    if (offset < 0 || length < 0 || offset + length > this.#bytes.length) throw new RangeError(`${length} bytes at ${offset} lie outside the plan`);
  }
  u8(offset: number): number { this.#within(offset, 1); return this.#view.getUint8(offset); }
  u16(offset: number): number { this.#within(offset, 2); return this.#view.getUint16(offset, true); }
  u32(offset: number): number { this.#within(offset, 4); return this.#view.getUint32(offset, true); }
  u64(offset: number): bigint { this.#within(offset, 8); return this.#view.getBigUint64(offset, true); }
  string(offset: number, length: number): string { this.#within(offset, length); return this.#decoder.decode(this.#bytes.subarray(offset, offset + length)); }
  hex(offset: number, length: number): string {
    this.#within(offset, length);
    return [...this.#bytes.subarray(offset, offset + length)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** Both strings and hex are bytes: a reader is shown as text what reads as one. */
  #isReadable(offset: number, length: number): boolean {
    try {
      return !CONTROLS.test(this.string(offset, length));
    } catch {
      return false;
    }
  }

  #part(offset: number, asHex: boolean): string | Ref {
    const [kind, a, b] = [this.u32(offset), this.u32(offset + 4), this.u32(offset + 8)];
    switch (kind) {
      case PART.bytes: return asHex && !this.#isReadable(a, b) ? { hex: this.hex(a, b) } : this.string(a, b);
      case PART.decimal: return { slot: a };
      case PART.startTime: return { startTime: a };
      case PART.raw32: return { raw32: a };
      default: throw new RangeError(`part of unknown kind ${kind}`);
    }
  }

  text(span: bigint, asHex: boolean): Text {
    const [offset, length] = [Number(span & 0xffffffffn), Number(span >> 32n)];
    if (length < COMPOSED) return this.string(offset, length);
    const count = length - COMPOSED;
    this.#within(offset, count * 12);
    return Array.from({ length: count }, (_, i) => this.#part(offset + 12 * i, asHex));
  }

  list<T>(span: bigint, size: number, read: (offset: number) => T): readonly T[] {
    const [offset, count] = [Number(span & 0xffffffffn), Number(span >> 32n)];
    this.#within(offset, count * size);
    return Array.from({ length: count }, (_, i) => read(offset + size * i));
  }
}

class Decoder {
  readonly #reader: Reader;
  readonly #opCount: number;
  readonly #opsAt: number;

  constructor(reader: Reader) {
    this.#reader = reader;
    this.#opCount = reader.u32(12);
    this.#opsAt = reader.u32(24);
  }

  ops(first: number, count: number, depth: number): readonly DecodedOp[] {
    if (first + count > this.#opCount) throw new RangeError(`ops ${first} to ${first + count} of ${this.#opCount}`);
    if (depth > LIMITS.depth) throw new RangeError("nested too deeply");
    return Array.from({ length: count }, (_, i) => this.#op(first + i, depth));
  }

  #field(kind: FieldKind, value: bigint, depth: number): unknown {
    if (kind.endsWith("?") && value === NONE) return undefined;
    const reader = this.#reader;
    switch (kind.replace("?", "")) {
      case "u64": return value;
      case "text": return reader.text(value, false);
      case "data": return reader.text(value, true);
      case "texts": return reader.list(value, 8, (offset) => reader.text(reader.u64(offset), false));
      case "slots": case "nums": return reader.list(value, 4, (offset) => reader.u32(offset));
      case "ops": return this.ops(Number(value & 0xffffffffn), Number(value >> 32n), depth + 1);
      default: return Number(value);
    }
  }

  #op(index: number, depth: number): DecodedOp {
    const reader = this.#reader;
    const at = this.#opsAt + index * OP_BYTES;
    const [name, row] = rowsByCode.get(reader.u16(at)) ?? [undefined, undefined];
    if (name === undefined || row === undefined) throw new RangeError(`no op has code ${reader.u16(at)}`);
    const fields = Object.fromEntries(Object.entries(row.fields)
      .map(([field, kind], i) => [field, this.#field(kind, reader.u64(at + 24 + 8 * i), depth)] as const).filter(([, value]) => value !== undefined));
    const tolerated = Array.from({ length: LIMITS.errnos }, (_, i) => errnoName(reader.u16(at + 16 + 2 * i))).filter((error) => error !== undefined);
    const tolerance = reader.u8(at + 2);
    const when = reader.u8(at + 3);
    return {
      id: index, op: name, fields, onError: tolerance === 0 ? "fail" : tolerance === 1 ? "ignore" : tolerated,
      ...(when === WHEN.stop ? { when: "stop" as const } : when === WHEN.reboot ? { when: "reboot" as const } : {}),
      undo: this.ops(reader.u32(at + 8), reader.u16(at + 12), depth + 1),
    };
  }
}

/** Throws RangeError for bytes that are no plan. */
export function decode(bytes: Uint8Array): DecodedPlan {
  const reader = new Reader(bytes);
  if (reader.u32(0) !== MAGIC) throw new RangeError("not a plan");
  if (reader.u32(4) !== PLAN_VERSION) throw new RangeError(`plan of version ${reader.u32(4)}`);
  if (reader.u32(8) !== bytes.length || reader.u32(24) < HEADER_BYTES) throw new RangeError("its size is not what it says");
  const opCount = reader.u32(12);
  if (opCount > LIMITS.ops) throw new RangeError(`${opCount} ops`);
  return { ops: new Decoder(reader).ops(0, reader.u32(16), 0), opCount, slotCount: reader.u32(20), notes: reader.string(reader.u32(28), reader.u32(32)) };
}
