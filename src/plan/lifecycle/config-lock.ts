// Owns the plan that holds the lock of a container's config, as LXC holds it, for as long as somebody wants it.
import type { Plan } from "../../isa/op.ts";
import { byDefault } from "../../model/origin.ts";
import { holdingOps, type Made } from "./create.ts";

/** Waits for the lock of `file` (made when missing), then echoes what it reads until its input ends. */
export function planConfigLock(made: Made, file: string): Plan {
  const from = byDefault("config lock");
  return {
    verb: "config", ...made, ops: [
      { op: "setsid", from, note: "a terminal's ^C must not drop the lock" },
      { op: "lock", path: file, into: 0, from, note: "nobody else writes the config meanwhile" },
      ...holdingOps(from),
    ],
  };
}
