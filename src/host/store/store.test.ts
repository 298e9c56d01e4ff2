import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootId } from "../probe/kernel.ts";
import { activeContainers, definedContainers } from "./listing.ts";
import { commandSocket, recordDir, stateFile } from "./layout.ts";
import { startTimeOf } from "./liveness.ts";
import { readConfigFile } from "./read-config.ts";
import { parseExitRecord, parseStateRecord } from "./records.ts";
import { runningState } from "./running.ts";

const lxcpath = mkdtempSync(join(tmpdir(), "berth-store-"));
afterAll(() => rmSync(lxcpath, { recursive: true }));

const none = (): ReadonlySet<string> => new Set();
function container(name: string, record?: Readonly<Record<string, unknown>>): { readonly lxcpath: string; readonly name: string } {
  const place = { lxcpath, name };
  mkdirSync(recordDir(place), { recursive: true });
  writeFileSync(join(lxcpath, name, "config"), "");
  if (record !== undefined) writeFileSync(stateFile(place), JSON.stringify({ cgroups: [], namespaces: [], links: [], ...record }));
  return place;
}
const own = { initPid: process.pid, initStart: startTimeOf(process.pid), monitorPid: process.pid, monitorStart: startTimeOf(process.pid) };

test("a record of living processes is the state", () => {
  const running = runningState(container("alive", { state: "RUNNING", bootId: bootId(), ...own }), none);
  expect([running.state, running.isForeign, running.stale]).toEqual(["RUNNING", false, undefined]);
});

test("init gone, monitor at work: STOPPING; a start that has no init yet stays STARTING", () => {
  expect(runningState(container("ending", { state: "RUNNING", bootId: bootId(), ...own, initStart: 1 }), none).state).toBe("STOPPING");
  expect(runningState(container("early", { state: "STARTING", bootId: bootId(), monitorPid: own.monitorPid, monitorStart: own.monitorStart }), none).state).toBe("STARTING");
});

test("another boot, a pid used again, a dead monitor: stopped, and stale", () => {
  for (const [name, record] of Object.entries({
    boot: { state: "RUNNING", bootId: "other", ...own }, reused: { state: "RUNNING", bootId: bootId(), ...own, initStart: 1, monitorStart: 1 }, bare: { state: "STARTING", bootId: bootId() },
  })) {
    const running = runningState(container(name, record), none);
    expect([name, running.state, running.record, running.stale !== undefined]).toEqual([name, "STOPPED", undefined, true]);
  }
});

test("without a record the command socket of another LXC tells", () => {
  const place = { lxcpath, name: "foreign" };
  mkdirSync(join(lxcpath, "foreign"));
  expect(runningState(place, () => new Set([commandSocket(place)]))).toEqual({ state: "RUNNING", isForeign: true });
  expect(runningState(place, none)).toEqual({ state: "STOPPED", isForeign: false });
});

test("a socket seen a moment ago, where Berth has kept records: it was the end of a monitor of ours", () => {
  const place = container("closing");
  expect(runningState(place, () => new Set([commandSocket(place)]))).toEqual({ state: "STOPPED", isForeign: false });
});

test("records from another hand are none", () => {
  expect(parseStateRecord('{"state":"RUNNING"')).toBeUndefined();
  expect(parseStateRecord('{"state":"DANCING","bootId":"x"}')).toBeUndefined();
  expect(parseStateRecord("null")).toBeUndefined();
  expect(parseStateRecord('{"state":"RUNNING","bootId":"x","initPid":"7","cgroups":["/a",3]}')).toEqual({ state: "RUNNING", bootId: "x", cgroups: ["/a"], namespaces: [], links: [] });
  expect(parseExitRecord('{"at":5,"signal":9,"wasOom":true,"target":"reboot"}')).toEqual({ at: 5, signal: 9, wasOom: true, target: "reboot", console: "" });
  expect(parseExitRecord("{}")).toBeUndefined();
});

test("listing: directories with a config, by bytes; active ones by their socket", () => {
  const room = mkdtempSync(join(lxcpath, "room-"));
  for (const name of ["b", "B", "a"]) { mkdirSync(join(room, name)); writeFileSync(join(room, name, "config"), ""); }
  mkdirSync(join(room, "snaps"));
  expect(definedContainers(room)).toEqual(["B", "a", "b"]);
  expect(definedContainers(join(room, "missing"))).toEqual([]);
  expect(activeContainers(room, new Set([`${room}/x/command`, `${room}/x/y/command`, "/other/z/command", `${room}//command`]))).toEqual(["x"]);
});

test("config files: file, directory, missing, no file at all", () => {
  writeFileSync(join(lxcpath, "one.conf"), "lxc.tty.max = 1\n");
  expect(readConfigFile(join(lxcpath, "one.conf"))).toEqual({ kind: "file", text: "lxc.tty.max = 1\n" });
  expect(readConfigFile(lxcpath).kind).toBe("directory");
  expect(readConfigFile(join(lxcpath, "one.conf/x")).kind).toBe("missing");
  expect(readConfigFile("/dev/zero")).toEqual({ kind: "error", text: "not a regular file" });
});
