// Owns the frames between launcher and planner on one descriptor: u32 kind, u32 length, payload (little-endian).
// Synchronous: a cold planner has nothing else to do. docs/decisions/0002-protocol.md names the kinds.
import { readSync, writeSync } from "node:fs";

export const FRAME = { request: 1, out: 2, exit: 3, plan: 4 } as const;
export const FRAME_MAX = 8 << 20;
/** The socket's number in a planner that a launcher has started. */
export const PLANNER_FD = 3;

/** OUT text goes in pieces, so that any length fits. */
const PIECE = 1 << 20;

export interface Frame { readonly kind: number; readonly payload: Uint8Array<ArrayBuffer> }

function readFully(fd: number, bytes: Uint8Array): boolean {
  for (let done = 0; done < bytes.length;) {
    const count = readSync(fd, bytes, done, bytes.length - done, null);
    if (count === 0) return false;
    done += count;
  }
  return true;
}

function writeFully(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done);
}

/** undefined: the other end hung up. Throws when the other end speaks something else. */
export function readFrame(fd: number): Frame | undefined {
  const head = new Uint32Array(2);
  if (!readFully(fd, new Uint8Array(head.buffer))) return undefined;
  const kind = head[0] ?? 0;
  const length = head[1] ?? 0;
  if (length > FRAME_MAX) throw new Error(`a frame of ${length} bytes`);
  const payload = new Uint8Array(length);
  return readFully(fd, payload) ? { kind, payload } : undefined;
}

export function writeFrame(fd: number, kind: number, ...parts: readonly Uint8Array[]): void {
  let length = 0;
  for (const part of parts) length += part.length;
  writeFully(fd, words(kind, length));
  for (const part of parts) writeFully(fd, part);
}

/** x86_64 and aarch64 are little-endian, as the frames are: a DataView takes 0.1 ms before its first word. */
const words = (...values: readonly number[]): Uint8Array => new Uint8Array(new Uint32Array(values).buffer);

/** To be written to the caller's stdout (1) or stderr (2). */
export function writeOut(fd: number, descriptor: 1 | 2, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += PIECE) writeFrame(fd, FRAME.out, words(descriptor), bytes.subarray(at, at + PIECE));
}

/** The last frame: end with this status. */
export const writeExit = (fd: number, status: number): void => writeFrame(fd, FRAME.exit, words(status));
/** The last frame: run this encoded plan. */
export const writePlan = (fd: number, plan: Uint8Array): void => writeFrame(fd, FRAME.plan, plan);
