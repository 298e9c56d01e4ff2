// Owns turning the outcome of a plan that create or destroy drove into a Problem.
import type { EngineOutcome } from "../../host/engine/run.ts";
import { ENGINE_MISSING } from "../../host/engine/run.ts";
import type { PlanEvent } from "../../isa/events.ts";
import { fieldOf, numbered } from "../../isa/encode.ts";
import type { Plan } from "../../isa/op.ts";
import { E_STATUS } from "../../isa/schema.ts";
import { errnoName, errnoText } from "../../linux/errno.ts";
import { isNoSpace } from "../../linux/no-space.ts";
import type { Origin } from "../../model/origin.ts";
import type { Problem } from "../../model/problem.ts";
import { IMAGE_LOCK } from "../../plan/image-lock.ts";
import { outputLines, statusText } from "../causes/failure.ts";
import { imageBusy } from "../causes/image-busy.ts";

/** EPIPE at a barrier is a consequence: another process failed first. */
export function failureOf(events: readonly PlanEvent[]): PlanEvent | undefined {
  const failed = events.filter((event) => event.kind === "failed");
  return failed.find((event) => errnoName(event.error) !== "EPIPE") ?? failed[0];
}

const reason = (error: number): string => (error >= E_STATUS ? `status ${error - E_STATUS}` : errnoText(error));

/** The engine puts the shell's name before what the hook said. */
function hookProblem(at: Origin, { error, text }: PlanEvent, doing: string): Problem {
  const said = outputLines(text.replace(/^\/bin\/sh(: |$)/, "")).join("; ");
  return {
    code: "hook.failed", at, text: `cannot ${doing}: the hook ${error >= E_STATUS ? statusText(error - E_STATUS) : `could not be run: ${errnoText(error)}`}`,
    ...(said === "" ? {} : { cause: `it said: ${said}` }), remedy: "run it by hand to see why",
  };
}

const isMapHelper = (program: unknown): boolean => typeof program === "string" && /(^|\/)new[ug]idmap$/.test(program);

/** A tool of storage: mkfs, btrfs, lvextend. The engine puts its name before what it said. */
function toolProblem(at: Origin, { error, text }: PlanEvent, doing: string): Problem {
  const [tool = ""] = text.split(": ", 1);
  const said = outputLines(text.slice(tool.length + 2)).join("; ");
  if (error < E_STATUS && errnoName(error) === "ENOENT") return { code: "storage.unsupported", at, text: `cannot ${doing}: the program '${tool}' is missing`, remedy: "install the package that holds it (apt-file search, or docs of the storage)" };
  return { code: "storage.unsupported", at, text: `cannot ${doing}: ${tool} ${error >= E_STATUS ? statusText(error - E_STATUS) : `could not be run: ${errnoText(error)}`}`, ...(said === "" ? {} : { cause: `it said: ${said}` }) };
}

/** `doing`: what was being done, e.g. `remove 'web'`. */
export function engineProblem(plan: Plan, events: readonly PlanEvent[], doing: string): Problem {
  const failed = failureOf(events);
  if (failed === undefined) return { code: "engine.op", text: `cannot ${doing}: the engine ended without saying why` };
  const op = numbered(plan)[failed.op];
  if (op?.op === "spawn" && op.note?.startsWith("hook ") === true) return hookProblem(op.from, failed, doing);
  const path = op === undefined ? undefined : fieldOf(op, "path");
  const what = failed.text !== "" ? failed.text : typeof path === "string" ? path : "";
  const name = errnoName(failed.error);
  const text = `cannot ${doing}: ${op?.op ?? "step"}${what === "" ? "" : ` ${what}`}: ${reason(failed.error)}`;
  if (op?.op === "lock" && op.note === IMAGE_LOCK && name === "EAGAIN" && typeof path === "string") return { ...imageBusy(path), at: op.from };
  if (isNoSpace(name)) return { code: "storage.full", text, remedy: "free some space, or put the container elsewhere with -P" };
  if ((op?.op === "removeTree" || op?.op === "unlink") && (name === "EACCES" || name === "EPERM")) {
    return { code: "privilege", text, cause: "it belongs to an id that is not mapped for this user, or it is immutable (chattr)", remedy: "remove it as root, then run this again" };
  }
  if (op?.op === "spawn" && !isMapHelper(op.argv[0])) return toolProblem(op.from, failed, doing);
  if (op?.op === "spawn") return { code: "idmap.helper", at: op.from, text, remedy: "check that newuidmap and newgidmap are setuid root, and the ranges in /etc/subuid and /etc/subgid" };
  return { code: "engine.op", ...(op === undefined ? {} : { at: op.from }), text };
}

export function outcomeProblem(plan: Plan, outcome: EngineOutcome, doing: string): Problem | undefined {
  if (outcome.status === 0) return undefined;
  if (outcome.status === ENGINE_MISSING && outcome.events.length === 0) return { code: "engine.missing", text: `cannot ${doing}: the engine cannot be run`, remedy: "install Berth again: libexec/berth/berth-engine is missing or not executable" };
  return engineProblem(plan, outcome.events, doing);
}
