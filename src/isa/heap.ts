// Owns the data part of an encoded plan: texts, lists and references, each named by a span
// (u32 offset from the start of the plan, u32 length or count).
import type { Ref, Text } from "./op.ts";

const COMPOSED = 0x80000000;
/** Kinds of a part in a composed text; engine/plan.h has the same. */
const PART = { bytes: 0, decimal: 1, startTime: 2, raw32: 3 } as const;

/** Where a value lies: an offset from the start of the plan, a length or count. */
export interface Span { readonly at: number; readonly size: number }

function hexBytes(hex: string): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(hex.length >> 1);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return out;
}

export class Heap {
  readonly #base: number;
  readonly #chunks: Uint8Array[] = [];
  readonly #known = new Map<string, Span>();
  readonly #encoder = new TextEncoder();
  #size = 0;

  constructor(base: number) { this.#base = base; }

  #put(bytes: Uint8Array, align: number): number {
    const pad = (align - ((this.#base + this.#size) % align)) % align;
    if (pad > 0) this.#chunks.push(new Uint8Array(pad));
    const offset = this.#base + this.#size + pad;
    this.#chunks.push(bytes);
    this.#size += pad + bytes.length;
    return offset;
  }

  #plain(text: string, isCString: boolean): Span {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const bytes = this.#encoder.encode(`${text}\0`);
    if (isCString && bytes.indexOf(0) !== bytes.length - 1) throw new Error("a text must not contain NUL");
    const made = { at: this.#put(bytes, 1), size: bytes.length - 1 };
    this.#known.set(text, made);
    return made;
  }

  #part(part: string | Ref): readonly [number, number, number] {
    if (typeof part !== "string" && "slot" in part) return [PART.decimal, part.slot, 0];
    if (typeof part !== "string" && "startTime" in part) return [PART.startTime, part.startTime, 0];
    if (typeof part !== "string" && "raw32" in part) return [PART.raw32, part.raw32, 0];
    const bytes = typeof part === "string" ? this.#encoder.encode(part) : hexBytes(part.hex);
    return [PART.bytes, this.#put(bytes, 1), bytes.length];
  }

  /** A text or data value. Plain ones end with NUL, which the length leaves out. */
  text(text: Text, isCString: boolean): Span {
    if (typeof text === "string") return this.#plain(text, isCString);
    const parts = text.map((part) => this.#part(part));
    const view = new DataView(new ArrayBuffer(parts.length * 12));
    parts.flat().forEach((value, i) => view.setUint32(4 * i, value, true));
    return { at: this.#put(new Uint8Array(view.buffer), 4), size: parts.length + COMPOSED };
  }

  list(spans: readonly Span[]): Span {
    const view = new DataView(new ArrayBuffer(spans.length * 8));
    spans.forEach(({ at, size }, i) => { view.setUint32(8 * i, at, true); view.setUint32(8 * i + 4, size, true); });
    return { at: this.#put(new Uint8Array(view.buffer), 8), size: spans.length };
  }

  nums(values: readonly number[]): Span {
    const view = new DataView(new ArrayBuffer(values.length * 4));
    values.forEach((value, i) => view.setUint32(4 * i, value, true));
    return { at: this.#put(new Uint8Array(view.buffer), 4), size: values.length };
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.#chunks) { out.set(chunk, at); at += chunk.length; }
    return out;
  }
}
