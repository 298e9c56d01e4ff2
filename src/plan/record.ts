// Owns the state record as a plan writes it: JSON whose pids the engine fills in, replaced atomically.
import type { Op, Ref, Slot, Text } from "../isa/op.ts";
import { O_CREAT, O_NOFOLLOW, O_TRUNC } from "../linux/fs.ts";
import { byDefault } from "../model/origin.ts";
import type { StateRecord } from "../model/state.ts";

/** A record whose process fields are slots. */
export interface LateRecord extends Omit<StateRecord, "initPid" | "initStart" | "monitorPid" | "monitorStart" | "startedAt"> {
  readonly monitor: Slot;
  readonly init?: Slot;
  readonly startedAt: number;
}

export function recordText(late: LateRecord): Text {
  const { monitor, init, ...plain } = late;
  const parts: (string | Ref)[] = [`${JSON.stringify(plain).slice(0, -1)},"monitorPid":`, { slot: monitor }, ',"monitorStart":', { startTime: monitor }];
  if (init !== undefined) parts.push(',"initPid":', { slot: init }, ',"initStart":', { startTime: init });
  return [...parts, "}\n"];
}

/** Writes the record beside the old one, then takes its place. Only the first of a run brings the undo. */
export function writeRecord(directory: string, late: LateRecord, isFirst: boolean): readonly Op[] {
  const from = byDefault("state record");
  const [path, fresh] = [`${directory}/state`, `${directory}/state.new`];
  const undo: readonly Op[] = [{ op: "unlink", from, path, onError: ["ENOENT"] }];
  return [
    { op: "writeFile", from, path: fresh, data: recordText(late), flags: O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o644, undo: [{ op: "unlink", from, path: fresh, onError: ["ENOENT"] }] },
    { op: "rename", from, path: fresh, to: path, note: `${late.state}: what the next command finds, should this one be killed`, ...(isFirst ? { undo } : {}) },
  ];
}
