// Owns the plans of lxc-freeze and lxc-unfreeze: the monitor does it, so that those who wait for the state hear of it.
// Any monitor that speaks LXC's protocol will do.
import type { Op, Plan } from "../../isa/op.ts";
import { FREEZE, SERVE_STATE_CLIENTS, UNFREEZE } from "../../linux/command-protocol.ts";
import { STATE_NUMBERS } from "../../linux/lxc-commands.ts";
import { commandSocket } from "../../linux/socket-name.ts";
import type { Origin } from "../../model/origin.ts";
import { byDefault, byHost } from "../../model/origin.ts";

export interface FreezeInputs {
  readonly name: string;
  readonly lxcpath: string;
  readonly isFrozen: boolean;
  /** freezer.state of cgroup v1, where another LXC's monitor is not one that freezes: it is told of what has been done. */
  readonly file?: string;
}

/** How long processes that wait for a disk may take to freeze. The monitor gives up first, and thaws them. */
const SECONDS = 10;
const PATIENCE = 2;

/** lxc-stop has two of its own. */
const SLOT = { connection: 2, number: 3 } as const;

interface Ask { readonly from: Origin; readonly note: string; readonly value?: number }
function ask({ name, lxcpath }: Pick<FreezeInputs, "name" | "lxcpath">, kind: number, { from, note, value = SECONDS }: Ask): Op {
  return { op: "askMonitor", from, address: commandSocket(lxcpath, name), kind, value, connection: SLOT.connection, number: SLOT.number, timeout: (SECONDS + PATIENCE) * 1000, note };
}

/** As LXC's own commands do it: the file written, and read until the kernel is done. */
const SCRIPT = 'echo "$2" > "$1" || exit; for i in $(seq 100); do [ "$(cat "$1")" = "$2" ] && exit; sleep 0.1; done; echo THAWED > "$1"; echo "its processes did not stop in ten seconds" >&2; exit 1';
function byFile(inputs: FreezeInputs, file: string): readonly Op[] {
  const from = byHost("another LXC's monitor, cgroup v1");
  const tell = (state: (typeof STATE_NUMBERS)[number]): Op => ask(inputs, SERVE_STATE_CLIENTS, { from, note: `those who wait are told: ${state}`, value: STATE_NUMBERS.indexOf(state) });
  const [first, then] = inputs.isFrozen ? (["FREEZING", "FROZEN"] as const) : (["THAWED", "RUNNING"] as const);
  return [tell(first), { op: "spawn", from, argv: ["/bin/sh", "-c", SCRIPT, "sh", file, inputs.isFrozen ? "FROZEN" : "THAWED"], note: file }, tell(then)];
}

export function planFreeze(inputs: FreezeInputs): Plan {
  const { name, lxcpath, isFrozen, file } = inputs;
  const verb = isFrozen ? "freeze" : "unfreeze";
  if (file !== undefined) return { verb, name, lxcpath, ops: byFile(inputs, file) };
  return { verb, name, lxcpath, ops: [ask(inputs, isFrozen ? FREEZE : UNFREEZE, { from: byDefault(`lxc-${verb}`), note: isFrozen ? "until no process of it runs any more" : "its processes go on" })] };
}

/** Frozen processes neither hear a signal nor, of v1, die of one. */
export const thaw = (target: Pick<FreezeInputs, "name" | "lxcpath">): Op => ({ ...ask(target, UNFREEZE, { from: byDefault("a frozen container cannot stop"), note: "its processes go on, so that they can end" }), onError: "ignore" });
