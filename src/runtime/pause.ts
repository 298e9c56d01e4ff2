// Owns waiting for a time that may be cut short.

/** Ends with the signal, or after the milliseconds. */
export const pause = (milliseconds: number, end: AbortSignal): Promise<void> => new Promise((resolve) => {
  if (end.aborted) return resolve();
  const timer = setTimeout(resolve, milliseconds);
  end.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
});
