// Owns the data part of an encoded plan: texts, lists and references, each named by a span
// (u32 offset from the start of the plan, u32 length or count).
import type { Ref, Text } from "./op.ts";

const COMPOSED = 0x80000000;
/** Kinds of a part in a composed text; engine/plan.h has the same. */
const PART = { bytes: 0, decimal: 1, startTime: 2, raw32: 3 } as const;

/** Where a value lies: an offset from the start of the plan, a length or count. */
export interface Span { readonly at: number; readonly size: number }

const FIRST_BYTES = 1 << 15;

/** One buffer that grows, written in place: a plan has hundreds of short texts, and is encoded by a process that has just begun. */
export class Heap {
  readonly #base: number;
  readonly #known = new Map<string, Span>();
  readonly #encoder = new TextEncoder();
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #size = 0;

  constructor(base: number) { this.#base = base; }

  /** Room for so many bytes at an aligned offset from the start of the plan; the index in the buffer. */
  #take(count: number, align: number): number {
    const index = this.#size + ((align - ((this.#base + this.#size) % align)) % align);
    this.#size = index + count;
    if (this.#size > this.#bytes.length) {
      const bigger = new Uint8Array(Math.max(this.#size, 2 * this.#bytes.length));
      bigger.set(this.#bytes, 0);
      this.#bytes = bigger;
      this.#view = new DataView(bigger.buffer);
    }
    return index;
  }

  #string(text: string, isCString: boolean): Span {
    if (isCString && text.includes("\0")) throw new Error("a text must not contain NUL");
    // three bytes per code unit are enough for any text; what is not used is given back but for the NUL
    const index = this.#take(3 * text.length + 1, 1);
    const { written } = this.#encoder.encodeInto(text, this.#bytes.subarray(index, index + 3 * text.length));
    this.#bytes[index + written] = 0;
    this.#size = index + written + 1;
    return { at: this.#base + index, size: written };
  }

  #plain(text: string, isCString: boolean): Span {
    const known = this.#known.get(text);
    if (known !== undefined && !(isCString && text.includes("\0"))) return known;
    const made = this.#string(text, isCString);
    this.#known.set(text, made);
    return made;
  }

  #hex(hex: string): Span {
    const size = hex.length >> 1;
    const index = this.#take(size, 1);
    for (let i = 0; i < size; i++) this.#bytes[index + i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
    return { at: this.#base + index, size };
  }

  #part(part: string | Ref, isCString: boolean): readonly [number, number, number] {
    if (typeof part !== "string" && "slot" in part) return [PART.decimal, part.slot, 0];
    if (typeof part !== "string" && "startTime" in part) return [PART.startTime, part.startTime, 0];
    if (typeof part !== "string" && "raw32" in part) return [PART.raw32, part.raw32, 0];
    const { at, size } = typeof part === "string" ? this.#plain(part, isCString) : this.#hex(part.hex);
    return [PART.bytes, at, size];
  }

  #words(values: readonly number[], align: number): number {
    const index = this.#take(4 * values.length, align);
    values.forEach((value, i) => { this.#view.setUint32(index + 4 * i, value, true); });
    return this.#base + index;
  }

  /** A text or data value. Plain ones end with NUL, which the length leaves out. */
  text(text: Text, isCString: boolean): Span {
    if (typeof text === "string") return this.#plain(text, isCString);
    return { at: this.#words(text.flatMap((part) => this.#part(part, isCString)), 4), size: text.length + COMPOSED };
  }

  list(spans: readonly Span[]): Span {
    return { at: this.#words(spans.flatMap(({ at, size }) => [at, size]), 8), size: spans.length };
  }

  nums(values: readonly number[]): Span {
    return { at: this.#words(values, 4), size: values.length };
  }

  bytes(): Uint8Array<ArrayBuffer> { return this.#bytes.slice(0, this.#size); }
}
