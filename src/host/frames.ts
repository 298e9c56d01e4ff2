// Owns the frames between launcher and planner on one descriptor: u32 kind, u32 length, payload (little-endian).
// Synchronous: a cold planner has nothing else to do. docs/decisions/0002-protocol.md names the kinds.
import { readSync, writeSync } from "node:fs";

export const FRAME = { request: 1, out: 2, exit: 3, plan: 4 } as const;
export const FRAME_MAX = 8 << 20;
/** The socket's number in a planner that a launcher has started. */
export const PLANNER_FD = 3;

const HEAD_BYTES = 8;
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
  const head = new Uint8Array(HEAD_BYTES);
  if (!readFully(fd, head)) return undefined;
  const view = new DataView(head.buffer);
  const length = view.getUint32(4, true);
  if (length > FRAME_MAX) throw new Error(`a frame of ${length} bytes`);
  const payload = new Uint8Array(length);
  return readFully(fd, payload) ? { kind: view.getUint32(0, true), payload } : undefined;
}

export function writeFrame(fd: number, kind: number, ...parts: readonly Uint8Array[]): void {
  const head = new DataView(new ArrayBuffer(HEAD_BYTES));
  head.setUint32(0, kind, true);
  head.setUint32(4, parts.reduce((sum, part) => sum + part.length, 0), true);
  writeFully(fd, new Uint8Array(head.buffer));
  for (const part of parts) writeFully(fd, part);
}

function word(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value, true);
  return new Uint8Array(view.buffer);
}

/** To be written to the caller's stdout (1) or stderr (2). */
export function writeOut(fd: number, descriptor: 1 | 2, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += PIECE) writeFrame(fd, FRAME.out, word(descriptor), bytes.subarray(at, at + PIECE));
}

/** The last frame: end with this status. */
export const writeExit = (fd: number, status: number): void => writeFrame(fd, FRAME.exit, word(status));
/** The last frame: run this encoded plan. */
export const writePlan = (fd: number, plan: Uint8Array): void => writeFrame(fd, FRAME.plan, plan);
