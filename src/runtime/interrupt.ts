// Owns how a long verb that drives engines of its own is interrupted: by signals of the terminal, or by whoever called it.
import type { Request } from "../model/request.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A program that uses the library asks in its own name: its signals are its own, and no handler of ours is put beside them. */
const isOwnProgram = ({ pid }: Pick<Request, "pid">): boolean => pid === process.pid;

/** ^C and friends end what a command runs and then clean up; a template's own handling of ^C comes first. `given`: the caller's wish to end it. */
export function onSignals(request: Pick<Request, "pid">, abort: AbortController, given?: AbortSignal): () => void {
  const stop = (): void => abort.abort();
  if (given?.aborted === true) stop();
  given?.addEventListener("abort", stop, { once: true });
  if (!isOwnProgram(request)) for (const signal of SIGNALS) process.on(signal, stop);
  return () => {
    given?.removeEventListener("abort", stop);
    for (const signal of SIGNALS) process.off(signal, stop);
  };
}
