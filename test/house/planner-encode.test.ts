// The planner's addon makes the bytes of a plan that src/isa/encode.ts makes, bit for bit, of whatever may be in a plan; what
// may not be in one it leaves to that. Compiled with the sanitizer for undefined behaviour.
import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callsSources } from "../../scripts/build.ts";
import type { Calls } from "../../src/host/planner/calls.ts";
import { UNFIT } from "../../src/host/planner/calls.ts";
import { encodeFlat } from "../../src/isa/encode.ts";
import { flatten } from "../../src/isa/flatten.ts";
import type { Op } from "../../src/isa/op.ts";
import { SCHEMA, type FieldKind, type OpRow } from "../../src/isa/schema.ts";
import { ERRNOS } from "../../src/linux/errno.ts";

const work = mkdtempSync(join(tmpdir(), "planner-encode-"));
const made: { exports: Partial<Calls> } = { exports: {} };
beforeAll(() => {
  const addon = join(work, "calls.node");
  const cc = Bun.spawnSync(["cc", "-std=gnu11", "-O1", "-g0", "-Wall", "-Wextra", "-Werror", "-fsanitize=undefined", "-fsanitize-undefined-trap-on-error", "-shared", "-fPIC", "-o", addon, ...callsSources()]);
  if (cc.exitCode !== 0) throw new Error(cc.stderr.toString());
  process.dlopen(made, addon);
});
afterAll(() => { rmSync(work, { recursive: true, force: true }); });

const byAddon = (ops: readonly Op[], notes: string): Uint8Array | number | undefined => {
  const flat = flatten(ops);
  return made.exports.encode?.(flat.ops, flat.bodyAt, flat.undoAt, flat.undoCount, ops.length, notes);
};
const bySource = (ops: readonly Op[], notes: string): Uint8Array | string => {
  try { return encodeFlat(flatten(ops), ops.length, notes); } catch (error) { return String(error); }
};

const word = fc.oneof({ weight: 4, arbitrary: fc.constantFrom("", "/sys/fs/cgroup", "0", "a b", "proc", "\u00fcber", "\u{1f40b}") }, { weight: 1, arbitrary: fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0")) });
const slot = fc.integer({ min: 0, max: 95 });
const ref = fc.oneof(slot.map((one) => ({ slot: one })), slot.map((one) => ({ startTime: one })), slot.map((one) => ({ raw32: one })), fc.uint8Array({ maxLength: 9 }).map((bytes) => ({ hex: bytes.toHex() })));
const text = fc.oneof({ weight: 3, arbitrary: word }, { weight: 1, arbitrary: fc.array(fc.oneof(word, ref), { maxLength: 4 }) });
const u64 = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.bigInt({ min: -5n, max: 5n }));
const OF: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  u32: fc.integer({ min: 0, max: 0xffffffff }), u64, slot, newSlot: slot, text, data: fc.oneof(text, fc.constant("a\0b")), texts: fc.array(text, { maxLength: 4 }), nums: fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 5 }), slots: fc.array(slot, { maxLength: 3 }),
};
const isOp = (value: object): value is Op => "op" in value;
const opOf = (value: object): Op => { if (!isOp(value)) throw new Error("no op"); return value; };
const fieldOf = (kind: FieldKind): fc.Arbitrary<unknown> => {
  const arbitrary = OF[kind.replace("?", "")] ?? fc.constant(undefined);
  return kind.endsWith("?") ? fc.option(arbitrary, { nil: undefined }) : arbitrary;
};
const frame = {
  onError: fc.option(fc.oneof(fc.constantFrom("fail", "ignore"), fc.subarray(Object.keys(ERRNOS), { maxLength: 4 })), { nil: undefined }), when: fc.option(fc.constantFrom("stop", "reboot"), { nil: undefined }),
};
const rows: readonly (readonly [string, OpRow])[] = Object.entries(SCHEMA);
const { op } = fc.letrec<{ op: Op }>((tie) => ({
  op: fc.constantFrom(...rows).chain(([name, { fields }]) => fc.record({
    op: fc.constant(name), from: fc.constant({ kind: "default", key: "x" }), ...frame,
    undo: fc.option(fc.array(tie("op"), { maxLength: 2, depthIdentifier: "ops" }), { nil: undefined, depthIdentifier: "ops" }),
    ...Object.fromEntries(Object.entries(fields).map(([field, kind]) => [field, kind === "ops" ? fc.array(tie("op"), { maxLength: 3, depthIdentifier: "ops" }) : fieldOf(kind)])),
  })).map(opOf),
}));

test("the same bytes, of any plan", () => {
  let count = 0;
  fc.assert(fc.property(fc.array(op, { maxLength: 6 }), fc.string({ unit: "grapheme" }), (ops, notes) => {
    const expected = bySource(ops, notes);
    if (typeof expected === "string") return true; // what the source refuses is below
    expect(byAddon(ops, notes)).toEqual(expected);
    count++;
    return true;
  }), { numRuns: 1500 });
  expect(count).toBeGreaterThan(1000);
});

const FROM = { kind: "default", key: "x" } as const;
test.each([
  ["no such op", { op: "nothing", from: FROM }], ["a field is missing", { op: "mkdir", from: FROM, mode: 0 }], ["a text is a number", { op: "mkdir", from: FROM, path: 5, mode: 0 }],
  ["NUL in a C string", { op: "mkdir", from: FROM, path: "a\0b", mode: 0 }], ["NUL in a piece of one", { op: "mkdir", from: FROM, path: ["a", "b\0"], mode: 0 }], ["a number with a fraction", { op: "mkdir", from: FROM, path: "a", mode: 0.5 }],
  ["a number that is none", { op: "mkdir", from: FROM, path: "a", mode: Number.NaN }], ["a list that is none", { op: "mkdir", from: FROM, path: "a", mode: 0, also: "b" }], ["a part that is nothing", { op: "mkdir", from: FROM, path: [{}], mode: 0 }],
  ["an unknown errno", { op: "mkdir", from: FROM, path: "a", mode: 0, onError: ["ENOTHING"] }], ["five errnos", { op: "mkdir", from: FROM, path: "a", mode: 0, onError: ["EPERM", "EIO", "ENOENT", "EBUSY", "EACCES"] }], ["a text beyond all bounds", { op: "mkdir", from: FROM, path: "x".repeat(7 << 20), mode: 0 }],
] as const)("%s: left to the source, which says what is wrong", (_, wrong) => {
  expect(byAddon([opOf(wrong)], "")).toBe(UNFIT);
});

test("many ops, many texts, and the limits of both", () => {
  const mkdir = (i: number): Op => ({ op: "mkdir", from: FROM, path: `/a/${i}`, mode: 0o755 });
  const ops = Array.from({ length: 5000 }, (__, i) => mkdir(i));
  const expected = bySource(ops, "notes");
  if (typeof expected === "string") throw new Error(expected);
  expect(byAddon(ops, "notes")).toEqual(expected);
  expect(byAddon(Array.from({ length: 9000 }, (__, i) => mkdir(i)), "")).toBe(UNFIT);
});
