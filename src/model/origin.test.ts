import { expect, test } from "bun:test";
import { placed } from "./origin.ts";

test("a problem is said with its place and its key, each once", () => {
  const from = { kind: "config", file: "/x/config", line: 3, key: "lxc.tty.max" } as const;
  expect(placed(from, "'x' is not a number")).toBe("/x/config:3 lxc.tty.max: 'x' is not a number");
  expect(placed(from, "lxc.tty.max is set twice")).toBe("/x/config:3: lxc.tty.max is set twice");
  expect(placed(from, "/x/config:3:7: 'x' is not a number")).toBe("/x/config:3:7: 'x' is not a number");
  expect(placed({ kind: "option", key: "--size" }, "too small")).toBe("option --size: too small");
});
