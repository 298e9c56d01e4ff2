// Owns what a block at the head of an archive's member says: tar(5), ustar and GNU's own, and the records of pax.

/** Names are kept byte for byte: one letter for one byte (latin1), as they need not be UTF-8. */
export interface TarEntry {
  readonly name: string;
  readonly type: string;
  readonly link: string;
  /** Bytes that follow in the archive. */
  readonly size: number;
  /** How long the file will be: with holes, more. */
  readonly realSize: number;
  readonly major: number;
  readonly minor: number;
}

export const BLOCK = 512;
export const TYPE = { file: "0", hardLink: "1", symlink: "2", char: "3", block: "4", directory: "5", fifo: "6", contiguous: "7", sparse: "S", longLink: "K", longName: "L", pax: "x", paxGlobal: "g" } as const;

const NUL = 0;
const SUM_AT = 148;
const SUM_END = 156;
const SPACE = 0x20;
const ZERO = 0x30;

/** One letter for one byte. */
export const bytesText = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
/** Short texts are faster letter by letter. */
const SHORT = 256;
function shortText(block: Uint8Array, at: number, end: number): string {
  let text = "";
  for (let i = at; i < end; i++) text += String.fromCharCode(block[i] ?? 0);
  return text;
}
/** For people: on one line, and without what would move a cursor. */
// oxlint-disable-next-line no-control-regex
export const shown = (name: string): string => new TextDecoder().decode(Uint8Array.from(name, (letter) => letter.charCodeAt(0))).replace(/[\0-\x1f\x7f-\x9f]/g, (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, "0")}`);

export function textAt(block: Uint8Array, at: number, length: number): string {
  let end = at;
  while (end < at + length && block[end] !== NUL) end++;
  return end - at < SHORT ? shortText(block, at, end) : bytesText(block.subarray(at, end));
}

/** Octal digits, or a big-endian number whose first bit is set. */
function numberAt(block: Uint8Array, at: number, length: number): number {
  const first = block[at] ?? 0;
  if (first >= 0x80) {
    let value = first & 0x7f;
    for (let i = 1; i < length; i++) value = value * 256 + (block[at + i] ?? 0);
    return value;
  }
  let [value, i] = [0, at];
  while (i < at + length && (block[i] === SPACE || block[i] === NUL)) i++;
  for (let digit = (block[i] ?? 0) - ZERO; i < at + length && digit >= 0 && digit < 8; digit = (block[++i] ?? 0) - ZERO) value = value * 8 + digit;
  return value;
}

/** The sum is that of all bytes, its own field counted as spaces. */
export function isHeader(block: Uint8Array): boolean {
  let sum = SPACE * (SUM_END - SUM_AT);
  for (let i = 0; i < SUM_AT; i++) sum += block[i] ?? 0;
  for (let i = SUM_END; i < BLOCK; i++) sum += block[i] ?? 0;
  return numberAt(block, SUM_AT, SUM_END - SUM_AT) === sum;
}
export function isZero(block: Uint8Array): boolean {
  for (let i = 0; i < BLOCK; i++) if (block[i] !== NUL) return false;
  return true;
}

/** `LENGTH KEY=VALUE\n`, the length counting itself. */
export function paxRecords(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < text.length;) {
    const space = text.indexOf(" ", at);
    const length = space < 0 ? Number.NaN : Number(text.slice(at, space));
    if (!Number.isSafeInteger(length) || length <= space - at + 1) break;
    const record = text.slice(space + 1, at + length - 1);
    const equals = record.indexOf("=");
    if (equals > 0) found.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return found;
}

export interface Overrides { readonly longName?: string; readonly longLink?: string; readonly pax: ReadonlyMap<string, string> }

/** `ustar`, by its letters: this is looked at for each of a million members. */
const isUstar = (block: Uint8Array): boolean => block[257] === 0x75 && block[258] === 0x73 && block[259] === 0x74 && block[260] === 0x61 && block[261] === 0x72;
/** GNU's own headers use the place of ustar's prefix for other things. */
const hasPrefix = (block: Uint8Array): boolean => isUstar(block) && block[262] === NUL;

function ownName(block: Uint8Array): string {
  const [name, prefix] = [textAt(block, 0, 100), hasPrefix(block) ? textAt(block, 345, 155) : ""];
  return prefix === "" ? name : `${prefix}/${name}`;
}

export function entryOf(block: Uint8Array, { longName, longLink, pax }: Overrides): TarEntry {
  const kind = String.fromCharCode(block[156] ?? 0);
  const name = pax.get("GNU.sparse.name") ?? pax.get("path") ?? longName ?? ownName(block);
  const type = kind === "\0" ? (name.endsWith("/") ? TYPE.directory : TYPE.file) : kind;
  const long = pax.get("size");
  const size = type === TYPE.hardLink ? 0 : long === undefined ? numberAt(block, 124, 12) : Number(long);
  const sparse = pax.get("GNU.sparse.realsize") ?? pax.get("GNU.sparse.size");
  const realSize = type === TYPE.sparse ? numberAt(block, 483, 12) : sparse === undefined ? size : Number(sparse);
  return { name, type, size, realSize, link: pax.get("linkpath") ?? longLink ?? textAt(block, 157, 100), major: numberAt(block, 329, 8), minor: numberAt(block, 337, 8) };
}
