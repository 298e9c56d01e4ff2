import { expect, test } from "bun:test";
import { commandSocket } from "./socket-name.ts";

test("LXC's name, and LXC's hash of it when it does not fit", () => {
  expect(commandSocket("/var/lib/lxc", "web")).toBe("/var/lib/lxc/web/command");
  // FNV-1a of "a" is a published test value: af63dc4c8601ec8c
  expect(commandSocket(`/${"x".repeat(120)}`, "web")).toMatch(/^lxc\/[0-9a-f]{16}\/command$/);
  expect(commandSocket("/".padEnd(94, "x"), "web").length).toBe(106);
  expect(commandSocket("/".padEnd(95, "x"), "web")).toStartWith("lxc/");
});
