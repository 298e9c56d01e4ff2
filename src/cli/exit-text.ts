// Owns the words for how a run of init ended.
import type { Restarts } from "../model/next-start.ts";
import type { ExitRecord } from "../model/state.ts";

/** Init itself, or processes of it. */
function memoryText({ wasOom, oomKills = 0 }: Pick<ExitRecord, "wasOom" | "oomKills">): string {
  if (wasOom) return " (out of memory)";
  return oomKills === 0 ? "" : ` (out of memory: the kernel has killed ${oomKills === 1 ? "a process" : `${oomKills} processes`} of it)`;
}

/** `status 3`; `killed by signal 9 (out of memory)`; `status 0, for a reboot`. */
export function endText({ code, signal, target, ...memory }: Omit<ExitRecord, "at" | "console">): string {
  const how = signal !== undefined ? `killed by signal ${signal}` : `status ${code ?? 0}`;
  return `${how}${memoryText(memory)}${target === "reboot" ? ", for a reboot" : ""}`;
}

/** `status 3, 2026-11-22 11:02:47 UTC`. */
export function exitText(exit: Omit<ExitRecord, "console">): string {
  const when = new Date(exit.at * 1000).toISOString().slice(0, 19).replace("T", " ");
  return `${endText(exit)}, ${when} UTC`;
}

const WHY_NOT: Readonly<Record<NonNullable<Restarts["end"]>, string>> = {
  asked: "stopped by a user, or with the host: it is not started again", success: "ended well: it is not started again", limit: "given up: so often it has failed", no: "its policy is no", failed: "it could not be started again",
};
/** `3`; `3, the next at 2026-11-22 11:02:47 UTC`. */
export function restartsText({ count, at, end }: Restarts): string {
  if (at !== undefined) return `${count - 1}, the next at ${at.slice(0, 19).replace("T", " ")} UTC`;
  return `${count}${end === undefined ? "" : `; ${WHY_NOT[end]}`}`;
}
