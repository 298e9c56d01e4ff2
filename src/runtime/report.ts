// Owns what is said of a plan that failed: which step, for which wish, the kernel's answer, the likely cause, the remedy.
import { parseEvents } from "../isa/events.ts";
import type { PlanEvent } from "../isa/events.ts";
import { notesOf } from "../isa/notes.ts";
import type { Notes } from "../isa/notes.ts";
import type { Problem, Step } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { answerText, failureOf, primaryEvent } from "./causes/failure.ts";
import type { Failure } from "./causes/failure.ts";
import { findCause } from "./causes/find.ts";
import { actionText } from "./causes/words.ts";
import { recordText, writeFailureRecord } from "./failure-record.ts";
import { writeStartHooks } from "./hook-record.ts";

export interface Report {
  /** Without the door's prefix. */
  readonly lines: readonly string[];
  readonly status: number;
  readonly problem: Problem;
}

export interface Explained { readonly problem: Problem; readonly output: readonly string[]; readonly failure?: Failure }

const place = ({ step, notes, process, op }: Failure): string => `step ${step} of ${notes.ops.length}, process ${process}, for ${op.origin}`;

function stepOf({ step, notes, process, op, errno }: Failure): Step {
  return { number: step, of: notes.ops.length, op: op.op, process, origin: op.origin, ...(errno === undefined ? {} : { errno }) };
}

/** A finding with a sentence of its own needs the kernel's words only where they add something. */
function problemOf(failure: Failure): Explained {
  const { code = "engine.op", text, cause, remedy, output = [], isPlain = false } = findCause(failure);
  const sentence = text ?? `cannot ${actionText(failure)}`;
  const isTold = text !== undefined && (failure.status !== undefined || code.startsWith("container.") || failure.op.op === "askMonitor");
  const answer = isTold ? "" : `: ${answerText(failure)}`;
  return { failure, output, problem: { code, step: stepOf(failure), text: `${sentence}${answer}${isPlain ? "" : ` (${place(failure)})`}`, ...(cause === undefined ? {} : { cause }), ...(remedy === undefined ? {} : { remedy }) } };
}

/** Why a plan failed, from its notes and its events. */
function explainFailure(notes: Notes, events: readonly PlanEvent[], caller: Pick<Request, "euid" | "env">): Explained {
  const event = primaryEvent(events, notes);
  if (event === undefined) return { output: [], problem: { code: "engine.op", text: "the engine ended without saying why", cause: "it was killed, or ran out of memory", remedy: "look at dmesg" } };
  return problemOf(failureOf(event, notes, caller));
}

/** Verbs that end in a command of the user's. */
const COMMANDS = new Set(["attach", "usernsexec", "unshare"]);

/** As a shell has them for a command that is not there, or may not be executed; undefined: something else has failed. */
export function execStatus({ step }: Problem): number | undefined {
  if (step?.op !== "exec" && step?.op !== "initLoop") return undefined;
  return step.errno === "ENOENT" || step.errno === "ENOTDIR" ? 127 : 126;
}

/** 126 and 127 for commands, 255 for execute, 2 for a container that has stopped meanwhile. */
function statusOf(verb: string, { problem }: Explained): number {
  const unexecuted = execStatus(problem);
  if (unexecuted !== undefined && COMMANDS.has(verb)) return unexecuted;
  if (unexecuted !== undefined && verb === "execute") return 255;
  if (verb === "stop" && problem.code === "container.stopped") return 2;
  // LXC calls it no failure that a container runs already.
  return verb === "start" && problem.code === "container.running" ? 0 : 1;
}

const KEEPS_RECORD = new Set(["start", "execute"]);

/** For a request of kind `report`. */
export function report(request: Request): Report {
  const notes = notesOf(request.plan ?? new Uint8Array(0));
  const events = parseEvents(request.events ?? new Uint8Array(0));
  if (notes === undefined) {
    const problem: Problem = { code: "engine.op", text: "a plan failed, and it cannot be read back" };
    return { lines: [problem.text], status: 1, problem };
  }
  const explained = explainFailure(notes, events, request);
  const { problem, output } = explained;
  const lines = [
    problem.text, ...output.map((line) => `  | ${line}`),
    ...(problem.cause === undefined ? [] : [`cause: ${problem.cause}`]), ...(problem.remedy === undefined ? [] : [`remedy: ${problem.remedy}`]),
  ];
  const isKept = KEEPS_RECORD.has(notes.verb) && problem.code !== "container.running";
  const record = isKept ? writeFailureRecord(request, notes, recordText(request, notes, events, { lines, problem })) : undefined;
  if (isKept && notes.ops.some(({ op, note = "" }) => op === "spawn" && note.startsWith("hook "))) writeStartHooks(request, notes);
  return { lines: [...lines, ...(record === undefined ? [] : [`record: ${record}`])], status: statusOf(notes.verb, explained), problem };
}
