// Owns the proof that processes of a plan do not wait for each other in vain: on every channel both
// sides speak of the same things in the same order.
import type { Op, Plan, Slot } from "./op.ts";

type Word = string;
interface Talk { readonly sent: readonly Word[]; readonly received: readonly Word[] }

/** supervise posts to the parent when init is believed. */
function notified(op: Op): readonly Word[] {
  if (op.op !== "supervise") return [];
  return (op.options ?? []).flatMap((option) => (typeof option === "string" && option.startsWith("notify=") ? [`#${option.slice(7)}`] : []));
}

/** What a list says to its parent (slot undefined), or to the child in a slot. */
function talkWith(ops: readonly Op[], slot: Slot | undefined): Talk {
  const sent: Word[] = [], received: Word[] = [];
  for (const op of ops) {
    if (op.op === "post" && op.to === slot) sent.push(`#${op.number}`);
    if (op.op === "sendFd" && op.to === slot) sent.push("a descriptor");
    if (op.op === "await" && op.child === slot) received.push(`#${op.number}`);
    if (op.op === "recvFd" && op.child === slot) received.push("a descriptor");
    if (slot === undefined) sent.push(...notified(op));
  }
  return { sent, received };
}

function compare(said: readonly Word[], heard: readonly Word[], { from, to }: { readonly from: string; readonly to: string }): readonly string[] {
  const at = heard.findIndex((word, i) => word !== said[i]);
  if (at >= 0) return [`${to} waits for ${heard[at] ?? ""} from ${from}, which says ${said[at] ?? "nothing more"}`];
  return said.length > heard.length ? [`${from} says ${said[heard.length] ?? ""} to ${to}, which does not wait for it`] : [];
}

function checkList(ops: readonly Op[], process: string): readonly string[] {
  return ops.flatMap((op, index): readonly string[] => {
    const undone = op.undo === undefined ? [] : checkList(op.undo, `${process} (undo)`);
    if (op.op !== "clone") return undone;
    const name = typeof op.name === "string" ? op.name : "child";
    // a slot may be used again for a later child: only what comes before that belongs to this one
    const rest = ops.slice(index + 1);
    const next = rest.findIndex((later) => later.op === "clone" && later.pid === op.pid);
    const ours = talkWith(next < 0 ? rest : rest.slice(0, next), op.pid);
    const theirs = talkWith(op.body, undefined);
    return [...undone, ...compare(ours.sent, theirs.received, { from: process, to: name }), ...compare(theirs.sent, ours.received, { from: name, to: process }), ...checkList(op.body, name)];
  });
}

export const checkBarriers = (plan: Plan): readonly string[] => checkList(plan.ops, "launcher");
