// Owns what a reader calls a slot: by what was put into it, `the tmpfs`, `the pid of init`, `the root`.
import { definesOf } from "./check.ts";
import type { Op, Plan, Slot, Text } from "./op.ts";

/** A slot's name, as it stands when the op runs. */
export type NameOf = (slot: Slot) => string;
export const bareName: NameOf = (slot) => `slot ${slot}`;

/** A text as a reader sees it: what the engine will fill in stands in angle brackets. */
export function textOf(text: Text, name: NameOf = bareName): string {
  if (typeof text === "string") return text;
  return text.map((part) => {
    if (typeof part === "string") return part;
    if ("hex" in part) return `<${part.hex.length / 2} bytes>`;
    if ("startTime" in part) return `<start time of ${name(part.startTime).replace(/^the pid of /, "")}>`;
    return `<${name("slot" in part ? part.slot : part.raw32)}>`;
  }).join("");
}

const inPlace = (op: { readonly at?: Slot | undefined; readonly path: Text }, name: NameOf): string => {
  const path = textOf(op.path, name);
  if (op.at === undefined) return path;
  return path === "" ? name(op.at) : `${path} in ${name(op.at)}`;
};
/** `dev/null in the root`, or a host path as it is. */
export const placeOf = inPlace;

function madeName(op: Op, slot: Slot, name: NameOf): string {
  switch (op.op) {
    case "clone": return slot === op.pid ? `the pid of ${textOf(op.name)}` : `process ${textOf(op.name)}`;
    case "getpid": return "its own pid";
    case "open": return inPlace(op, name);
    case "openTree": return `the copy of ${inPlace(op, name)}`;
    case "fsMount": return `the ${textOf(op.type)}`;
    case "openPty": return slot === op.master ? "the terminal's master" : "the terminal";
    case "recvFd": return op.child === undefined ? "what the parent sent" : `what ${name(op.child).replace(/^the pid of /, "")} sent`;
    case "loopDevice": return slot === op.number ? `the number of the loop device of ${textOf(op.path, name)}` : `the loop device of ${textOf(op.path, name)}`;
    case "ifIndex": return `the index of ${textOf(op.name)}`;
    case "netlinkSocket": return "the socket to the kernel's network side";
    case "listen": return "the socket";
    case "seccomp": return "the filter's listener";
    case "askMonitor": return slot === op.connection ? "the monitor" : slot === op.fd ? "what the monitor gave" : "the monitor's answer";
    case "lock": return `the lock on ${textOf(op.path, name)}`;
    case "pidfdOpen": return op.file === undefined ? `process ${op.pid}` : `the process of ${textOf(op.file, name)}`;
    default: return bareName(slot);
  }
}

/** The directory that a list makes its root is called so from the start. */
const rootsOf = (ops: readonly Op[]): ReadonlySet<Slot> => new Set(ops.flatMap((op) => (op.op === "pivotRoot" || op.op === "chroot" ? [op.root] : [])));

/** Calls `visit` for each op with the names that hold when it runs. */
export function walkNamed(plan: Plan, visit: (op: Op, name: NameOf) => void): void {
  const walk = (ops: readonly Op[], names: Map<Slot, string>): void => {
    const roots = rootsOf(ops);
    for (const slot of roots) if (names.has(slot)) names.set(slot, "the root");
    const name: NameOf = (slot) => names.get(slot) ?? bareName(slot);
    for (const op of ops) {
      visit(op, name);
      for (const { slot } of definesOf(op)) names.set(slot, roots.has(slot) ? "the root" : madeName(op, slot, name));
      if (op.undo !== undefined) walk(op.undo, new Map(names));
      if (op.op === "clone") walk(op.body, new Map(names));
    }
  };
  walk(plan.ops, new Map());
}
