import { expect, test } from "bun:test";
import { byDefault } from "../model/origin.ts";
import { check } from "./check.ts";
import type { Op } from "./op.ts";
import { LIMITS } from "./schema.ts";

const from = byDefault("test");
const problems = (...ops: readonly Op[]): readonly string[] => check({ verb: "test", name: "c", lxcpath: "/x", ops });
const open = (into: number, more: object = {}): Op => ({ op: "open", from, path: "/x", flags: 0, into, ...more });
const close = (slot: number): Op => ({ op: "close", from, slot });
const clone = (pid: number, body: readonly Op[], more: object = {}): Op => ({ op: "clone", from, flags: 0, name: "child", pid, body, ...more });
const exec: Op = { op: "exec", from, path: "/bin/true", argv: ["true"], env: [] };

test("a slot is defined before it is used", () => {
  expect(problems(open(1), close(1))).toEqual([]);
  expect(problems(close(1))).toEqual(["launcher: close (test) uses slot 1 in slot, which nothing before it defines"]);
  expect(problems(close(1), open(1))).toHaveLength(1);
  expect(problems(open(1), close(1), close(1))).toHaveLength(1);
  expect(problems({ op: "writeFile", from, path: ["/proc/", { slot: 4 }, "/x"], data: [{ startTime: 5 }] })).toHaveLength(2);
});
test("a child has what its parent had, a parent never what its child made", () => {
  expect(problems(open(1), clone(2, [close(1)]))).toEqual([]);
  expect(problems(clone(2, [open(1)]), close(1))).toHaveLength(1);
  expect(problems(clone(2, [close(3)]), open(3))).toHaveLength(1);
  expect(problems(clone(2, [{ op: "waitExec", from, child: 2 }]))).toHaveLength(1);
});
test("a pid is not a descriptor", () => {
  expect(problems({ op: "getpid", from, into: 1 }, close(1))).toEqual(["launcher: close (test) wants a descriptor in slot, slot 1 holds a number"]);
  expect(problems(open(1), { op: "waitExec", from, child: 1 })).toHaveLength(1);
});
test("what an op that may be passed over defines has to be used with care", () => {
  expect(problems(open(1, { onError: ["ENOENT"] }), close(1))).toEqual(["launcher: close (test) must tolerate EBADF: slot 1 is defined by an op that may be passed over"]);
  expect(problems(open(1, { onError: "ignore" }), { op: "close", from, slot: 1, onError: ["EBADF"] })).toEqual([]);
});
test("nothing stands behind an exec", () => {
  expect(problems(exec, exec)).toHaveLength(1);
  expect(problems(clone(1, [exec]), exec)).toEqual([]);
});
test("an undo finds the slots it names", () => {
  const undo: readonly Op[] = [{ op: "kill", from, pidfd: 2, signal: 9 }];
  expect(problems(clone(1, [], { pidfd: 2, undo }))).toEqual([]);
  expect(problems(clone(1, [], { pidfd: 2, undo }), open(2))).toEqual(["launcher: open (test) takes away a slot that the undo of clone (test) needs"]);
  expect(problems(clone(1, [], { pidfd: 2, undo }), close(2))).toHaveLength(1);
  expect(problems(clone(1, [], { undo }))).toHaveLength(1);
});
test("both sides of a channel say and hear the same", () => {
  const post = (number: number, to?: number): Op => ({ op: "post", from, number, ...(to === undefined ? {} : { to }) });
  const wait = (number: number, child?: number): Op => ({ op: "await", from, number, ...(child === undefined ? {} : { child }) });
  expect(problems(clone(1, [wait(1), post(2)]), post(1, 1), wait(2, 1))).toEqual([]);
  expect(problems(clone(1, [wait(1)]))).toEqual(["child waits for #1 from launcher, which says nothing more"]);
  expect(problems(clone(1, [wait(1), wait(2)]), post(2, 1), post(1, 1))).toEqual(["child waits for #1 from launcher, which says #2"]);
  expect(problems(clone(1, []), post(1, 1))).toEqual(["launcher says #1 to child, which does not wait for it"]);
  expect(problems(open(3), clone(1, [{ op: "sendFd", from, slot: 3 }]), wait(1, 1))).toEqual(["launcher waits for #1 from child, which says a descriptor"]);
});
test("limits", () => {
  expect(problems(open(96))).toEqual(["launcher: open (test) defines slot 96, there are 96"]);
  const deep = (levels: number): Op => clone(1, levels === 0 ? [] : [deep(levels - 1)]);
  expect(problems(deep(4))).toEqual([]);
  expect(problems(deep(6))).not.toEqual([]);
  expect(problems({ ...open(1), onError: ["EPERM", "ENOENT", "EIO", "EBADF", "EBUSY"] })).toHaveLength(1);
  expect(problems(...Array.from({ length: LIMITS.ops + 1 }, () => open(1)))).toEqual([`more than ${LIMITS.ops} ops`]);
});
