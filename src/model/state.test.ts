import { expect, test } from "bun:test";
import { STATES, statesBetween } from "./state.ts";

test("what lies between two states", () => {
  expect(statesBetween("RUNNING", "RUNNING")).toEqual([]);
  expect(statesBetween("STOPPED", "RUNNING")).toEqual(["STARTING", "RUNNING"]);
  expect(statesBetween("STARTING", "STOPPED")).toEqual(["ABORTING", "STOPPING", "STOPPED"]);
  expect(statesBetween("STARTING", "STOPPED", true)).toEqual(["RUNNING", "STOPPING", "STOPPED"]);
  expect(statesBetween("STOPPED", "FROZEN")).toEqual(["STARTING", "RUNNING", "FREEZING", "FROZEN"]);
  expect(statesBetween("FROZEN", "RUNNING")).toEqual(["THAWED", "RUNNING"]);
  expect(statesBetween("FROZEN", "STOPPED")).toEqual(["STOPPING", "STOPPED"]);
  expect([statesBetween("RUNNING", "ABORTING", true), statesBetween("ABORTING", "STOPPED")]).toEqual([["ABORTING"], ["STOPPING", "STOPPED"]]);
  expect(statesBetween("STOPPING", "RUNNING")).toEqual(["STOPPED", "STARTING", "RUNNING"]);
});

test("there is a way from each state to each", () => {
  for (const from of STATES) for (const to of STATES) expect(statesBetween(from, to).at(-1)).toBe(from === to ? undefined : to);
});
