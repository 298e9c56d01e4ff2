// Owns the words for how a run of init ended.
import type { ExitRecord } from "../model/state.ts";

/** `status 3, 2026-11-22 11:02:47 UTC`; `killed by signal 9 (out of memory), …`. */
export function exitText({ code, signal, wasOom, at, target }: ExitRecord): string {
  const how = signal !== undefined ? `killed by signal ${signal}` : `status ${code ?? 0}`;
  const when = new Date(at * 1000).toISOString().slice(0, 19).replace("T", " ");
  return `${how}${wasOom ? " (out of memory)" : ""}${target === "reboot" ? ", for a reboot" : ""}, ${when} UTC`;
}
