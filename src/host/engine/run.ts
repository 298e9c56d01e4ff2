// Owns running a plan in an engine of its own, from Node or Bun: plan on descriptor 3, events on descriptor 4.
import { spawn } from "node:child_process";
import { Readable, Writable } from "node:stream";
import { encode } from "../../isa/encode.ts";
import type { PlanEvent } from "../../isa/events.ts";
import { parseEvents } from "../../isa/events.ts";
import type { Plan } from "../../isa/op.ts";

/** "pipe": a stream of startPlan's answer. */
type Stdio = number | "inherit" | "ignore" | "pipe";

export interface EngineOptions {
  /** Path of berth-engine. */
  readonly engine: string;
  /** Descriptors of this process, or what to do with them; "ignore" unless said. */
  readonly stdin?: Stdio;
  readonly stdout?: Stdio | ((bytes: Uint8Array) => void);
  readonly stderr?: Stdio;
  /** The caller's environment, which spawn and exec may inherit. Not this process': it may be a runtime's. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Kills the engine. */
  readonly abort?: AbortSignal;
  /** A pipe on descriptor 5, by which a relay is told sizes. */
  readonly isSized?: boolean;
}

export interface EngineOutcome {
  /** 0, what exitWith set, 125 when an op failed, 128+signal when the engine was killed, 127 when it cannot be run. */
  readonly status: number;
  readonly events: readonly PlanEvent[];
  readonly eventBytes: Uint8Array;
}

export const ENGINE_MISSING = 127;

const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGPIPE: 13, SIGTERM: 15, SIGSYS: 31, SIGBUS: 7 };

function collect(stream: unknown): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    if (!(stream instanceof Readable)) return resolve(new Uint8Array(0));
    stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    stream.on("close", () => resolve(new Uint8Array(Buffer.concat(chunks))));
    stream.on("error", () => resolve(new Uint8Array(Buffer.concat(chunks))));
  });
}

function hear(stream: unknown, tell: (bytes: Uint8Array) => void): Promise<void> {
  return new Promise((resolve) => {
    if (!(stream instanceof Readable)) return resolve();
    stream.on("data", tell);
    stream.on("close", resolve);
    stream.on("error", () => resolve());
  });
}

function feed(stream: unknown, bytes: Uint8Array): void {
  if (!(stream instanceof Writable)) throw new Error("no pipe for the plan");
  // An engine that refuses the plan closes its end early; its status and stderr say why.
  stream.on("error", () => undefined);
  stream.end(bytes);
}

/** The streams are there for what is "pipe". */
export interface StartedPlan { readonly stdin: Writable | null; readonly stdout: Readable | null; readonly stderr: Readable | null; readonly sizes: Writable | null; readonly outcome: Promise<EngineOutcome> }

export function startPlan(plan: Plan, options: EngineOptions): StartedPlan {
  const { engine, stdin = "ignore", stdout = "ignore", stderr = "inherit", env = {}, cwd, abort, isSized = false } = options;
  const child = spawn(engine, ["run", "--plan-fd", "3", "--events-fd", "4"], {
    stdio: [stdin, typeof stdout === "function" ? "pipe" : stdout, stderr, "pipe", "pipe", ...(isSized ? ["pipe"] as const : [])], env: { ...env }, ...(cwd === undefined ? {} : { cwd }),
    ...(abort === undefined ? {} : { signal: abort, killSignal: "SIGKILL" }),
  });
  const ended = new Promise<number>((resolve) => {
    // An abort is reported as an error too, before the process is gone.
    child.once("error", () => { if (child.pid === undefined) resolve(ENGINE_MISSING); });
    child.once("exit", (code, signal) => resolve(code ?? 128 + (SIGNALS[signal ?? ""] ?? 0)));
  });
  const eventBytes = collect(child.stdio[4]);
  const said = typeof stdout === "function" ? hear(child.stdout, stdout) : undefined;
  feed(child.stdio[3], encode(plan));
  const finish = async (): Promise<EngineOutcome> => {
    const status = await ended;
    if (status !== ENGINE_MISSING) await said;
    const bytes = status === ENGINE_MISSING ? new Uint8Array(0) : await eventBytes;
    return { status, events: parseEvents(bytes), eventBytes: bytes };
  };
  const sizes = child.stdio.at(5);
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, sizes: sizes instanceof Writable ? sizes : null, outcome: finish() };
}

/** Ends when the engine has ended and nobody writes events any more. */
export const runPlan = (plan: Plan, options: EngineOptions): Promise<EngineOutcome> => startPlan(plan, options).outcome;
