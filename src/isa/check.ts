// Owns what must hold for a plan before anybody runs it: slots are defined before they are used, in the
// right process and of the right kind; barriers meet; nothing stands behind an exec; limits are kept.
import { fieldOf } from "./encode.ts";
import type { Op, Plan, Slot } from "./op.ts";
import type { FieldKind, OpRow } from "./schema.ts";
import { LIMITS, SCHEMA } from "./schema.ts";
import { checkBarriers } from "./check-barriers.ts";

type Held = "descriptor" | "number";
interface Definition { readonly held: Held; readonly isSure: boolean }
type Known = Map<Slot, Definition>;

const rows: Readonly<Record<string, OpRow>> = SCHEMA;
/** Fields that hold a number (a pid, an index) and not a descriptor. */
const NUMBERS: ReadonlySet<string> = new Set(["clone.pid", "getpid.into", "ifIndex.into", "loopDevice.number", "askMonitor.number", "post.to", "await.child", "sendFd.to", "recvFd.child", "waitExec.child", "exitWith.child", "supervise.pid", "seccompNotify.init", "rlimit.pid"]);
const ENDS: ReadonlySet<string> = new Set(["exec", "initLoop"]);

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isSlot = (value: unknown): value is Slot => typeof value === "number";

/** Slots that a text or data refers to, wherever they stand in it. */
function refsIn(value: unknown): readonly { readonly slot: Slot; readonly held: Held | "any" }[] {
  if (isList(value)) return value.flatMap(refsIn);
  if (!isObject(value)) return [];
  if ("slot" in value && isSlot(value.slot)) return [{ slot: value.slot, held: "any" }];
  if ("startTime" in value && isSlot(value.startTime)) return [{ slot: value.startTime, held: "number" }];
  if ("raw32" in value && isSlot(value.raw32)) return [{ slot: value.raw32, held: "any" }];
  return [];
}

interface Use { readonly slot: Slot; readonly held: Held | "any"; readonly field: string }

function usesOf(op: Op): readonly Use[] {
  return Object.entries(rows[op.op]?.fields ?? {}).flatMap(([field, kind]): readonly Use[] => {
    const value = fieldOf(op, field);
    const held: Held = NUMBERS.has(`${op.op}.${field}`) ? "number" : "descriptor";
    switch (bare(kind)) {
      case "slot": return isSlot(value) ? [{ slot: value, held, field }] : [];
      case "slots": return isList(value) ? value.filter(isSlot).map((slot) => ({ slot, held, field })) : [];
      case "text": case "data": case "texts": return refsIn(value).map((ref) => ({ ...ref, field }));
      default: return [];
    }
  });
}

const bare = (kind: FieldKind): string => kind.replace("?", "");

/** The slots an op defines, and what they will hold. */
export function definesOf(op: Op): readonly { readonly slot: Slot; readonly held: Held }[] {
  return Object.entries(rows[op.op]?.fields ?? {}).flatMap(([field, kind]) => {
    const value = fieldOf(op, field);
    return bare(kind) === "newSlot" && isSlot(value) ? [{ slot: value, held: NUMBERS.has(`${op.op}.${field}`) ? "number" as const : "descriptor" as const }] : [];
  });
}

const isTolerant = (op: Op): boolean => op.onError !== undefined && op.onError !== "fail";
const mayMiss = (op: Op): boolean => op.onError === "ignore" || (isList(op.onError) && op.onError.includes("EBADF"));

class Checker {
  readonly problems: string[] = [];
  #count = 0;

  #say(process: string, op: Op, text: string): void { this.problems.push(`${process}: ${op.op} (${op.from.key}) ${text}`); }

  #uses(process: string, op: Op, known: Known): void {
    for (const { slot, held, field } of usesOf(op)) {
      const definition = known.get(slot);
      if (definition === undefined) this.#say(process, op, `uses slot ${slot} in ${field}, which nothing before it defines`);
      else if (held !== "any" && held !== definition.held) this.#say(process, op, `wants a ${held} in ${field}, slot ${slot} holds a ${definition.held}`);
      else if (!definition.isSure && !mayMiss(op)) this.#say(process, op, `must tolerate EBADF: slot ${slot} is defined by an op that may be passed over`);
    }
  }

  #limits(process: string, op: Op, depth: number): void {
    if (depth > LIMITS.depth) this.#say(process, op, `is nested deeper than ${LIMITS.depth}`);
    if (isList(op.onError) && op.onError.length > LIMITS.errnos) this.#say(process, op, `tolerates more than ${LIMITS.errnos} errors`);
    for (const { slot } of definesOf(op)) if (slot < 0 || slot >= LIMITS.slots) this.#say(process, op, `defines slot ${slot}, there are ${LIMITS.slots}`);
    if (++this.#count === LIMITS.ops + 1) this.problems.push(`more than ${LIMITS.ops} ops`);
  }

  /** An undo runs when the whole list is over: what it names must not have changed hands by then. */
  #undos(process: string, ops: readonly Op[]): void {
    const needed = new Map<Slot, Op>();
    for (const op of ops) {
      for (const slot of [...definesOf(op).map((made) => made.slot), ...(op.op === "close" ? [op.slot] : [])]) {
        const owner = needed.get(slot);
        if (owner !== undefined) this.#say(process, op, `takes away a slot that the undo of ${owner.op} (${owner.from.key}) needs`);
      }
      const undo = op.undo ?? [];
      const own = new Set(undo.flatMap(definesOf).map(({ slot }) => slot));
      for (const { slot } of undo.flatMap(usesOf)) if (!own.has(slot)) needed.set(slot, op);
    }
  }

  list(ops: readonly Op[], process: string, { known, depth }: { readonly known: Known; readonly depth: number }): void {
    ops.forEach((op, index) => {
      this.#limits(process, op, depth);
      this.#uses(process, op, known);
      if (ENDS.has(op.op) && index < ops.length - 1) this.#say(process, op, "must be the last of its list");
      for (const { slot, held } of definesOf(op)) known.set(slot, { held, isSure: !isTolerant(op) });
      if (op.op === "close") known.delete(op.slot);
      if (op.undo !== undefined) this.list(op.undo, `${process} (undo)`, { known: new Map(known), depth: depth + 1 });
      // the child is a copy of this process, except that it has no child of its own
      if (op.op === "clone") this.list(op.body, nameOf(op), { known: new Map([...known].filter(([slot]) => slot !== op.pid && slot !== op.pidfd)), depth: depth + 1 });
    });
    this.#undos(process, ops);
  }
}

const nameOf = (op: Op): string => (op.op === "clone" && typeof op.name === "string" ? op.name : "child");

/** Texts of what is wrong; a plan without any is safe to encode. */
export function check(plan: Plan): readonly string[] {
  const checker = new Checker();
  checker.list(plan.ops, "launcher", { known: new Map(), depth: 0 });
  return [...checker.problems, ...checkBarriers(plan)];
}
