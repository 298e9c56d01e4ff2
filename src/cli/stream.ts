// Owns output of commands that go on until somebody ends them: written as it comes, to where the caller's goes.
import { writeSync } from "node:fs";

const PAUSE_MS = 5;
const isFull = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EAGAIN";
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

let shape = (text: string): string => text;
/** Texts become this before they are written (--format yaml). */
export function shapeStream(wanted: (text: string) => string): void { shape = wanted; }

/** false: nobody reads any more. */
export async function stream(text: string | Uint8Array): Promise<boolean> {
  const bytes = typeof text === "string" ? new TextEncoder().encode(shape(text)) : text;
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(1, bytes, done, bytes.length - done);
    } catch (error) {
      if (!isFull(error)) return false;
      await pause(PAUSE_MS); // a terminal that is read slowly
    }
  }
  return true;
}

const CHECK_MS = 200;

/** Waits so long, or until `isOver`; false: the launcher, and with it the caller's command, is gone. */
export async function idle(milliseconds: number, isOver: () => boolean = () => false): Promise<boolean> {
  const launcher = process.ppid;
  const end = performance.now() + milliseconds;
  for (let left = milliseconds; left > 0 && !isOver(); left = end - performance.now()) {
    await pause(Math.min(left, CHECK_MS));
    if (process.ppid !== launcher) return false;
  }
  return process.ppid === launcher;
}

export interface Stream {
  readonly write: (text: string) => void;
  readonly end: AbortSignal;
  /** When all has been written. */
  readonly close: () => Promise<void>;
}

/** For what comes by itself: texts are written in their order. `end` fires at SIGINT, SIGTERM (the launcher has gone), SIGHUP, and when nobody reads any more. */
export function openStream(): Stream {
  const end = new AbortController();
  const stop = (): void => end.abort();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, stop);
  let written = Promise.resolve(true);
  const write = (text: string): void => {
    written = written.then((isRead) => (isRead ? stream(text) : false));
    written.then((isRead) => { if (!isRead) stop(); }, stop);
  };
  const close = async (): Promise<void> => {
    await written;
    for (const signal of signals) process.off(signal, stop);
  };
  return { write, end: end.signal, close };
}
