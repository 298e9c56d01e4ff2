// Owns the full record of a failed plan: every op, every event, who and where. Written for the person who has to find out.
import { closeSync, constants, lstatSync, mkdirSync, openSync, unlinkSync, writeSync } from "node:fs";
import { errnoName, errnoText } from "../linux/errno.ts";
import type { PlanEvent } from "../isa/events.ts";
import type { NotedOp, Notes } from "../isa/notes.ts";
import { E_STATUS } from "../isa/schema.ts";
import { probeKernel, randomHex } from "../host/probe/kernel.ts";
import { configFile, containerDir, failureFile, recordDir } from "../host/store/layout.ts";
import type { Place } from "../host/store/layout.ts";
import { placed } from "../model/origin.ts";
import type { Problem, ProblemCode } from "../model/problem.ts";
import type { Request } from "../model/request.ts";

const answer = (error: number): string => (error >= E_STATUS ? `status ${error - E_STATUS}` : `${errnoName(error) ?? error} (${errnoText(error)})`);

function opLine(op: NotedOp, index: number, events: readonly PlanEvent[]): string {
  const said = events.filter((event) => event.op === index && (event.kind === "failed" || event.kind === "ignored")).map(({ kind, error, process }) => `  <-- ${kind} in ${process}: ${answer(error)}`).join("");
  return `${String(index).padStart(4)}  ${op.process.padEnd(8)}  ${op.sentence}${op.note === undefined ? "" : `; ${op.note}`}  [${op.origin}]${said}`;
}

function eventLine(event: PlanEvent, start: bigint): string {
  const milliseconds = (Number(event.nanoseconds - start) / 1e6).toFixed(3).padStart(10);
  const error = event.error === 0 ? "" : ` ${answer(event.error)}`;
  return `${milliseconds} ms  ${event.process}[${event.pid}] ${event.kind} step ${event.op}${error}${event.text === "" ? "" : `: ${event.text.replaceAll("\n", "\n               | ")}`}`;
}

function head(request: Request, { verb, ...place }: Place & { readonly verb: string }): readonly string[] {
  const kernel = probeKernel();
  return [
    `${verb} ${place.name} (${containerDir(place)})`, `at ${new Date().toISOString()}, by uid ${request.euid}, command: ${request.argv.join(" ")}`,
    `Linux ${kernel.release} ${kernel.machine}, Berth in ${request.prefix}`, "",
  ];
}

/** Where the code is explained. */
export const pageOf = (code: ProblemCode): string => `docs/reference/problems/${code}.md`;
const codeLine = (code: ProblemCode): string => `code: ${code} (${pageOf(code)})`;
/** The problems as data stand in the last line, for `berth why --format json`. */
const DATA = "Problems ";
const dataLine = (problems: readonly Problem[]): string => `${DATA}${JSON.stringify(problems)}`;

export interface Recorded { /** What is for reading. */ readonly text: string; readonly problems: readonly Problem[] }
/** What a record says; one of an older Berth has no data. */
export function readRecord(whole: string): Recorded {
  const at = whole.trimEnd().lastIndexOf(`\n${DATA}`);
  if (at < 0) return { text: whole, problems: [] };
  const problems = problemsOf(whole.slice(at + 1 + DATA.length));
  return { text: whole.slice(0, at + 1), problems };
}
function problemsOf(json: string): readonly Problem[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value.filter(isProblem) : [];
  } catch {
    return [];
  }
}
const isProblem = (value: unknown): value is Problem => typeof value === "object" && value !== null && "code" in value && typeof value.code === "string" && "text" in value && typeof value.text === "string";

/** Of a start that was refused before anything was done: there are no steps. */
export function refusalText(request: Request, place: Place & { readonly verb: string }, problems: readonly Problem[]): string {
  const more = (label: string, text: string | undefined): readonly string[] => (text === undefined ? [] : [`${label}: ${text}`]);
  const said = problems.flatMap(({ at, text, cause, remedy, code }) => [at?.kind === "config" ? placed(at, text) : text, ...more("cause", cause), ...more("remedy", remedy), codeLine(code)]);
  return [...head(request, place), ...said, "", dataLine(problems), ""].join("\n");
}

export function recordText(request: Request, notes: Notes, events: readonly PlanEvent[], { lines, problem }: { readonly lines: readonly string[]; readonly problem: Problem }): string {
  return [
    ...head(request, notes), ...lines, codeLine(problem.code), "",
    `Steps (${notes.ops.length}); lists of child processes follow the list that made them`, ...notes.ops.map((op, index) => opLine(op, index, events)), "",
    "Events", ...events.map((event) => eventLine(event, events[0]?.nanoseconds ?? 0n)), "",
    "Caller's cgroups", request.cgroup.trimEnd(), "", dataLine([problem]), "",
  ].join("\n");
}

function writeNew(path: string, text: string | Uint8Array): boolean {
  try {
    const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
    writeSync(fd, typeof text === "string" ? Buffer.from(text) : text);
    closeSync(fd);
    return true;
  } catch {
    return false;
  }
}

/** Our directory, not a link to another's. */
function isOwnDirectory(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.isDirectory();
}

/** In the record directory, instead of what was there. */
export function writeBeside(notes: Place, file: string, text: string | Uint8Array): string | undefined {
  try {
    if (!isOwnDirectory(containerDir(notes))) return undefined;
    if (!isOwnDirectory(recordDir(notes))) mkdirSync(recordDir(notes), { mode: 0o700 });
    unlinkSync(file);
  } catch {
    // Nothing to replace, or nothing that may be: the write tells.
  }
  return isOwnDirectory(recordDir(notes)) && writeNew(file, text) ? file : undefined;
}

/** Beside the container, if its config is the caller's own: a directory that root makes in a user's container would be in his way. */
export function writeRefusal(request: Request, place: Place & { readonly verb: string }, problems: readonly Problem[]): void {
  if (lstatSync(configFile(place), { throwIfNoEntry: false })?.uid === request.euid) writeBeside(place, failureFile(place), refusalText(request, place, problems));
}

/** Path of the record; undefined when it could be written nowhere. */
export function writeFailureRecord(request: Request, notes: Notes, text: string): string | undefined {
  const beside = writeBeside(notes, failureFile(notes), text);
  if (beside !== undefined) return beside;
  const folder = request.env["TMPDIR"] ?? "/tmp";
  const file = `${folder.startsWith("/") ? folder : "/tmp"}/berth-${notes.name}-${randomHex().slice(0, 12)}.failure`;
  return writeNew(file, text) ? file : undefined;
}
