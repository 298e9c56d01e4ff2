// Owns the plan of lxc-stop: halt, wait, kill, and wait until the monitor has cleaned up.
import type { Op, Plan } from "../../isa/op.ts";
import type { InitFacts } from "../../model/init.ts";
import { byDefault, byHost } from "../../model/origin.ts";
import type { Result } from "../../model/problem.ts";
import { fail, ok } from "../../model/problem.ts";
import { SIGKILL } from "../../linux/signals.ts";
import { endAsked } from "./end-asked.ts";
import { thaw } from "./freeze.ts";
import { haltSignal, rebootSignal, sendSignal, stopSignal, waitForEnd } from "../stop.ts";
import type { StopSignals } from "../stop.ts";

export interface StopInputs {
  readonly name: string;
  readonly lxcpath: string;
  /** Absent when init is gone and only its monitor still works. */
  readonly init?: InitFacts;
  readonly monitor: { readonly pid: number; readonly startTime: number };
  readonly isFrozen: boolean;
  readonly signals: StopSignals;
  readonly isReboot: boolean;
  readonly isNoWait: boolean;
  readonly isKill: boolean;
  readonly isNoKill: boolean;
  readonly timeout: number;
  /** Entries of the request that waits, after a reboot was asked for, until the container runs again. */
  readonly awaitRunning: readonly string[];
  /** Of a container with a restart policy: who wants its end, and entries of the request that waits for it. */
  readonly policy?: { readonly by: 1 | 2; readonly awaitStopped: readonly string[] };
}

const SLOT = { init: 0, monitor: 1 } as const;

const POLICY = byDefault("berth.restart");

const untilRunning = ({ awaitRunning }: StopInputs): Op => ({ op: "replan", from: byDefault("reboot"), request: awaitRunning, note: "until it runs again" });

function endInit(inputs: StopInputs, init: InitFacts): readonly Op[] {
  const { isReboot, isKill, isNoWait, isNoKill, timeout, signals } = inputs;
  if (isReboot) return [sendSignal(SLOT.init, rebootSignal(signals), "asks init to restart"), ...(isNoWait ? [] : [waitForEnd(SLOT.init, timeout, false), untilRunning(inputs)])];
  const stop = stopSignal(signals);
  // A stop signal of the user's choice may be one that init survives.
  const force: readonly Op[] = [
    sendSignal(SLOT.init, stop, "ends init"),
    ...(stop.value === SIGKILL ? [] : [waitForEnd(SLOT.init, 5, true), sendSignal(SLOT.init, { value: SIGKILL, from: byDefault("lxc.signal.stop had no effect") }, "ends init")]),
  ];
  if (isKill) return force;
  const ask = sendSignal(SLOT.init, haltSignal(init, signals), "asks init to shut down");
  if (isNoWait) return [ask];
  return isNoKill ? [ask, waitForEnd(SLOT.init, timeout, false)] : [ask, waitForEnd(SLOT.init, timeout, true), ...force];
}

/** With a restart policy. Init may have ended by itself since the look at it: its monitor is about to start it again, and the request at the end sees to that. */
const keepDown = (inputs: StopInputs, ops: readonly Op[]): readonly Op[] => (inputs.policy === undefined || inputs.isReboot ? ops
  : [...endAsked(inputs, inputs.policy.by), ...ops.map((op) => ({ ...op, onError: [...(typeof op.onError === "object" ? op.onError : []), "ESRCH", "EBADF"] as const }))]);

export function planStop(inputs: StopInputs): Result<Plan> {
  const { name, lxcpath, init, monitor, isReboot, isNoWait, isKill } = inputs;
  if (isReboot && init === undefined) return fail({ code: "container.stopped", text: `${name} is not running` });
  const from = byHost("state record of the container");
  // It may have ended between the look at it and this plan: that is what was wanted.
  const waitsForMonitor = !isReboot && (!isNoWait || isKill);
  const { policy } = inputs;
  const teardown: readonly Op[] = !waitsForMonitor ? [] : [policy === undefined ? waitForEnd(SLOT.monitor, -1, false) : { op: "replan", from: POLICY, request: policy.awaitStopped, note: "until it has stopped for good" }];
  return ok({
    verb: "stop", name, lxcpath, ops: [
      ...(waitsForMonitor && policy === undefined ? [{ op: "pidfdOpen", from, pid: monitor.pid, startTime: monitor.startTime, into: SLOT.monitor } as const] : []),
      ...(init === undefined ? [] : keepDown(inputs, [{ op: "pidfdOpen", from, pid: init.pid, startTime: init.startTime, into: SLOT.init }, ...(inputs.isFrozen ? [thaw(inputs)] : []), ...endInit(inputs, init)])),
      ...teardown,
    ],
  });
}
