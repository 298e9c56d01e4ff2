// Owns how a long verb that drives engines of its own is interrupted.

/** ^C and friends end what runs and then clean up; a template's own handling of ^C comes first. */
export function onSignals(abort: AbortController): () => void {
  const stop = (): void => abort.abort();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, stop);
  return () => {
    for (const signal of signals) process.off(signal, stop);
  };
}
