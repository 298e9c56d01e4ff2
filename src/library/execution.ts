// Owns Execution: a command in a running container, with its streams and its end.
import type { Readable, Writable } from "node:stream";
import type { Result } from "../model/problem.ts";
import type { Ran, Running } from "../runtime/run.ts";
import { need } from "./error.ts";

export interface ExecOptions {
  /** All that it reads. */
  readonly input?: string | Uint8Array;
  /** "pipe": `stdin` of the execution is written to, and ended, by the caller. "ignore" unless said. */
  readonly stdin?: "ignore" | "pipe";
  /** All of its environment, beside what the container's config sets and a PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** `/` unless said. */
  readonly cwd?: string;
  /** Ids inside; root's unless said. */
  readonly uid?: number;
  readonly gid?: number;
  /** Kills the command. */
  readonly signal?: AbortSignal;
  /** Milliseconds after which it is killed. */
  readonly timeout?: number;
}

export interface ExecEnd {
  /** As a shell has it: 128 and the signal's number for one that a signal has ended. */
  readonly status: number;
  readonly wasTimedOut: boolean;
  readonly wasAborted: boolean;
  readonly milliseconds: number;
}

/** What a command has written, all of it, and how it has ended. */
export interface ExecOutput extends ExecEnd { readonly stdout: string; readonly stderr: string }

export interface Killers { readonly abort: AbortController; readonly signal: AbortSignal | undefined; readonly timeout: number | undefined }

/** One stream: bytes as they come; `text` takes all of it. */
class Output implements AsyncIterable<Uint8Array> {
  readonly #stream: Readable | null;
  constructor(stream: Readable | null) { this.#stream = stream; }
  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    if (this.#stream === null) return;
    for await (const chunk of this.#stream) if (chunk instanceof Uint8Array) yield chunk;
  }
  async text(): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of this) text += decoder.decode(chunk, { stream: true });
    return text + decoder.decode();
  }
}

/** Streams that nobody reads hold the command up when the pipe is full, as in a shell. */
export class Execution {
  readonly stdin: Writable | null;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Rejects with a BerthError when the command could not be run. */
  readonly ended: Promise<ExecEnd>;
  readonly #abort: AbortController;

  constructor(running: Running, { abort, signal, timeout }: Killers, input: string | Uint8Array | undefined) {
    [this.stdin, this.stdout, this.stderr, this.#abort] = [running.stdin, new Output(running.stdout), new Output(running.stderr), abort];
    let wasTimedOut = false;
    const stop = (): void => abort.abort();
    const timer = timeout === undefined ? undefined : setTimeout(() => { wasTimedOut = true; stop(); }, timeout);
    if (signal?.aborted === true) stop();
    signal?.addEventListener("abort", stop, { once: true });
    running.stdin?.on("error", () => undefined); // it has ended without reading all
    if (input !== undefined) running.stdin?.end(input);
    const begin = performance.now();
    const finish = (result: Result<Ran>): ExecEnd => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      const milliseconds = performance.now() - begin;
      if (abort.signal.aborted) return { status: KILLED, wasTimedOut, wasAborted: !wasTimedOut, milliseconds };
      return { status: need(result).status, wasTimedOut: false, wasAborted: false, milliseconds };
    };
    this.ended = running.ended.then(finish);
    this.ended.catch(() => undefined); // who does not wait for the end does not want to hear of it
  }

  kill(): void { this.#abort.abort(); }

  async output(): Promise<ExecOutput> {
    const [stdout, stderr, end] = await Promise.all([this.stdout.text(), this.stderr.text(), this.ended]);
    return { ...end, stdout, stderr };
  }
}

const KILLED = 128 + 9;
