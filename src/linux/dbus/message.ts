// Owns the frame of a D-Bus message (D-Bus specification, "Message Format"): method calls out, replies and signals in.
import type { Value, Variant } from "./marshal.ts";
import { BadMessage, marshal, unmarshal } from "./marshal.ts";

export interface MethodCall {
  readonly serial: number;
  readonly path: string;
  readonly member: string;
  readonly interface: string;
  /** Absent where there is no bus between: systemd's private socket. */
  readonly destination?: string;
  readonly signature?: string;
  readonly body?: readonly Value[];
}

export interface Message {
  readonly kind: "call" | "return" | "error" | "signal" | "other";
  readonly serial: number;
  readonly replySerial?: number;
  readonly member?: string;
  readonly errorName?: string;
  readonly body: readonly Value[];
}

const KINDS = ["other", "call", "return", "error", "signal"] as const;
const FIELD = { path: 1, interface: 2, member: 3, errorName: 4, replySerial: 5, destination: 6, signature: 8 } as const;
const LITTLE = 0x6c;
const BIG = 0x42;
const HEADER = "yyyyuua(yv)";
/** The specification's own bound; nothing that Berth asks for comes near. */
const MOST_BYTES = 1 << 27;

const padded = (length: number): number => Math.ceil(length / 8) * 8;

export function encodeCall({ serial, path, member, interface: name, destination, signature = "", body = [] }: MethodCall): Uint8Array<ArrayBuffer> {
  const field = (code: number, type: string, value: string): readonly Value[] => [code, { signature: type, value }];
  const fields = [
    field(FIELD.path, "o", path), field(FIELD.interface, "s", name), field(FIELD.member, "s", member),
    ...(destination === undefined ? [] : [field(FIELD.destination, "s", destination)]), ...(signature === "" ? [] : [field(FIELD.signature, "g", signature)]),
  ];
  const content = marshal(signature, body);
  const header = marshal(HEADER, [LITTLE, 1, 0, 1, content.length, serial, fields]);
  const whole = new Uint8Array(padded(header.length) + content.length);
  whole.set(header);
  whole.set(content, padded(header.length));
  return whole;
}

const isVariant = (value: Value | undefined): value is Variant => typeof value === "object" && "signature" in value;

/** How long the first message of the bytes is; undefined: its head has not come whole. */
function lengthOf(bytes: Uint8Array, isLittle: boolean): number | undefined {
  if (bytes.length < 16) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = padded(16 + view.getUint32(12, isLittle)) + view.getUint32(4, isLittle);
  if (length > MOST_BYTES) throw new BadMessage("a message is longer than any may be");
  return length;
}

/** The first message and how many bytes it took; undefined: more has to come. */
export function decodeMessage(bytes: Uint8Array): { readonly message: Message; readonly size: number } | undefined {
  if (bytes.length > 0 && bytes[0] !== LITTLE && bytes[0] !== BIG) throw new BadMessage("this is no D-Bus message");
  const isLittle = bytes[0] === LITTLE;
  const size = lengthOf(bytes, isLittle);
  if (size === undefined || bytes.length < size) return undefined;
  const [, kind, , , bodyLength, serial, rows] = unmarshal(HEADER, bytes.subarray(0, size), isLittle);
  const fields = new Map<number, Value>();
  for (const row of Array.isArray(rows) ? rows : []) {
    const [code, variant] = Array.isArray(row) ? row : [];
    if (typeof code === "number" && isVariant(variant)) fields.set(code, variant.value);
  }
  const text = (code: number): string | undefined => { const value = fields.get(code); return typeof value === "string" ? value : undefined; };
  const [signature, member, errorName, replySerial] = [text(FIELD.signature) ?? "", text(FIELD.member), text(FIELD.errorName), fields.get(FIELD.replySerial)];
  const body = unmarshal(signature, bytes.subarray(size - Number(bodyLength), size), isLittle);
  return {
    size, message: {
      kind: KINDS[Number(kind)] ?? "other", serial: Number(serial), body, ...(typeof replySerial === "number" ? { replySerial } : {}),
      ...(member === undefined ? {} : { member }), ...(errorName === undefined ? {} : { errorName }),
    },
  };
}
