// Owns the verb hooks: when each hook of a container began, what it took, how it ended and what it said: of the last start and end, of its making, of an lxc-destroy.
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { cloneHooksFile, destroyHooksFile, earlierHooksFile, hooksFile } from "../host/store/layout.ts";
import { parseEvents } from "../isa/events.ts";
import type { PlanEvent } from "../isa/events.ts";
import { numberedWithProcess } from "../isa/encode.ts";
import type { Op, Plan, Text } from "../isa/op.ts";
import { readBack } from "../isa/read-back.ts";
import { E_STATUS } from "../isa/schema.ts";
import type { Origin } from "../model/origin.ts";
import { outputLines } from "./causes/failure.ts";
import type { Target } from "./verbs.ts";

/** One call of a hook, or of a network script. */
export interface HookRun {
  /** `pre-start`; `up` and `down` of a network. */
  readonly hook: string;
  readonly from: Origin;
  /** What the shell was given. */
  readonly command: string;
  /** ISO 8601. */
  readonly begunAt: string;
  readonly milliseconds: number;
  /** Its exit status, 128 + signal. */
  readonly status: number;
  /** The end of what it said. */
  readonly output: readonly string[];
}
export interface HookReport { /** When the last of them ended. */ readonly at: string; readonly hooks: readonly HookRun[] }
/** What is recorded of a container's hooks. */
export interface HookReports {
  /** Of the last start and its end. */
  readonly last?: HookReport;
  /** Of the run that a reboot has ended, where `last` is what followed. */
  readonly before?: HookReport;
  /** Of its making, as a copy, or of its new name. */
  readonly clone?: HookReport;
  /** Of an lxc-destroy that it has outlived, as a hook failed. */
  readonly destroy?: HookReport;
}

const MOST_BYTES = 16 << 20;
const MOST_LINES = 100;
const NOTE = "hook ";

/** The file is its user's own; nothing else that somebody may have put there is waited for. */
function readRecord(path: string): { readonly bytes: Buffer; readonly at: Date } | undefined {
  let fd = -1;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { size, mtime, isFile } = ((found) => ({ size: found.size, mtime: found.mtime, isFile: found.isFile() }))(fstatSync(fd));
    if (!isFile || size > MOST_BYTES) return undefined;
    const bytes = Buffer.alloc(size);
    return { bytes: bytes.subarray(0, readSync(fd, bytes)), at: mtime };
  } catch {
    return undefined;
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

/** What only the engine knew is a number or a path of its own making. */
const plainText = (text: Text): string => (typeof text === "string" ? text : text.map((part) => (typeof part === "string" ? part : "…")).join(""));

/** The event is written when the hook has ended. */
const begin = ({ milliseconds = 0, nanoseconds }: PlanEvent): string => new Date(Number(nanoseconds / 1_000_000n) - milliseconds).toISOString();

function runOf(op: Op, event: PlanEvent, events: readonly PlanEvent[]): readonly HookRun[] {
  if (op.op !== "spawn" || op.note?.startsWith(NOTE) !== true) return [];
  const error = events.find(({ kind }) => kind === "failed" || kind === "ignored")?.error ?? 0;
  const status = error >= E_STATUS ? error - E_STATUS : error === 0 ? 0 : 127;
  return [{ hook: op.note.slice(NOTE.length), from: op.from, command: plainText(op.argv[2] ?? "").replace(/^exec /, ""), begunAt: begin(event), milliseconds: event.milliseconds ?? 0, status, output: outputLines(event.text, MOST_LINES) }];
}

/** In the order in which they ended. A hook of a plan is called once: what the record has twice is the same. */
export function hookRuns(plan: Plan, events: readonly PlanEvent[]): readonly HookRun[] {
  const ops = numberedWithProcess(plan);
  const called = new Map<number, PlanEvent>();
  for (const event of events) if (event.kind === "output" && !called.has(event.op)) called.set(event.op, event);
  return [...called].flatMap(([id, event]) => { const op = ops[id]?.op; return op === undefined ? [] : runOf(op, event, events.filter((one) => one.op === id)); });
}

function reportOf(path: string): HookReport | undefined {
  const record = readRecord(path);
  if (record === undefined || record.bytes.length < 4) return undefined;
  const end = 4 + record.bytes.readUInt32LE(0);
  const plan = readBack(new Uint8Array(record.bytes.subarray(4, end)));
  return plan === undefined ? undefined : { at: record.at.toISOString(), hooks: hookRuns(plan, parseEvents(new Uint8Array(record.bytes.subarray(end)))) };
}

export const hooks = (target: Target): HookReports => {
  const last = reportOf(hooksFile(target));
  const all = { last, before: last === undefined ? undefined : reportOf(earlierHooksFile(target)), clone: reportOf(cloneHooksFile(target)), destroy: reportOf(destroyHooksFile(target)) };
  return Object.fromEntries(Object.entries(all).filter(([, report]) => report !== undefined && report.hooks.length > 0));
};
