import { expect, test } from "bun:test";
import { ALIASES, commandOf } from "./alias.ts";
import { doors } from "../doors.ts";

test("an alias is the command it stands for, options and all", () => {
  expect(commandOf(["berth", "rm", "-f", "web"])).toEqual(["lxc-destroy", "--trash", "-f", "web"]);
  expect(commandOf(["berth", "explain", "web"])).toEqual(["lxc-start", "--explain", "web"]);
});

test("anything else stays as it is", () => {
  for (const argv of [["lxc-start", "start"], ["berth"], ["berth", "dance"], ["berth", "config", "set"]]) expect(commandOf(argv)).toEqual(argv);
});

test("every alias has a door", () => {
  for (const { argv: [name = ""] } of ALIASES) expect(Object.keys(doors)).toContain(name);
});
