// Owns Execution: a command in a running container, with its streams and its end.
import type { Readable, Writable } from "node:stream";
import { signalName } from "../linux/signals.ts";
import { sizeNumber, type TerminalSize } from "../linux/terminal-size.ts";
import type { Result } from "../model/problem.ts";
import type { Ran, Running } from "../runtime/run.ts";
import { checkSize } from "./checks.ts";
import { need } from "./error.ts";

/** How a command is run. Source: lxc-attach(1), whose confinement it has. */
export interface ExecOptions {
  /** All that it reads; text is UTF-8. */
  readonly input?: string | Uint8Array;
  /** "pipe": `stdin` of the execution is written to, and ended, by the caller. "ignore" unless said; with `tty` "pipe". */
  readonly stdin?: "ignore" | "pipe";
  /** It gets a terminal of the container's own, of that many characters; `true`: 24 rows, 80 columns. What it writes, errors too, comes as stdout. */
  readonly tty?: boolean | TerminalSize;
  /** All of its environment, beside what the container's config sets and a PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** A directory inside; `/` unless said, and where it is not there. */
  readonly cwd?: string;
  /** Ids inside; root's unless said. */
  readonly uid?: number;
  /** As `uid`, of the group. */
  readonly gid?: number;
  /** Kills the command. */
  readonly signal?: AbortSignal;
  /** Milliseconds after which it is killed; Infinity: never. */
  readonly timeout?: number;
}

/** How a command has ended: with a code, or by a signal. */
export interface ExecEnd {
  /** As a shell has it: 128 and the signal's number for one that a signal has ended. */
  readonly status: number;
  /** 0 to 255, what it ended with; absent: a signal has ended it. */
  readonly code?: number;
  /** As in `SIGKILL`; absent: it ended by itself. */
  readonly signal?: string;
  /** The kernel has killed it, or another process of its container at that time, for want of memory. */
  readonly wasOutOfMemory: boolean;
  /** It was killed at the end of `timeout`. */
  readonly wasTimedOut: boolean;
  /** It was killed by `signal`, or by `kill()`. */
  readonly wasAborted: boolean;
  /** From its begin to its end. */
  readonly milliseconds: number;
}

/** What a command has written, all of it as UTF-8, and how it has ended. */
export interface ExecOutput extends ExecEnd {
  /** With `tty` what its terminal has shown. */
  readonly stdout: string;
  /** With `tty` nothing. */
  readonly stderr: string;
}

/** @internal */
export interface Killers { readonly abort: AbortController; readonly signal: AbortSignal | undefined; readonly timeout: number | undefined; /** Of the container, so far; undefined: nobody counts. */ readonly oomKills: () => bigint | undefined }

/** One stream: bytes as they come, at most once; `text` takes all of it. */
export class Output implements AsyncIterable<Uint8Array> {
  readonly #stream: Readable | null;
  /** @internal */
  constructor(stream: Readable | null) { this.#stream = stream; }
  /** Bytes as they come; ends with the command, and with whoever else holds the stream. */
  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    if (this.#stream === null) return;
    for await (const chunk of this.#stream) if (chunk instanceof Uint8Array) yield chunk;
  }
  /** All of it, as UTF-8. */
  async text(): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of this) text += decoder.decode(chunk, { stream: true });
    return text + decoder.decode();
  }
}

const SIGKILL = 9;
const BY_SIGNAL = 128;
/** Milliseconds; one that is longer goes off at once. */
const LONGEST_TIMER = 0x7fff_ffff;

function endOf({ status, signal }: Ran): Pick<ExecEnd, "status" | "code" | "signal"> {
  return { status, ...(signal === undefined ? { code: status } : { signal: signalName(signal) }) };
}

/** A command that runs. Streams that nobody reads hold it up when the pipe is full, as in a shell. */
export class Execution {
  /** What it reads, where that is "pipe". */
  readonly stdin: Writable | null;
  /** What it writes. */
  readonly stdout: Output;
  /** What it writes as errors; with `tty` nothing. */
  readonly stderr: Output;
  /** Rejects with a BerthError when the command could not be run. */
  readonly ended: Promise<ExecEnd>;
  readonly #abort: AbortController;
  readonly #sizes: Writable | null;

  /** @internal */
  constructor(running: Running, { abort, signal, timeout, oomKills }: Killers, input: string | Uint8Array | undefined) {
    [this.stdin, this.stdout, this.stderr, this.#abort, this.#sizes] = [running.stdin, new Output(running.stdout), new Output(running.stderr), abort, running.sizes];
    let wasTimedOut = false;
    const stop = (): void => abort.abort();
    const timer = timeout === undefined || timeout === Infinity ? undefined : setTimeout(() => { wasTimedOut = true; stop(); }, Math.min(timeout, LONGEST_TIMER));
    if (signal?.aborted === true) stop();
    signal?.addEventListener("abort", stop, { once: true });
    for (const stream of [running.stdin, running.sizes]) stream?.on("error", () => undefined); // it has ended without reading all
    if (input !== undefined) running.stdin?.end(input);
    const [begin, before] = [performance.now(), oomKills()];
    const finish = (result: Result<Ran>): ExecEnd => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      running.sizes?.destroy();
      const milliseconds = performance.now() - begin;
      if (abort.signal.aborted) return { ...endOf({ status: BY_SIGNAL + SIGKILL, signal: SIGKILL }), wasOutOfMemory: false, wasTimedOut, wasAborted: !wasTimedOut, milliseconds };
      const ran = need(result);
      const wasOutOfMemory = ran.signal === SIGKILL && (oomKills() ?? 0n) > (before ?? 0n);
      return { ...endOf(ran), wasOutOfMemory, wasTimedOut: false, wasAborted: false, milliseconds };
    };
    this.ended = running.ended.then(finish);
    this.ended.catch(() => undefined); // who does not wait for the end does not want to hear of it
  }

  /** Its terminal has another size from now on, and it gets SIGWINCH. Without `tty` nothing happens. Throws `option.value`. */
  resize(size: TerminalSize): void {
    checkSize(size);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, sizeNumber(size), true);
    if (this.#sizes?.writable === true) this.#sizes.write(bytes);
  }

  /** With SIGKILL. */
  kill(): void { this.#abort.abort(); }

  /** All that it writes, and its end. Rejects with a BerthError when the command could not be run. */
  async output(): Promise<ExecOutput> {
    const [stdout, stderr, end] = await Promise.all([this.stdout.text(), this.stderr.text(), this.ended]);
    return { ...end, stdout, stderr };
  }
}
