// Owns the stream that a tree of files is while it is copied: what comes, in its order, between two processes of ours.
// u32 length and JSON for each item; behind a file its bytes in pieces, u32 length with the top bit set, the last one empty.

/** A file's name and what a link says are bytes: each is one character of these texts. */
export type Bytes = string;
export interface Attributes { readonly mode: number; readonly uid: number; readonly gid: number; /** Seconds. */ readonly mtime: number }
/** Names from the top of what is copied on; none: the top itself, whose contents alone are meant. */
interface Placed extends Attributes { readonly path: readonly Bytes[]; /** Name and value. */ readonly xattrs?: readonly (readonly [Bytes, Bytes])[] }
/** What could not be read, what was left out, and what of a file could not be kept; the copying goes on. */
export interface Complaint { readonly kind: "complaint"; readonly path: Bytes; readonly errno?: string; readonly isLeftOut?: true; /** `owner`, or an attribute's name. */ readonly lost?: Bytes }
/** `same`: one more name of a file that has come already. */
export type Entry = (Placed & { readonly kind: "directory" | "file" }) | (Placed & { readonly kind: "link"; readonly to: Bytes }) | (Placed & { readonly kind: "same"; readonly as: readonly Bytes[] });
export type Item = Entry | Complaint | { readonly kind: "end" };

const PIECE_BIT = 0x8000_0000;
/** Longer than any path with its attributes, of which a file has 64 KiB names, and values of 64 KiB. */
const ITEM_MAX = 1 << 26;
export const PIECE_MAX: number = 1 << 18;

export const toBytes = (text: Bytes): Buffer => Buffer.from(text, "latin1");
export const ofBytes = (bytes: Uint8Array): Bytes => Buffer.from(bytes).toString("latin1");
/** For a message. */
export const shown = (text: Bytes): string => toBytes(text).toString("utf8");
/** Of a path that somebody typed. */
export const typed = (text: string): Bytes => ofBytes(Buffer.from(text, "utf8"));

function framed(head: number, bytes: Uint8Array): Uint8Array {
  const whole = Buffer.allocUnsafe(4 + bytes.length);
  whole.writeUInt32LE(head, 0);
  whole.set(bytes, 4);
  return whole;
}
export const itemBytes = (item: object): Uint8Array => {
  const text = Buffer.from(JSON.stringify(item));
  return framed(text.length, text);
};
export const pieceBytes = (bytes: Uint8Array): Uint8Array => framed((PIECE_BIT | bytes.length) >>> 0, bytes);

/** What a stream has come to. Items are checked by whoever takes them: both ends are ours. */
export type Heard = { readonly kind: "item"; readonly text: string } | { readonly kind: "piece"; readonly bytes: Uint8Array };

export class WireReader {
  #waiting: Uint8Array[] = [];
  #size = 0;

  /** Throws at what is none of ours. */
  *push(bytes: Uint8Array): Generator<Heard, void, void> {
    this.#waiting.push(bytes);
    this.#size += bytes.length;
    for (;;) {
      if (this.#size < 4) return;
      const head = Buffer.from(this.#joined(4)).readUInt32LE(0);
      const isPiece = head >= PIECE_BIT;
      const length = isPiece ? head - PIECE_BIT : head;
      if (length > (isPiece ? PIECE_MAX : ITEM_MAX)) throw new Error(`an item of ${length} bytes`);
      if (this.#size < 4 + length) return;
      const body = this.#joined(4 + length).subarray(4, 4 + length);
      this.#drop(4 + length);
      yield isPiece ? { kind: "piece", bytes: body } : { kind: "item", text: Buffer.from(body).toString("utf8") };
    }
  }

  /** At least so many bytes in one. */
  #joined(size: number): Uint8Array {
    const [first] = this.#waiting;
    if (first === undefined || first.length < size) this.#waiting = [Buffer.concat(this.#waiting)];
    return this.#waiting[0] ?? new Uint8Array(0);
  }
  #drop(size: number): void {
    const [first, ...more] = this.#waiting;
    const rest = first?.subarray(size);
    this.#waiting = rest === undefined || rest.length === 0 ? more : [rest, ...more];
    this.#size -= size;
  }
}
