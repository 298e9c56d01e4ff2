// Owns running a plan with the real engine in a test: encode, feed on descriptor 3, read events from descriptor 4.
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode } from "../../src/isa/encode.ts";
import { parseEvents } from "../../src/isa/events.ts";
import type { PlanEvent } from "../../src/isa/events.ts";
import type { Op, OpArgs, OpKind } from "../../src/isa/op.ts";
import { errnoNumber } from "../../src/linux/errno.ts";
import type { Errno } from "../../src/linux/errno.ts";
import { byDefault } from "../../src/model/origin.ts";

/** BERTH_ENGINE names another build of the engine, the one with sanitizers for example. */
export const ENGINE = process.env["BERTH_ENGINE"] ?? new URL("../../engine/build/berth-engine", import.meta.url).pathname;

interface Frame { readonly onError?: "fail" | "ignore" | readonly Errno[]; readonly when?: "stop" | "reboot"; readonly undo?: readonly Op[] }

/** An op with the frame that a test does not care about. */
export const op = <K extends OpKind>(kind: K, args: OpArgs[K], frame: Frame = {}): Op => {
  const made: unknown = { op: kind, from: byDefault("test"), ...args, ...frame };
  return made as Op;
};

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  readonly events: readonly PlanEvent[];
  /** Of the first process that failed: the op's id, its error, what was said. */
  readonly failed: PlanEvent | undefined;
  readonly ignored: readonly PlanEvent[];
}

export interface RunOptions {
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** Put before the engine: `["unshare", "-n"]`, say. */
  readonly under?: readonly string[];
  /** Descriptors for 5, 6, … */
  readonly inherited?: readonly number[];
  readonly stdin?: number | "ignore";
  /** The bytes to feed in place of the encoded ops. */
  readonly bytes?: Uint8Array;
}

export async function runPlan(ops: readonly Op[], options: RunOptions = {}): Promise<Ran> {
  const bytes = options.bytes ?? encode({ verb: "test", name: "test", lxcpath: "/", ops });
  const dir = mkdtempSync(join(tmpdir(), "berth-engine-"));
  const [planPath, eventsPath] = [join(dir, "plan"), join(dir, "events")];
  writeFileSync(planPath, bytes);
  const [planFd, eventsFd] = [openSync(planPath, "r"), openSync(eventsPath, "a+")];
  rmSync(dir, { recursive: true }); // the descriptors are enough: a test that times out leaves nothing
  try {
    const child = Bun.spawn([...(options.under ?? []), ENGINE, "run", "--events-fd", "4", ...(options.args ?? [])], {
      stdio: [options.stdin ?? "ignore", "pipe", "pipe", planFd, eventsFd, ...(options.inherited ?? [])],
      env: options.env ?? { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" }, cwd: options.cwd ?? "/",
    });
    const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    const status = await child.exited;
    const events = parseEvents(readFileSync(`/proc/self/fd/${eventsFd}`));
    return { status, out, err, events, failed: events.find(({ kind }) => kind === "failed"), ignored: events.filter(({ kind }) => kind === "ignored") };
  } finally {
    closeSync(planFd);
    closeSync(eventsFd);
  }
}

/** A directory for one test, gone afterwards. */
export class Scratch implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), "berth-scratch-"));
  path(...parts: readonly string[]): string { return join(this.dir, ...parts); }
  has(...parts: readonly string[]): boolean { return existsSync(this.path(...parts)); }
  read(...parts: readonly string[]): string { return readFileSync(this.path(...parts), "utf8"); }
  [Symbol.dispose](): void { rmSync(this.dir, { recursive: true, force: true }); }
}

export const errno = (name: Errno): number => errnoNumber(name);
/** A shell whose output the test reads: ends the plan. */
export const shell = (script: string): Op => op("exec", { path: "/bin/sh", argv: ["sh", "-c", script], env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"] });
/** Clones a child that becomes the program, waits for it, ends with its status. */
export const child = (body: readonly Op[], flags: number | bigint = 0, slots = { pid: 90, pidfd: 91 }): readonly Op[] => [
  op("clone", { flags, name: "child", pid: slots.pid, pidfd: slots.pidfd, body }),
  op("exitWith", { child: slots.pid }),
];
