// Owns the verb hooks: what each hook of a container's last start and end took, how it ended, and what it said.
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { earlierHooksFile, hooksFile } from "../host/store/layout.ts";
import { parseEvents } from "../isa/events.ts";
import type { PlanEvent } from "../isa/events.ts";
import { numberedWithProcess } from "../isa/encode.ts";
import type { Op, Text } from "../isa/op.ts";
import { readBack } from "../isa/read-back.ts";
import { E_STATUS } from "../isa/schema.ts";
import { outputLines } from "./causes/failure.ts";
import type { HookReport, HookRun, HooksVerb } from "./verbs.ts";

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

function runOf(op: Op, { milliseconds = 0, text }: PlanEvent, events: readonly PlanEvent[]): readonly HookRun[] {
  if (op.op !== "spawn" || op.note?.startsWith(NOTE) !== true) return [];
  const error = events.find(({ kind }) => kind === "failed" || kind === "ignored")?.error ?? 0;
  const status = error >= E_STATUS ? error - E_STATUS : error === 0 ? 0 : 127;
  return [{ hook: op.note.slice(NOTE.length), from: op.from, command: plainText(op.argv[2] ?? "").replace(/^exec /, ""), milliseconds, status, output: outputLines(text, MOST_LINES) }];
}

/** In the order in which they ended. A hook of a plan is called once: what the record has twice is the same. */
function reportOf(path: string): HookReport | undefined {
  const record = readRecord(path);
  if (record === undefined || record.bytes.length < 4) return undefined;
  const end = 4 + record.bytes.readUInt32LE(0);
  const plan = readBack(new Uint8Array(record.bytes.subarray(4, end)));
  if (plan === undefined) return undefined;
  const ops = numberedWithProcess(plan);
  const events = parseEvents(new Uint8Array(record.bytes.subarray(end)));
  const called = new Map<number, PlanEvent>();
  for (const event of events) if (event.kind === "output" && !called.has(event.op)) called.set(event.op, event);
  const runs = [...called].flatMap(([id, event]) => { const op = ops[id]?.op; return op === undefined ? [] : runOf(op, event, events.filter((one) => one.op === id)); });
  return { at: record.at.toISOString(), hooks: runs };
}

export const hooks: HooksVerb = (target) => {
  const last = reportOf(hooksFile(target));
  const before = last === undefined ? undefined : reportOf(earlierHooksFile(target));
  return last === undefined ? undefined : { ...last, ...(before === undefined ? {} : { before }) };
};
