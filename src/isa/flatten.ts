// Owns the order of a plan's ops: their ids, and where the lists that ops own lie.
import type { Op } from "./op.ts";

/** A list of ops as it lies in the plan. */
export interface Placed { readonly first: number; /** Who runs it. */ readonly process: string; /** The op that it undoes. */ readonly undoOf: number | undefined }

/** All ops in the order of their ids, and the places of the lists they own: one object per op would cost as much as encoding it. */
export interface Flat {
  readonly ops: readonly Op[];
  readonly lists: readonly Placed[];
  /** By id, of those that have one: the id of the first op of its nested program, of its undo, and the undo's length. */
  readonly bodyAt: readonly (number | undefined)[];
  readonly undoAt: readonly (number | undefined)[];
  readonly undoCount: readonly (number | undefined)[];
}

/** Flattens nested programs: a list is contiguous and always lies behind the op that owns it. */
export function flatten(root: readonly Op[]): Flat {
  const ops: Op[] = [...root];
  const lists: Placed[] = [{ first: 0, process: "launcher", undoOf: undefined }];
  const bodyAt: number[] = [];
  const undoAt: number[] = [];
  const undoCount: number[] = [];
  for (let id = 0, list = 0; id < ops.length; id++) {
    while ((lists[list + 1]?.first ?? ops.length) <= id) list++;
    const op = ops[id];
    if (op === undefined) continue;
    const { undo } = op;
    if (op.op === "clone") {
      bodyAt[id] = ops.length;
      lists.push({ first: ops.length, process: typeof op.name === "string" ? op.name : lists[list]?.process ?? "", undoOf: undefined });
      ops.push(...op.body);
    }
    if (undo === undefined || undo.length === 0) continue;
    undoAt[id] = ops.length;
    undoCount[id] = undo.length;
    lists.push({ first: ops.length, process: lists[list]?.process ?? "", undoOf: id });
    ops.push(...undo);
  }
  return { ops, lists, bodyAt, undoAt, undoCount };
}
