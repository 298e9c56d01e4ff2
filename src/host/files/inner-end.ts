// Owns the process beneath a container's root, with the container's ids: the order on standard input, then what comes;
// on standard output what is read, or what became of it. Nothing but ROOT_FD leads anywhere.
import { readSync, writeSync } from "node:fs";
import { ROOT_FD, type Order, type UnpackOrder } from "./order.ts";
import { Receiver } from "./receive.ts";
import { sent } from "./send.ts";
import { PIECE_MAX, WireReader } from "./wire.ts";

function writeAll(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at, bytes.length - at);
}

function* input(): Generator<Uint8Array, void, void> {
  for (;;) {
    const piece = new Uint8Array(PIECE_MAX);
    const count = readSync(0, piece, 0, piece.length, null);
    if (count === 0) return;
    yield piece.subarray(0, count);
  }
}

/** The order, and the bytes that have come with it. A loop over the source would end it. */
function orderFrom(source: Generator<Uint8Array, void, void>): { readonly order: Order; readonly rest: Uint8Array } | undefined {
  let bytes = new Uint8Array(0);
  for (let next = source.next(); next.done !== true; next = source.next()) {
    bytes = new Uint8Array(Buffer.concat([bytes, next.value]));
    for (const heard of new WireReader().push(bytes)) {
      if (heard.kind === "item") return { order: JSON.parse(heard.text), rest: bytes.subarray(4 + Buffer.byteLength(heard.text)) };
    }
  }
  return undefined;
}

function unpack(order: UnpackOrder, first: Uint8Array, source: Iterable<Uint8Array>): void {
  const receiver = new Receiver(ROOT_FD, order);
  receiver.begin();
  receiver.take(first);
  for (const piece of receiver.isStopped ? [] : source) {
    receiver.take(piece);
    if (receiver.isStopped) break;
  }
  writeAll(Buffer.from(JSON.stringify(receiver.finish())));
}

export function serveFiles(): void {
  process.umask(0);
  const source = input();
  const found = orderFrom(source);
  if (found === undefined) return;
  if (found.order.verb === "unpack") return unpack(found.order, found.rest, source);
  try {
    for (const bytes of sent(ROOT_FD, found.order)) writeAll(bytes);
  } catch {
    // nobody reads any more
  }
}
