// Owns the plan of lxc-kill: one signal for init.
import type { Plan } from "../../isa/op.ts";
import { byHost, byOption } from "../../model/origin.ts";
import { sendSignal } from "../stop.ts";

export interface KillInputs { readonly name: string; readonly lxcpath: string; readonly pid: number; readonly startTime: number; readonly signal: number }

const INIT = 0;

export const planKill = ({ name, lxcpath, pid, startTime, signal }: KillInputs): Plan => ({
  verb: "kill", name, lxcpath,
  ops: [
    { op: "pidfdOpen", from: byHost("state record of the container"), pid, startTime, into: INIT },
    sendSignal(INIT, { value: signal, from: byOption("SIGNAL") }, "to init"),
  ],
});
