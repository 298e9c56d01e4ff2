// Owns telling a container's monitor that the end that comes is wanted: a restart policy is about other ends.
import type { Op } from "../../isa/op.ts";
import { END_ASKED } from "../../linux/command-protocol.ts";
import { commandSocket } from "../../linux/socket-name.ts";
import { byDefault } from "../../model/origin.ts";

const [CONNECTION, NUMBER] = [2, 3];

/** `by`: 1 a user, 2 the host that goes down. Where a later op fails it is taken back. */
export function endAsked({ name, lxcpath }: { readonly name: string; readonly lxcpath: string }, by: number): readonly Op[] {
  const from = byDefault("berth.restart");
  const ask = (value: number): Op => ({ op: "askMonitor", from, address: commandSocket(lxcpath, name), kind: END_ASKED, value, connection: CONNECTION, number: NUMBER, timeout: 1000, onError: "ignore" });
  return [{ ...ask(by), note: "this end is wanted", undo: [ask(0)] }, { op: "close", from, slot: CONNECTION, onError: "ignore" }];
}
