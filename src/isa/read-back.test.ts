import { expect, test } from "bun:test";
import { encode } from "./encode.ts";
import { explainPlan } from "./explain.ts";
import type { Op, Plan } from "./op.ts";
import { planBytes } from "./plan-bytes.ts";
import { readBack } from "./read-back.ts";

const from = { kind: "config", file: "/x/config", line: 3, key: "lxc.net" } as const;
const other = { kind: "default", key: "monitor" } as const;
const ops: readonly Op[] = [
  { op: "rlimit", from: other, resource: 7, soft: 0xffffffffffffffffn, hard: 4n },
  { op: "mkdir", from, path: ["/x/", { slot: 1 }], mode: 0o755, note: "why", undo: [{ op: "unlink", from, path: "/x", flags: 0x200, onError: ["ENOENT"], when: "stop", note: "büro" }] },
  { op: "writeFile", from, path: "/x/bücher", data: ["a line\n", { slot: 1 }, { hex: "ff00" }], onError: "ignore" },
  { op: "clone", from: other, flags: 0x7c020000n, name: "init", pid: 1, body: [{ op: "netlink", from, messages: [{ hex: "00ff" }, { raw32: 1 }] }, { op: "exec", from, path: "/sbin/init", argv: ["init"], env: ["A=b"] }] },
];
const plan: Plan = { verb: "start", name: "web", lxcpath: "/x", ops };

test("a plan comes back: origins, notes, undo, nested lists, 64-bit numbers", () => {
  const back = readBack(planBytes(plan));
  expect(back).toEqual(plan);
  expect(explainPlan(back ?? { ...plan, ops: [] })).toEqual([...explainPlan(plan)]);
});

test("what is no plan with its origins is undefined", () => {
  const whole = planBytes(plan);
  for (let length = 0; length < whole.length; length += 7) expect(readBack(whole.slice(0, length))).toBeUndefined();
  for (const notes of ["", "[]", "{}", "{\"verb\":\"start\",\"name\":\"web\",\"lxcpath\":\"/x\",\"origins\":[],\"from\":[0,0,0,0,0,0,0],\"notes\":{}}"]) expect(readBack(encode(plan, notes))).toBeUndefined();
});
