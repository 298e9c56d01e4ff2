// Owns the plans of lxc-freeze and lxc-unfreeze: the monitor does it, so that those who wait for the state hear of it.
// Any monitor that speaks LXC's protocol will do.
import type { Op, Plan } from "../../isa/op.ts";
import { FREEZE, UNFREEZE } from "../../linux/command-protocol.ts";
import { commandSocket } from "../../linux/socket-name.ts";
import type { Origin } from "../../model/origin.ts";
import { byDefault } from "../../model/origin.ts";

export interface FreezeInputs { readonly name: string; readonly lxcpath: string; readonly isFrozen: boolean }

/** How long processes that wait for a disk may take to freeze. The monitor gives up first, and thaws them. */
const SECONDS = 10;
const PATIENCE = 2;

/** lxc-stop has two of its own. */
const SLOT = { connection: 2, number: 3 } as const;

function ask({ name, lxcpath }: Pick<FreezeInputs, "name" | "lxcpath">, kind: number, { from, note }: { readonly from: Origin; readonly note: string }): Op {
  return { op: "askMonitor", from, address: commandSocket(lxcpath, name), kind, value: SECONDS, connection: SLOT.connection, number: SLOT.number, timeout: (SECONDS + PATIENCE) * 1000, note };
}

export function planFreeze(inputs: FreezeInputs): Plan {
  const { name, lxcpath, isFrozen } = inputs;
  const verb = isFrozen ? "freeze" : "unfreeze";
  return { verb, name, lxcpath, ops: [ask(inputs, isFrozen ? FREEZE : UNFREEZE, { from: byDefault(`lxc-${verb}`), note: isFrozen ? "until no process of it runs any more" : "its processes go on" })] };
}

/** Frozen processes neither hear a signal nor, of v1, die of one. */
export const thaw = (target: Pick<FreezeInputs, "name" | "lxcpath">): Op => ({ ...ask(target, UNFREEZE, { from: byDefault("a frozen container cannot stop"), note: "its processes go on, so that they can end" }), onError: "ignore" });
