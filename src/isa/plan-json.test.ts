import { expect, test } from "bun:test";
import type { Op, Plan } from "./op.ts";
import { planFromJson, planToJson } from "./plan-json.ts";

const from = { kind: "config", file: "/x/config", line: 3, key: "lxc.net" } as const;
const ops: readonly Op[] = [
  { op: "rlimit", from, resource: 7, soft: 0xffffffffffffffffn, hard: 4 },
  { op: "mkdir", from, path: ["/x/", { slot: 1 }], mode: 0o755, note: "why", undo: [{ op: "unlink", from, path: "/x", flags: 0x200, onError: ["ENOENT"] }] },
  { op: "clone", from, flags: 0x7c020000n, name: "init", pid: 1, body: [{ op: "netlink", from, messages: [{ hex: "00ff" }, { raw32: 1 }, "\u0000"] }] },
];
const plan: Plan = { verb: "start", name: "web", lxcpath: "/x", ops };

test("a plan survives, 64-bit numbers and nested lists too", () => {
  expect(planFromJson(planToJson(plan))).toEqual(plan);
});

test("environments are left out", () => {
  const text = planToJson({ ...plan, ops: [{ op: "exec", from, path: "/sbin/init", argv: ["init"], env: ["PASSWORD=x"] }] });
  expect(text).not.toContain("PASSWORD");
  expect(planFromJson(text)?.ops[0]).toMatchObject({ op: "exec", argv: ["init"], env: [] });
});

test("what is no plan is refused", () => {
  const whole = planToJson(plan);
  for (let length = 0; length < whole.length; length += 7) expect(planFromJson(whole.slice(0, length))).toBeUndefined();
  const broken: readonly (readonly [string, string])[] = [
    ["\"op\":\"mkdir\"", "\"op\":\"dance\""], ["\"op\":\"mkdir\"", "\"op\":\"toString\""], ["\"mode\":493", "\"mode\":\"493\""], ["\"mode\":493,", ""],
    ["\"slot\":1", "\"slot\":\"1\""], ["\"body\":[", "\"body\":[3,"], ["\"note\":\"why\"", "\"note\":5"], ["\"kind\":\"config\"", "\"kind\":null"],
  ];
  for (const [good, bad] of broken) {
    expect(whole).toContain(good);
    expect(planFromJson(whole.replace(good, bad))).toBeUndefined();
  }
  expect(planFromJson("[]")).toBeUndefined();
});
