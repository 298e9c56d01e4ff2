// Owns tar archives (POSIX.1-2001 pax, as tar(1) reads and writes them) as a stream: one's own small members, and where
// each member of another's begins and ends.

export const BLOCK = 512;
/** An extended header that is longer is refused. */
const EXTENSION_MAX = 1 << 20;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface Member { readonly path: string; readonly size: number; readonly mode: number; readonly mtime: number }

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, "0")}\0`;

/** A file's header; the path is short. */
export function tarHeader({ path, size, mode, mtime }: Member): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (text: string, at: number): void => block.set(encoder.encode(text), at);
  put(path, 0);
  put(octal(mode, 8) + octal(0, 8) + octal(0, 8) + octal(size, 12) + octal(mtime, 12), 100);
  put("        0", 148);
  put("ustar\x0000root", 257);
  put("root", 297);
  put(`${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** Bytes that fill the last block of so many. */
export const padding = (size: number): Uint8Array => new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
export const TAR_END: Uint8Array = new Uint8Array(2 * BLOCK);

export interface Entry {
  readonly path: string;
  /** The letter of the format: 0 a file, 1 a hard link, 2 a symbolic one, 3 and 4 devices, 5 a directory. */
  readonly type: string;
  readonly link: string;
  readonly mode: number;
  readonly size: number;
  /** Its headers as they were. */
  readonly head: readonly Uint8Array[];
}

export type TarEvent = { readonly kind: "entry"; readonly entry: Entry }
  /** With what fills the last block. */
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  | { readonly kind: "end" }
  | { readonly kind: "broken"; readonly text: string };

const text = (block: Uint8Array, at: number, length: number): string => {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return decoder.decode(end < 0 ? field : field.subarray(0, end));
};

/** Octal digits, or base 256 where the first bit is set. */
function number(block: Uint8Array, at: number, length: number): number {
  const first = block[at] ?? 0;
  if ((first & 0x80) === 0) return Number.parseInt(text(block, at, length).trim() || "0", 8);
  return block.subarray(at + 1, at + length).reduce((value, byte) => value * 256 + byte, first & 0x3f);
}

const isChecked = (block: Uint8Array): boolean => block.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0) === number(block, 148, 8);

/** `LENGTH KEY=VALUE\n`, again and again; values may be any bytes. */
function records(bytes: Uint8Array): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(32, at);
    const length = space < 0 ? 0 : Number(decoder.decode(bytes.subarray(at, space)));
    const equals = bytes.indexOf(61, space);
    if (!(length > 0) || equals < 0 || equals >= at + length) break;
    found.set(decoder.decode(bytes.subarray(space + 1, equals)), decoder.decode(bytes.subarray(equals + 1, at + length - 1)));
    at += length;
  }
  return found;
}

/** What extended headers say of the member that follows them. */
interface Said { path?: string; link?: string; size?: number }

export class TarReader {
  #block = new Uint8Array(BLOCK);
  #filled = 0;
  /** Of the member, or of an extended header, with what fills its last block. */
  #left = 0;
  #extension: { readonly type: string; readonly size: number; readonly bytes: Uint8Array; filled: number } | undefined;
  #head: Uint8Array[] = [];
  #said: Said = {};
  #isOver = false;

  /** What the next bytes come to. */
  push(bytes: Uint8Array): readonly TarEvent[] {
    const events: TarEvent[] = [];
    for (let at = 0; at < bytes.length && !this.#isOver;) {
      const took = this.#left > 0 ? this.#data(bytes.subarray(at), events) : this.#header(bytes.subarray(at), events);
      at += took;
    }
    return events;
  }

  #data(bytes: Uint8Array, events: TarEvent[]): number {
    const part = bytes.subarray(0, this.#left);
    this.#left -= part.length;
    if (this.#extension === undefined) {
      events.push({ kind: "data", bytes: part });
      return part.length;
    }
    this.#extension.bytes.set(part, this.#extension.filled);
    this.#extension.filled += part.length;
    if (this.#left === 0) this.#endExtension();
    return part.length;
  }

  #endExtension(): void {
    if (this.#extension === undefined) return;
    const { type, size, bytes } = this.#extension;
    this.#head.push(bytes);
    this.#extension = undefined;
    if (type === "L") this.#said.path = text(bytes, 0, size);
    else if (type === "K") this.#said.link = text(bytes, 0, size);
    else this.#hear(records(bytes.subarray(0, size)));
  }

  #hear(said: ReadonlyMap<string, string>): void {
    const [path, link, size] = [said.get("GNU.sparse.name") ?? said.get("path"), said.get("linkpath"), said.get("size")];
    if (path !== undefined) this.#said.path = path;
    if (link !== undefined) this.#said.link = link;
    if (size !== undefined) this.#said.size = Number(size);
  }

  #header(bytes: Uint8Array, events: TarEvent[]): number {
    const part = bytes.subarray(0, BLOCK - this.#filled);
    this.#block.set(part, this.#filled);
    this.#filled += part.length;
    if (this.#filled < BLOCK) return part.length;
    this.#filled = 0;
    const block = this.#block.slice();
    if (block.every((byte) => byte === 0)) this.#close(events, { kind: "end" });
    else if (!isChecked(block)) this.#close(events, { kind: "broken", text: "a header has a wrong checksum" });
    else this.#begin(block, events);
    return part.length;
  }

  #close(events: TarEvent[], event: TarEvent): void {
    this.#isOver = true;
    events.push(event);
  }

  #begin(block: Uint8Array, events: TarEvent[]): void {
    const type = text(block, 156, 1) || "0";
    const own = number(block, 124, 12);
    this.#head.push(block);
    const isExtension = type === "x" || type === "g" || type === "L" || type === "K";
    const size = isExtension ? own : this.#said.size ?? own;
    if (!Number.isSafeInteger(size) || size < 0 || (isExtension && size > EXTENSION_MAX)) return this.#close(events, { kind: "broken", text: `a header names a size of ${size} bytes` });
    this.#left = size + padding(size).length;
    if (isExtension) {
      this.#extension = { type, size, bytes: new Uint8Array(this.#left), filled: 0 };
      if (this.#left === 0) this.#endExtension();
      return;
    }
    const prefix = text(block, 257, 5) === "ustar" ? text(block, 345, 155) : "";
    const name = text(block, 0, 100);
    const path = this.#said.path ?? (prefix === "" ? name : `${prefix}/${name}`);
    events.push({ kind: "entry", entry: { path, type, link: this.#said.link ?? text(block, 157, 100), mode: number(block, 100, 8), size, head: this.#head } });
    this.#head = [];
    this.#said = {};
  }
}
