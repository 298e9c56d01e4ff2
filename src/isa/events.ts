// Owns event records: what the engine says of a plan while it runs (struct event of engine/run.h).

const KINDS = { 1: "failed", 2: "ignored", 3: "started", 4: "exited", 5: "output", 6: "done" } as const;
export type EventKind = (typeof KINDS)[keyof typeof KINDS];

export interface PlanEvent {
  readonly kind: EventKind;
  /** Id of the op, as `numbered` counts them. */
  readonly op: number;
  /** errno, or E_STATUS + status of a program that the op ran. */
  readonly error: number;
  readonly pid: number;
  /** `launcher`, `monitor`, `child` …: the name its clone gave it. */
  readonly process: string;
  readonly text: string;
  /** Of an output: how long the program ran. */
  readonly milliseconds?: number;
  /** CLOCK_REALTIME: the only clock that all processes of a plan share, whatever time namespace they are in. */
  readonly nanoseconds: bigint;
}

/** Bytes of struct event before its texts. */
export const EVENT_HEAD = 40;

const kinds: Readonly<Record<number, EventKind>> = KINDS;

function parseOne(bytes: Uint8Array, offset: number, size: number): PlanEvent | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, size);
  const kind = kinds[view.getUint32(4, true)];
  const processEnd = EVENT_HEAD + view.getUint32(20, true);
  const textEnd = processEnd + view.getUint32(24, true);
  if (kind === undefined || textEnd > size) return undefined;
  const decoder = new TextDecoder("utf-8");
  return {
    kind, ...(kind === "output" ? { milliseconds: view.getUint32(28, true) } : {}), op: view.getUint32(8, true), error: view.getInt32(12, true), pid: view.getInt32(16, true), nanoseconds: view.getBigUint64(32, true),
    process: decoder.decode(bytes.subarray(offset + EVENT_HEAD, offset + processEnd)),
    text: decoder.decode(bytes.subarray(offset + processEnd, offset + textEnd)),
  };
}

/** All whole records; a torn or unknown one at the end stops the reading, since nothing behind it can be trusted. */
export function parseEvents(bytes: Uint8Array): readonly PlanEvent[] {
  const events: PlanEvent[] = [];
  for (let offset = 0; offset + EVENT_HEAD <= bytes.length;) {
    const size = new DataView(bytes.buffer, bytes.byteOffset + offset, 4).getUint32(0, true);
    if (size < EVENT_HEAD || offset + size > bytes.length) break;
    const event = parseOne(bytes, offset, size);
    if (event === undefined) break;
    events.push(event);
    offset += size;
  }
  return events;
}
