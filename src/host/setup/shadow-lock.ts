// Owns the lock of shadow's files, as usermod(8) takes it: FILE.PID with our pid, linked to FILE.lock. A lock of a process that is gone is taken over.
import { linkSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { errorCode } from "../read-text.ts";

const TRIES = 100, PAUSE_MS = 100;

function holder(lock: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(lock, "latin1"), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
function isAlive(pid: number): boolean {
  try { process.kill(pid, 0); return true; } catch (error) { return errorCode(error) === "EPERM"; }
}

/** True: linked. Removes a dead holder's lock for the next try. */
function tryLink(own: string, lock: string): boolean {
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
    const pid = holder(lock);
    if (pid !== undefined && !isAlive(pid)) try { unlinkSync(lock); } catch { /* somebody was faster */ }
    return false;
  }
}

export type Locked<T> = { readonly isLocked: true; readonly value: T } | { readonly isLocked: false; /** Who holds it. */ readonly pid?: number };

/** Waits ten seconds. */
export async function withShadowLock<T>(file: string, body: () => T): Promise<Locked<T>> {
  const [own, lock] = [`${file}.${process.pid}`, `${file}.lock`];
  writeFileSync(own, `${process.pid}\0`, { mode: 0o600 });
  try {
    for (let left = TRIES; !tryLink(own, lock); left--) {
      if (left === 0) { const pid = holder(lock); return { isLocked: false, ...(pid === undefined ? {} : { pid }) }; }
      await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });
    }
    try {
      return { isLocked: true, value: body() };
    } finally {
      unlinkSync(lock);
    }
  } finally {
    unlinkSync(own);
  }
}
