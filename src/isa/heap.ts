// Owns the texts and lists of an encoded plan while it grows. A plan has hundreds of short texts and is encoded by a process
// that has just begun, in an interpreter: so texts are joined as one string and turned into bytes once, and words are written
// as words (x86_64 and aarch64 are little-endian, as the plan is). Texts come first: where they begin is known from the start.
import type { Ref, Text } from "./op.ts";

/** Top bit of a span's length: the span is a list of references, not bytes. */
export const COMPOSED = 0x80000000;
/** Kinds of a part in a composed text; engine/plan.h has the same. */
const PART = { bytes: 0, decimal: 1, startTime: 2, raw32: 3 } as const;

/** A text is not ASCII: offsets that count its code units are wrong, and the plan must be written again. */
export class NotAscii extends Error {}

type Words = Uint32Array<ArrayBuffer> | number[];

export class Heap {
  readonly #known = new Map<string, number>();
  readonly #encoder = new TextEncoder();
  readonly #isAscii: boolean;
  readonly #texts: string[] = [];
  #textsEnd: number;
  readonly #lists: number[] = [];
  /** Words that hold an offset into the lists, which is known only at the end. */
  readonly #spanWords: Words[] = [];
  readonly #spanIndices: number[] = [];

  /** Texts begin at this byte. */
  constructor(textsAt: number, isAscii: boolean) {
    this.#textsEnd = textsAt;
    this.#isAscii = isAscii;
  }

  /** Room for so many words of lists; the index of the first. */
  #take(count: number, align: 1 | 2): number {
    if (align === 2 && this.#lists.length % 2 === 1) this.#lists.push(0);
    const first = this.#lists.length;
    for (let i = 0; i < count; i++) this.#lists.push(0);
    return first;
  }

  /** A span of lists, in two words. */
  #span(words: Words, index: number, first: number, length: number): void {
    words[index] = 4 * first;
    words[index + 1] = length;
    this.#spanWords.push(words);
    this.#spanIndices.push(index);
  }

  /** A text or data value that needs nothing of the engine. */
  plain(words: Words, index: number, text: string, isCString: boolean): void {
    if (isCString && text.includes("\0")) throw new Error("a text must not contain NUL");
    const size = this.#isAscii ? text.length : this.#encoder.encode(text).length;
    let at = this.#known.get(text);
    if (at === undefined) {
      at = this.#textsEnd;
      this.#known.set(text, at);
      this.#texts.push(text);
      this.#textsEnd = at + size + 1;
    }
    words[index] = at;
    words[index + 1] = size;
  }

  #hex(words: Words, index: number, hex: string): void {
    const size = hex.length >> 1;
    const first = this.#take((size + 3) >> 2, 1);
    for (let i = 0; i < size; i++) {
      const word = first + (i >> 2);
      this.#lists[word] = ((this.#lists[word] ?? 0) | (Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16) << (8 * (i & 3)))) >>> 0;
    }
    this.#span(words, index, first, size);
  }

  #part(index: number, part: string | Ref, isCString: boolean): void {
    const lists = this.#lists;
    if (typeof part === "string") this.text(lists, index + 1, part, isCString);
    else if ("hex" in part) this.#hex(lists, index + 1, part.hex);
    else {
      lists[index] = "slot" in part ? PART.decimal : "startTime" in part ? PART.startTime : PART.raw32;
      lists[index + 1] = "slot" in part ? part.slot : "startTime" in part ? part.startTime : part.raw32;
    }
  }

  /** A text or data value, as a span in two words. Plain ones end with NUL, which the length leaves out. */
  text(words: Words, index: number, text: Text, isCString: boolean): void {
    if (typeof text === "string") return this.plain(words, index, text, isCString);
    const parts = this.#take(3 * text.length, 1);
    this.#span(words, index, parts, text.length + COMPOSED);
    for (let i = 0; i < text.length; i++) {
      const part = text[i];
      if (part !== undefined) this.#part(parts + 3 * i, part, isCString);
    }
  }

  texts(words: Words, index: number, texts: readonly Text[]): void {
    const spans = this.#take(2 * texts.length, 2);
    this.#span(words, index, spans, texts.length);
    for (let i = 0; i < texts.length; i++) this.text(this.#lists, spans + 2 * i, texts[i] ?? "", true);
  }

  nums(words: Words, index: number, values: readonly number[]): void {
    const first = this.#take(values.length, 1);
    for (let i = 0; i < values.length; i++) this.#lists[first + i] = values[i] ?? 0;
    this.#span(words, index, first, values.length);
  }

  /** Where the lists begin (8-byte aligned), and their words; spans point to them from now on. */
  #placeLists(): { readonly at: number; readonly words: Uint32Array<ArrayBuffer> } {
    const at = this.#spanIndices.length === 0 ? this.#textsEnd : (this.#textsEnd + 7) & ~7;
    for (let i = 0; i < this.#spanIndices.length; i++) {
      const [words, index] = [this.#spanWords[i], this.#spanIndices[i] ?? 0];
      if (words !== undefined) words[index] = (words[index] ?? 0) + at;
    }
    return { at, words: new Uint32Array(this.#lists) };
  }

  /** The whole plan: the caller's words, texts, lists, `notes`. The words of the header that name sizes are the caller's to give. */
  bytes(first: Uint32Array<ArrayBuffer>, notes: string, finish: (at: { readonly notes: number; readonly end: number }) => void): Uint8Array<ArrayBuffer> {
    const { at, words } = this.#placeLists();
    const notesAt = at + words.byteLength;
    const end = notesAt + (this.#isAscii ? notes.length : this.#encoder.encode(notes).length);
    finish({ notes: notesAt, end });
    const out = new Uint8Array(end);
    out.set(new Uint8Array(first.buffer));
    this.#put(out.subarray(first.byteLength, this.#textsEnd), this.#texts.length === 0 ? "" : `${this.#texts.join("\0")}\0`);
    out.set(new Uint8Array(words.buffer), at);
    this.#put(out.subarray(notesAt), notes);
    return out;
  }

  #put(bytes: Uint8Array<ArrayBuffer>, text: string): void {
    const { read, written } = this.#encoder.encodeInto(text, bytes);
    if (read !== text.length || written !== bytes.length) throw new NotAscii();
  }
}
