import { expect, test } from "bun:test";
import { encode, numbered } from "../isa/encode.ts";
import type { Op } from "../isa/op.ts";
import type { InitFacts } from "../model/init.ts";
import { byOption } from "../model/origin.ts";
import type { StopInputs } from "./lifecycle/stop.ts";
import { planStop } from "./lifecycle/stop.ts";

const init: InitFacts = {
  pid: 2, startTime: 20, namespaces: [], cgroups: [], rootUid: 0, rootGid: 0, maySetGroups: true, capBounding: 0n, hasNoNewPrivs: false, hasSeccompFilter: false, personality: 0, hasPtmx: false, isSystemdHalt: false,
};
const inputs: StopInputs = { name: "a", lxcpath: "/l", init, monitor: { pid: 1, startTime: 10 }, signals: {}, isFrozen: false, isReboot: false, isNoWait: false, isKill: false, isNoKill: false, timeout: 60, awaitRunning: ["verb=await"] };
function steps(changes: Partial<StopInputs>): readonly string[] {
  const made = planStop({ ...inputs, ...changes });
  if (!made.ok) return made.problems.map(({ code }) => code);
  encode(made.value);
  return numbered(made.value).map(stepText);
}
const stepText = (op: Op): string => (op.op === "kill" ? `kill ${op.signal}` : op.op === "waitExit" ? `wait ${op.pidfd} ${op.timeout ?? "for ever"}${op.onError === undefined ? "" : " or not"}` : op.op === "pidfdOpen" ? `open ${op.pid}` : op.op);

test("ask, wait, kill, wait for the monitor", () => {
  expect(steps({})).toEqual(["open 1", "open 2", "kill 30", "wait 0 60000 or not", "kill 9", "wait 1 for ever"]);
});

test("the halt signal: the config's, systemd's, else SIGPWR", () => {
  expect(steps({ isNoWait: true })).toEqual(["open 2", "kill 30"]);
  expect(steps({ isNoWait: true, init: { ...init, isSystemdHalt: true } })).toEqual(["open 2", "kill 37"]);
  expect(steps({ isNoWait: true, init: { ...init, isSystemdHalt: true }, signals: { halt: { value: 10, from: byOption("x") } } })).toEqual(["open 2", "kill 10"]);
});

test("-k with a stop signal that init may survive ends in SIGKILL", () => {
  expect(steps({ isKill: true })).toEqual(["open 1", "open 2", "kill 9", "wait 1 for ever"]);
  expect(steps({ isKill: true, signals: { stop: { value: 15, from: byOption("x") } } })).toEqual(["open 1", "open 2", "kill 15", "wait 0 5000 or not", "kill 9", "wait 1 for ever"]);
});

test("--nokill fails when the time is over; -t -1 waits for ever; -r leaves the monitor alone", () => {
  expect(steps({ isNoKill: true, timeout: 5 })).toEqual(["open 1", "open 2", "kill 30", "wait 0 5000", "wait 1 for ever"]);
  expect(steps({ timeout: -1 })).toContain("wait 0 for ever or not");
  expect(steps({ isReboot: true, timeout: 5 })).toEqual(["open 2", "kill 2", "wait 0 5000", "replan"]);
  expect(steps({ isReboot: true, isNoWait: true })).toEqual(["open 2", "kill 2"]);
});

test("a frozen container is thawed before it is asked or killed", () => {
  expect(steps({ isFrozen: true })).toEqual(["open 1", "open 2", "askMonitor", "kill 30", "wait 0 60000 or not", "kill 9", "wait 1 for ever"]);
  expect(steps({ isFrozen: true, isKill: true })).toEqual(["open 1", "open 2", "askMonitor", "kill 9", "wait 1 for ever"]);
});

test("init is gone already: only the monitor is waited for, and there is nothing to reboot", () => {
  const { init: _, ...gone } = inputs;
  expect(planStop(gone)).toMatchObject({ ok: true, value: { ops: [{ op: "pidfdOpen" }, { op: "waitExit" }] } });
  expect(planStop({ ...gone, isReboot: true })).toMatchObject({ ok: false, problems: [{ code: "container.stopped" }] });
});
