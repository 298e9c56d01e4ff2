// --explain prints the plan, numbered, with what asked for each step, and does nothing.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { berth, create, initPid, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Place } from "./place.ts";
import { leaks, snapshot } from "./leaks.ts";

let place: Place;
beforeAll(() => {
  place = makePlace("root-owned");
  create(place, ["lxc.mount.entry = /srv srv none bind,ro,optional,create=dir 0 0"]);
});
afterAll(async () => {
  works(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
});

test("start --explain: numbered, with the config line behind each wish", () => {
  const before = snapshot(place.watch);
  const text = works(place, "lxc-start", ["-n", place.name, "-d", "--explain"]);
  expect(text).toMatch(/^\s*\d+\s+\S+.*clone/m);
  expect(text).toMatch(/config:\d+.*lxc\.mount\.entry/);
  expect(text).toMatch(/default/);
  expect([state(place), leaks(before, place.watch)]).toEqual(["STOPPED", []]);
});

test("start --explain=json: the same as data", () => {
  const plan: unknown = JSON.parse(works(place, "lxc-start", ["-n", place.name, "-d", "--explain=json"]));
  expect(JSON.stringify(plan)).toContain('"op":"clone"');
  expect(state(place)).toBe("STOPPED");
});

test("execute --explain runs nothing", () => {
  expect(works(place, "lxc-execute", ["-n", place.name, "--explain", "--", "sh", "-c", "echo it ran"])).not.toMatch(/^it ran/m);
});

test("attach and stop --explain leave a running container alone", () => {
  start(place);
  const pid = initPid(place);
  expect(works(place, "lxc-attach", ["-n", place.name, "--explain", "--", "sh", "-c", "kill -9 1; exit 3"])).toMatch(/namespace/);
  expect(works(place, "lxc-stop", ["-n", place.name, "-k", "--explain"])).toMatch(/SIGKILL/);
  expect(works(place, "lxc-kill", ["-n", place.name, "--explain", "TERM"])).toMatch(/SIGTERM|signal 15/);
  expect([state(place), initPid(place)]).toEqual(["RUNNING", pid]);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
});

test("a container that is missing is a failure with explain too", () => {
  expect(berth(place, "lxc-start", ["-n", `${place.mark}no`, "--explain"]).status).toBe(1);
});
