// Owns the bytes of an encoded plan while they grow: words first (header, ops, lists, references), then the texts.
// A plan has hundreds of short texts and is encoded by a process that has just begun: so they are joined as one string
// and turned into bytes once, and words are written as words (x86_64 and aarch64 are little-endian, as the plan is).
import type { Ref, Text } from "./op.ts";

/** Top bit of a span's length: the span is a list of references, not bytes. */
export const COMPOSED = 0x80000000;
/** Kinds of a part in a composed text; engine/plan.h has the same. */
const PART = { bytes: 0, decimal: 1, startTime: 2, raw32: 3 } as const;

/** A text is not ASCII: offsets that count its code units are wrong, and the plan must be written again. */
export class NotAscii extends Error {}

export class Heap {
  readonly #known = new Map<string, number>();
  readonly #encoder = new TextEncoder();
  /** Indices of words that hold an offset into the texts, which is known only at the end. */
  readonly #offsets: number[] = [];
  readonly #isAscii: boolean;
  #words: Uint32Array<ArrayBuffer>;
  #used: number;
  readonly #texts: string[] = [];
  #textBytes = 0;
  #slots = 0;

  /** `first` words are the caller's: header and op records. */
  constructor(first: number, isAscii: boolean) {
    this.#words = new Uint32Array(2 * first + 1024);
    this.#used = first;
    this.#isAscii = isAscii;
  }

  put(index: number, value: number): void { this.#words[index] = value; }

  /** The word there is a slot that an op makes. */
  seeSlot(index: number): void { this.#slots = Math.max(this.#slots, (this.#words[index] ?? 0) + 1); }
  get slotCount(): number { return this.#slots; }

  /** Room for so many words; the index of the first. */
  #take(count: number, align: 1 | 2): number {
    const index = this.#used + (this.#used % align);
    this.#used = index + count;
    if (this.#used > this.#words.length) {
      const bigger = new Uint32Array(2 * this.#used);
      bigger.set(this.#words);
      this.#words = bigger;
    }
    return index;
  }

  /** Writes where a text will lie, and its length, into two words. */
  #place(index: number, text: string, isCString: boolean): void {
    if (isCString && text.includes("\0")) throw new Error("a text must not contain NUL");
    const size = this.#isAscii ? text.length : this.#encoder.encode(text).length;
    let at = this.#known.get(text);
    if (at === undefined) {
      at = this.#textBytes;
      this.#known.set(text, at);
      this.#texts.push(text);
      this.#textBytes += size + 1;
    }
    this.#offsets.push(index);
    this.#words[index] = at;
    this.#words[index + 1] = size;
  }

  #hex(index: number, hex: string): void {
    const size = hex.length >> 1;
    const words = this.#take((size + 3) >> 2, 1);
    for (let i = 0; i < size; i++) {
      const word = words + (i >> 2);
      this.#words[word] = (this.#words[word] ?? 0) | (Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16) << (8 * (i & 3)));
    }
    this.#words[index] = 4 * words;
    this.#words[index + 1] = size;
  }

  #part(index: number, part: string | Ref, isCString: boolean): void {
    const kind = typeof part === "string" || "hex" in part ? PART.bytes : "slot" in part ? PART.decimal : "startTime" in part ? PART.startTime : PART.raw32;
    this.#words[index] = kind;
    if (typeof part === "string") this.#place(index + 1, part, isCString);
    else if ("hex" in part) this.#hex(index + 1, part.hex);
    else this.#words[index + 1] = "slot" in part ? part.slot : "startTime" in part ? part.startTime : part.raw32;
  }

  /** A text or data value, as a span in two words. Plain ones end with NUL, which the length leaves out. */
  text(index: number, text: Text, isCString: boolean): void {
    if (typeof text === "string") return this.#place(index, text, isCString);
    const parts = this.#take(3 * text.length, 1);
    for (let i = 0; i < text.length; i++) {
      const part = text[i];
      if (part !== undefined) this.#part(parts + 3 * i, part, isCString);
    }
    this.#words[index] = 4 * parts;
    this.#words[index + 1] = text.length + COMPOSED;
  }

  texts(index: number, texts: readonly Text[]): void {
    const spans = this.#take(2 * texts.length, 2);
    for (let i = 0; i < texts.length; i++) this.text(spans + 2 * i, texts[i] ?? "", true);
    this.#words[index] = 4 * spans;
    this.#words[index + 1] = texts.length;
  }

  nums(index: number, values: readonly number[]): void {
    const words = this.#take(values.length, 1);
    this.#words.set(values, words);
    this.#words[index] = 4 * words;
    this.#words[index + 1] = values.length;
  }

  /** The whole plan, with `notes` behind the texts; the words of the header that name sizes are the caller's to give. */
  bytes(notes: string, finish: (put: (index: number, value: number) => void, at: { readonly notes: number; readonly end: number }) => void): Uint8Array<ArrayBuffer> {
    const textsAt = 4 * this.#used;
    for (const index of this.#offsets) this.#words[index] = (this.#words[index] ?? 0) + textsAt;
    const tail = `${this.#texts.join("\0")}${this.#texts.length > 0 ? "\0" : ""}${notes}`;
    const notesBytes = this.#isAscii ? notes.length : this.#encoder.encode(notes).length;
    const end = textsAt + this.#textBytes + notesBytes;
    finish((index, value) => this.put(index, value), { notes: end - notesBytes, end });
    const out = new Uint8Array(end);
    out.set(new Uint8Array(this.#words.buffer, 0, textsAt));
    const { read, written } = this.#encoder.encodeInto(tail, out.subarray(textsAt));
    if (read !== tail.length || written !== end - textsAt) throw new NotAscii();
    return out;
  }
}
