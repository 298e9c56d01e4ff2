// Owns Failure: one op of a plan that failed, as the causes look at it.
import { errnoName, errnoText } from "../../linux/errno.ts";
import type { Errno } from "../../linux/errno.ts";
import type { PlanEvent } from "../../isa/events.ts";
import type { NotedOp, Notes } from "../../isa/notes.ts";
import { E_STATUS } from "../../isa/schema.ts";
import type { ProblemCode } from "../../model/problem.ts";

export interface Failure {
  readonly op: NotedOp;
  /** As --explain numbers it. */
  readonly step: number;
  readonly process: string;
  readonly error: number;
  readonly errno: Errno | undefined;
  /** Of a program that was run: its exit status, 128+signal. */
  readonly status: number | undefined;
  /** What the engine adds: the path, a helper's output, the console's last lines. */
  readonly text: string;
  readonly notes: Notes;
  readonly euid: number;
  readonly env: Readonly<Record<string, string>>;
}

/** What is known about a failure beyond the kernel's word. */
export interface Finding {
  readonly code?: ProblemCode;
  /** Replaces the generic sentence. */
  readonly text?: string;
  readonly cause?: string;
  readonly remedy?: string;
  /** Lines to show as they are: what a program said. */
  readonly output?: readonly string[];
  /** A user's slip, such as a command that does not exist: the step would only distract. */
  readonly isPlain?: boolean;
}
export type Rule = (failure: Failure) => Finding | undefined;

/** Terminal escapes of a hostile console must not reach this terminal. */
const plain = (line: string): string => line.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "").replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "").trimEnd();
export const outputLines = (text: string, most = 8): readonly string[] => text.split(/\r?\n/).map(plain).filter((line) => line !== "").slice(-most);

/** What a spawned program said; the engine puts its name in front. */
export const programLines = ({ text, op }: Failure): readonly string[] =>
  outputLines(text.startsWith(`${op.subject}: `) ? text.slice(op.subject.length + 2) : text === op.subject ? "" : text);

/** EPIPE at a barrier says that another process failed. */
const isConsequence = (event: PlanEvent, op: NotedOp | undefined): boolean =>
  errnoName(event.error) === "EPIPE" && ["await", "waitExec", "recvFd", "sendFd", "post"].includes(op?.op ?? "");

/** The failure that caused the others: the first one that is no consequence, else the first. */
export function primaryEvent(events: readonly PlanEvent[], notes: Notes): PlanEvent | undefined {
  const failed = events.filter(({ kind }) => kind === "failed");
  return failed.find((event) => !isConsequence(event, notes.ops[event.op])) ?? failed[0];
}

export function failureOf(event: PlanEvent, notes: Notes, caller: { readonly euid: number; readonly env: Readonly<Record<string, string>> }): Failure {
  const op = notes.ops[event.op] ?? { op: "unknown", process: event.process, sentence: "do an unknown step", origin: "unknown", subject: "" };
  const status = event.error >= E_STATUS ? event.error - E_STATUS : undefined;
  return { op, step: event.op, process: event.process, error: event.error, errno: status === undefined ? errnoName(event.error) : undefined, status, text: event.text, notes, euid: caller.euid, env: caller.env };
}

/** signal(7): a status above 192 can only be a status. */
const LAST_SIGNAL = 64;

export const statusText = (status: number): string => (status > 128 && status <= 128 + LAST_SIGNAL ? `was killed by signal ${status - 128}` : `ended with status ${status}`);

/** The kernel's answer, or the program's, in words. */
export const answerText = ({ status, error }: Failure): string => (status === undefined ? errnoText(error) : statusText(status));
