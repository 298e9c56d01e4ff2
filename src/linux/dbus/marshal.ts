// Owns the marshalling of D-Bus values (D-Bus specification, "Type System" and "Marshaling"), little-endian: what Berth says
// to systemd and hears from it.

/** A value beside its signature says what it is: `["s", "web"]` in a variant. */
export interface Variant { readonly signature: string; readonly value: Value }
export type Value = string | number | bigint | boolean | readonly Value[] | Variant;

const ALIGNMENT: Readonly<Record<string, number>> = { y: 1, b: 4, n: 2, q: 2, i: 4, u: 4, x: 8, t: 8, d: 8, s: 4, o: 4, g: 1, a: 4, v: 1, "(": 8, "{": 8, h: 4 };
const alignmentOf = (type: string): number => ALIGNMENT[type[0] ?? ""] ?? 1;
const DEEPEST = 32;

const isVariant = (value: Value): value is Variant => typeof value === "object" && "signature" in value;
const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

/** The first complete type of a signature: `a(sv)` of `a(sv)u`. */
export function firstType(signature: string): string {
  let depth = 0;
  for (let i = 0; i < signature.length; i++) {
    const letter = signature[i] ?? "";
    if (letter === "(" || letter === "{") depth++;
    if (letter === ")" || letter === "}") depth--;
    if (depth === 0 && letter !== "a") return signature.slice(0, i + 1);
  }
  return signature;
}

export function typesOf(signature: string): readonly string[] {
  const types: string[] = [];
  for (let rest = signature; rest !== "";) {
    const type = firstType(rest);
    types.push(type);
    rest = rest.slice(type.length);
  }
  return types;
}

const membersOf = (type: string): readonly string[] => typesOf(type.slice(1, -1));

class Writer {
  readonly bytes: number[] = [];
  align(size: number): void { while (this.bytes.length % size !== 0) this.bytes.push(0); }
  number(value: number | bigint, size: number): void {
    this.align(size);
    const whole = BigInt.asUintN(size * 8, BigInt(value));
    for (let i = 0; i < size; i++) this.bytes.push(Number((whole >> BigInt(8 * i)) & 0xffn));
  }
  text(value: string, lengthSize: number): void {
    const encoded = new TextEncoder().encode(value);
    this.number(encoded.length, lengthSize);
    for (const byte of encoded) this.bytes.push(byte);
    this.bytes.push(0);
  }
  list(type: string, values: readonly Value[]): void {
    this.number(0, 4);
    const at = this.bytes.length - 4;
    this.align(alignmentOf(type));
    const begin = this.bytes.length;
    for (const value of values) this.value(type, value);
    const length = this.bytes.length - begin;
    for (let i = 0; i < 4; i++) this.bytes[at + i] = (length >>> (8 * i)) & 0xff;
  }
  value(type: string, value: Value): void {
    const kind = type[0] ?? "";
    if (kind === "v" && isVariant(value)) { this.text(value.signature, 1); this.value(value.signature, value.value); return; }
    if (kind === "a" && isList(value)) { this.list(type.slice(1), value); return; }
    if ((kind === "(" || kind === "{") && isList(value)) {
      this.align(8);
      membersOf(type).forEach((member, i) => this.value(member, value[i] ?? 0));
      return;
    }
    if (typeof value === "string") this.text(value, kind === "g" ? 1 : 4);
    else this.number(typeof value === "bigint" ? value : Number(value), alignmentOf(kind));
  }
}

export function marshal(signature: string, values: readonly Value[]): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  typesOf(signature).forEach((type, i) => writer.value(type, values[i] ?? 0));
  return Uint8Array.from(writer.bytes);
}

/** What came is no D-Bus, or cut short. */
export class BadMessage extends Error {}

class Reader {
  at = 0;
  readonly bytes: Uint8Array;
  readonly isLittle: boolean;
  readonly view: DataView;
  constructor(bytes: Uint8Array, isLittle: boolean) {
    this.bytes = bytes;
    this.isLittle = isLittle;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  take(count: number, alignment: number): number {
    const begin = Math.ceil(this.at / alignment) * alignment;
    if (begin + count > this.bytes.length) throw new BadMessage("a message is shorter than it says");
    this.at = begin + count;
    return begin;
  }
  text(lengthSize: 1 | 4): string {
    const length = lengthSize === 1 ? this.view.getUint8(this.take(1, 1)) : this.view.getUint32(this.take(4, 4), this.isLittle);
    const begin = this.take(length + 1, 1);
    return new TextDecoder().decode(this.bytes.subarray(begin, begin + length));
  }
  list(type: string, depth: number): readonly Value[] {
    const length = this.view.getUint32(this.take(4, 4), this.isLittle);
    this.take(0, alignmentOf(type));
    const end = this.at + length;
    const values: Value[] = [];
    while (this.at < end) {
      const before = this.at;
      values.push(this.value(type, depth + 1));
      if (this.at === before) throw new BadMessage("an array of nothing");
    }
    return values;
  }
  value(type: string, depth = 0): Value {
    if (depth > DEEPEST) throw new BadMessage("a message is nested too deep");
    const { view, isLittle } = this;
    switch (type[0]) {
      case "y": return view.getUint8(this.take(1, 1));
      case "b": return view.getUint32(this.take(4, 4), isLittle) !== 0;
      case "n": return view.getInt16(this.take(2, 2), isLittle);
      case "q": return view.getUint16(this.take(2, 2), isLittle);
      case "i": return view.getInt32(this.take(4, 4), isLittle);
      case "u": case "h": return view.getUint32(this.take(4, 4), isLittle);
      case "x": return view.getBigInt64(this.take(8, 8), isLittle);
      case "t": return view.getBigUint64(this.take(8, 8), isLittle);
      case "d": return view.getFloat64(this.take(8, 8), isLittle);
      case "s": case "o": return this.text(4);
      case "g": return this.text(1);
      case "v": { const signature = this.text(1); return { signature, value: this.value(firstType(signature), depth + 1) }; }
      case "a": return this.list(type.slice(1), depth);
      case "(": case "{": this.take(0, 8); return membersOf(type).map((member) => this.value(member, depth + 1));
      default: throw new BadMessage(`a type that is not known: '${type}'`);
    }
  }
}

export function unmarshal(signature: string, bytes: Uint8Array, isLittle = true): readonly Value[] {
  const reader = new Reader(bytes, isLittle);
  return typesOf(signature).map((type) => reader.value(type));
}
