import { expect, test } from "bun:test";
import { notesOf, parseNotes } from "./notes.ts";
import type { Plan } from "./op.ts";

const plan: Plan = {
  verb: "start", name: "web", lxcpath: "/x",
  ops: [
    { op: "mkdir", from: { kind: "config", key: "lxc.mount.entry", line: 14 }, path: "/srv", mode: 0o755, note: "create=dir" },
    { op: "clone", from: { kind: "default", key: "start" }, flags: 0, name: "child", pid: 0, body: [
      { op: "exec", from: { kind: "default", key: "lxc.init.cmd" }, path: "/sbin/init", argv: ["/sbin/init", ["a", { slot: 0 }]], env: ["SECRET=1"] },
    ] },
  ],
};

test("notes name every op by its number, with its wish and what it works on", () => {
  const notes = parseNotes(notesOf(plan));
  expect(notes?.ops.map(({ op, from, note, args }) => [op, from, note, args])).toEqual([
    ["mkdir", "config:14 lxc.mount.entry", "create=dir", { path: "/srv" }],
    ["clone", "default start", undefined, { name: "child" }],
    ["exec", "default lxc.init.cmd", undefined, { path: "/sbin/init", argv: "/sbin/init …" }],
  ]);
  expect(notesOf(plan)).not.toContain("SECRET");
});

test("what is no notes is refused", () => {
  expect(parseNotes("")).toBeUndefined();
  expect(parseNotes("{}")).toBeUndefined();
  expect(parseNotes("[1]")).toBeUndefined();
});
