// Owns how a container is asked to stop, and how it is made to.
import { RTMIN, SIGINT, SIGKILL, SIGPWR } from "../linux/signals.ts";
import type { Op, Slot } from "../isa/op.ts";
import type { InitFacts } from "../model/init.ts";
import type { Origin } from "../model/origin.ts";
import { byDefault, byHost, byOption } from "../model/origin.ts";
import type { Sourced } from "../model/spec.ts";

/** lxc.signal.*; unset ones are undefined. */
export interface StopSignals { readonly halt?: Sourced<number>; readonly reboot?: Sourced<number>; readonly stop?: Sourced<number> }

const SYSTEMD_HALT = RTMIN + 3;

export function haltSignal(init: InitFacts, signals: StopSignals): Sourced<number> {
  if (signals.halt !== undefined) return signals.halt;
  return init.isSystemdHalt ? { value: SYSTEMD_HALT, from: byHost("init handles SIGRTMIN+3") } : { value: SIGPWR, from: byDefault("lxc.signal.halt") };
}
export const rebootSignal = (signals: StopSignals): Sourced<number> => signals.reboot ?? { value: SIGINT, from: byDefault("lxc.signal.reboot") };
export const stopSignal = (signals: StopSignals): Sourced<number> => signals.stop ?? { value: SIGKILL, from: byDefault("lxc.signal.stop") };

export const sendSignal = (pidfd: Slot, { value, from }: Sourced<number>, note: string): Op => ({ op: "kill", from, pidfd, signal: value, onError: ["ESRCH"], note });

/** Milliseconds; undefined waits for ever. */
const milliseconds = (seconds: number): { readonly timeout?: number } => (seconds < 0 ? {} : { timeout: seconds * 1000 });

export const waitForEnd = (pidfd: Slot, seconds: number, isTolerant: boolean): Op => {
  const from: Origin = seconds === 60 ? byDefault("timeout of 60 seconds") : seconds < 0 ? byDefault("no timeout") : byOption("--timeout");
  return { op: "waitExit", from, pidfd, ...milliseconds(seconds), ...(isTolerant ? { onError: ["ETIMEDOUT"] } : {}) };
};
