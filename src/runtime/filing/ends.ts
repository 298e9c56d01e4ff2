// Owns the two ends of a copy: bytes of the stream come out of one and go into the other, on the host or in a container.
import { closeSync, constants, openSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { ENGINE_FD, FILES_ORDER, ROOT_FD, type Order, type PackOrder, type Told, type UnpackOrder } from "../../host/files/order.ts";
import { Receiver } from "../../host/files/receive.ts";
import { sent } from "../../host/files/send.ts";
import { enginePath } from "../../host/probe/host-facts.ts";
import { itemBytes, PIECE_MAX, pieceBytes, type Item } from "../../host/files/wire.ts";
import { O_PATH } from "../../linux/fs.ts";
import { ok, type Result } from "../../model/problem.ts";
import type { Request } from "../../model/request.ts";
import { planFiles, type FilesPlace } from "../../plan/lifecycle/files.ts";
import { launch, type Ran, type Running } from "../run.ts";
import type { Target } from "../verbs.ts";
import { locate } from "./place.ts";

export interface Source { readonly bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>; /** Once all bytes have been read. */ readonly ended: () => Promise<Result<unknown>> }
export interface Sink {
  /** false: it takes no more. */
  readonly write: (bytes: Uint8Array) => Promise<boolean>;
  readonly finish: () => Promise<Result<Told>>;
}

const hostRoot = (): number => openSync("/", O_PATH | constants.O_DIRECTORY);
const nothing = (): Promise<Result<unknown>> => Promise.resolve(ok(undefined));

function* onHost(order: Omit<PackOrder, "verb">): Generator<Uint8Array, void, void> {
  const root = hostRoot();
  try {
    yield* sent(root, order);
  } finally {
    closeSync(root);
  }
}
export const hostSource = (order: Omit<PackOrder, "verb">): Source => ({ bytes: onHost(order), ended: nothing });

/** A file without a name, of what comes. */
async function* asFile(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  yield itemBytes({ kind: "file", path: ["-"], mode: 0o644, uid: 0, gid: 0, mtime: Date.now() / 1000 } satisfies Item);
  for await (const chunk of input) for (let at = 0; at < chunk.length; at += PIECE_MAX) yield pieceBytes(chunk.subarray(at, at + PIECE_MAX));
  yield pieceBytes(new Uint8Array(0));
  yield itemBytes({ kind: "end" } satisfies Item);
}
export const streamSource = (input: AsyncIterable<Uint8Array>): Source => ({ bytes: asFile(input), ended: nothing });

export function hostSink(order: UnpackOrder): Sink {
  const root = hostRoot();
  const receiver = new Receiver(root, order);
  receiver.begin();
  return {
    write: (bytes) => {
      receiver.take(bytes);
      return Promise.resolve(!receiver.isStopped);
    },
    finish: () => {
      const told = receiver.finish();
      closeSync(root);
      return Promise.resolve(ok(told));
    },
  };
}

const isOnBlocks = ({ place }: Extract<FilesPlace, { readonly kind: "stopped" }>): boolean => place.kind === "image" || place.kind === "device" || place.kind === "dataset";
const ofHelper = `/proc/self/fd/${ENGINE_FD}`;

async function helperIn(request: Request, target: Target, wanted: Order): Promise<Result<Running>> {
  const located = await locate(request, target, wanted.verb === "unpack");
  if (!located.ok) return located;
  const { facts, place } = located.value;
  const isSynced = place.kind === "stopped" && isOnBlocks(place);
  const order: Order = wanted.verb === "unpack" ? { ...wanted, engine: ofHelper, isSynced } : { ...wanted, ...(wanted.engine === undefined ? {} : { engine: ofHelper }) };
  const plan = planFiles(target, facts, { place, helper: { program: `${request.prefix}/libexec/berth/berth-planner`, word: FILES_ORDER, rootFd: ROOT_FD, engine: enginePath(request.prefix), engineFd: ENGINE_FD } });
  const running = launch({ ...request, cwd: "/" }, plan, { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  running.stdin?.on("error", () => undefined); // it has ended without reading all
  running.stdin?.write(itemBytes(order));
  return ok(running);
}

async function* bytesOf(stream: Readable | null): AsyncGenerator<Uint8Array, void, void> {
  if (stream === null) return;
  for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk;
}

export async function containerSource(request: Request, target: Target, order: Omit<PackOrder, "verb">): Promise<Result<Source>> {
  const helper = await helperIn(request, target, { verb: "pack", ...order });
  if (!helper.ok) return helper;
  helper.value.stdin?.end();
  return ok({ bytes: bytesOf(helper.value.stdout), ended: (): Promise<Result<Ran>> => helper.value.ended });
}

/** As fast as the other side reads; false: it has gone. */
function poured(stream: Writable | null, bytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    if (stream === null || !stream.writable) return resolve(false);
    stream.write(bytes, (error) => resolve(error === null || error === undefined));
  });
}

async function toldBy(stream: Readable | null): Promise<Told> {
  const parts: Uint8Array[] = [];
  for await (const chunk of bytesOf(stream)) parts.push(chunk);
  const text = Buffer.concat(parts).toString();
  return text === "" ? { files: 0, bytes: 0, complaints: [], stopped: { path: "", errno: "EPIPE" } } : JSON.parse(text);
}

export async function containerSink(request: Request, target: Target, order: UnpackOrder): Promise<Result<Sink>> {
  const helper = await helperIn(request, target, order);
  if (!helper.ok) return helper;
  const { stdin, stdout, ended } = helper.value;
  const told = toldBy(stdout);
  return ok({
    write: (bytes) => poured(stdin, bytes),
    finish: async () => {
      stdin?.end();
      const [said, end] = await Promise.all([told, ended]);
      return end.ok ? ok(said) : end;
    },
  });
}
