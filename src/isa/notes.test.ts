import { expect, test } from "bun:test";
import { notesOf } from "./notes.ts";
import type { Plan } from "./op.ts";
import { planBytes } from "./plan-bytes.ts";

const plan: Plan = {
  verb: "start", name: "web", lxcpath: "/x",
  ops: [
    { op: "mkdir", from: { kind: "config", key: "lxc.mount.entry", line: 14 }, path: "/srv", mode: 0o755, note: "create=dir" },
    { op: "clone", from: { kind: "default", key: "start" }, flags: 0, name: "child", pid: 0, body: [
      { op: "exec", from: { kind: "default", key: "lxc.init.cmd" }, path: "/sbin/init", argv: ["/sbin/init", ["a", { slot: 0 }]], env: ["SECRET=1"] },
      { op: "spawn", from: { kind: "config", key: "lxc.hook.start" }, argv: ["/bin/sh", "-c", "x"] },
    ] },
  ],
};

test("notes name every op by its number, with its process, its wish and what it works on", () => {
  const notes = notesOf(planBytes(plan));
  expect(notes?.ops.map(({ op, process, origin, note, subject }) => [op, process, origin, note, subject])).toEqual([
    ["mkdir", "launcher", "config:14 lxc.mount.entry", "create=dir", "/srv"],
    ["clone", "launcher", "default start", undefined, "child"],
    ["exec", "child", "default lxc.init.cmd", undefined, "/sbin/init"],
    ["spawn", "child", "config lxc.hook.start", undefined, "/bin/sh"],
  ]);
  expect(JSON.stringify(notes)).not.toContain("SECRET");
});

test("of several paths the engine names the one that it is about", () => {
  const from = { kind: "default", key: "lxc.cgroup.dir" } as const;
  const [made] = notesOf(planBytes({ ...plan, ops: [{ op: "mkdir", from, path: "/a", mode: 0o755, also: ["/b", "/c"] }] }))?.ops ?? [];
  expect([made?.subject, made?.sentence]).toEqual(["", "make sure there is a directory /a 0755; so, too: /b, /c"]);
});

test("what is no notes is refused", () => {
  expect(notesOf(new Uint8Array(0))).toBeUndefined();
  expect(notesOf(new Uint8Array(200))).toBeUndefined();
});
