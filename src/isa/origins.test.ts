import { expect, test } from "bun:test";
import type { Op } from "./op.ts";
import { originsText, parseOrigins } from "./origins.ts";

const from = { kind: "config", file: "/x/config", line: 3, key: "lxc.net" } as const;
const ops: readonly Op[] = [{ op: "setsid", from, note: "why" }, { op: "setsid", from: { kind: "default", key: "monitor" } }, { op: "setsid", from }];
const plan = { verb: "start", name: "web", lxcpath: "/x", ops };

test("an origin that several ops share is told once", () => {
  expect(parseOrigins(originsText(plan, ops))).toEqual({ verb: "start", name: "web", lxcpath: "/x", origins: [from, { kind: "default", key: "monitor" }], from: [0, 1, 0], notes: { 0: "why" } });
});

test("torn and foreign texts are refused", () => {
  const whole = originsText(plan, ops);
  for (let length = 0; length < whole.length; length++) expect(parseOrigins(whole.slice(0, length))).toBeUndefined();
  for (const [good, bad] of [["\"from\":[0", "\"from\":[7"], ["\"from\":[0", "\"from\":[\"0\""], ["\"why\"", "5"], ["\"kind\":\"config\"", "\"kind\":null"], ["\"verb\":\"start\"", "\"verb\":1"]] as const) {
    expect(whole).toContain(good);
    expect(parseOrigins(whole.replace(good, bad))).toBeUndefined();
  }
});
