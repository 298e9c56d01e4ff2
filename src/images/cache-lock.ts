// Owns that one command at a time fills a place of a cache: the others wait, then find it filled.
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { holdPlan } from "../host/engine/hold.ts";
import { errnoName } from "../linux/errno.ts";
import { fail, ok, type Result } from "../model/problem.ts";
import { HELD_FD, planHold } from "../plan/lifecycle/create.ts";
import { keeping } from "./keeping.ts";

export interface LockWish { readonly file: string; readonly engine: string; readonly abort: AbortSignal; readonly onWait: () => void }

const PAUSE_MS = 200;

/** Whoever throws a place away takes its lock along: one that was locked too late is no lock. */
function isSameFile(pid: number, file: string): boolean {
  const [locked, now] = [`/proc/${pid}/fd/${HELD_FD}`, file].map((path) => statSync(path, { throwIfNoEntry: false }));
  return locked !== undefined && now !== undefined && locked.dev === now.dev && locked.ino === now.ino;
}

/** The lock is held until `body` is over, and no longer than this process lives. */
export async function whileLocked<T>(wish: LockWish, body: () => Promise<Result<T>>): Promise<Result<T>> {
  const folder = dirname(wish.file);
  const made = await keeping(folder, () => Promise.resolve(ok(mkdirSync(folder, { recursive: true, mode: 0o755 }))));
  if (!made.ok) return made;
  for (let isFirst = true; ; isFirst = false) {
    const held = await holdPlan(planHold({ name: "", lxcpath: "" }, wish.file), wish.engine, wish.abort);
    if (held.isHeld && !isSameFile(held.pid, wish.file)) {
      await held.release();
      continue;
    }
    if (held.isHeld) {
      try {
        return await body();
      } finally {
        await held.release();
      }
    }
    if (wish.abort.aborted) return fail({ code: "image.fetch", text: "interrupted" });
    const failure = held.events.find((event) => event.kind === "failed");
    const error = failure?.kind === "failed" ? errnoName(failure.error) : undefined;
    if (error !== "EAGAIN") return fail({ code: "storage.unsupported", text: `cannot lock '${wish.file}': ${error ?? held.text}` });
    if (isFirst) wish.onWait();
    await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });
  }
}
