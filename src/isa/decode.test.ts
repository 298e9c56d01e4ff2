import { expect, test } from "bun:test";
import fc from "fast-check";
import { byDefault } from "../model/origin.ts";
import { decode } from "./decode.ts";
import type { DecodedOp } from "./decode.ts";
import { encode, fieldOf, numbered } from "./encode.ts";
import { explain, explainJson, explainPlan } from "./explain.ts";
import type { Op, Plan } from "./op.ts";
import type { FieldKind, OpRow } from "./schema.ts";
import { SCHEMA } from "./schema.ts";

const rows: Readonly<Record<string, OpRow>> = SCHEMA;
const from = byDefault("any");
const ASCII = fc.string({ unit: fc.constantFrom("a", "b", "/", " ", "=", "é"), maxLength: 12 });
const slot = fc.integer({ min: 0, max: 95 });
const ref = fc.oneof(fc.record({ slot }), fc.record({ startTime: slot }));
const text = fc.oneof(ASCII, fc.array(fc.oneof(ASCII, ref), { maxLength: 4 }));
const data = fc.array(fc.oneof(fc.record({ hex: fc.constantFrom("00", "ff00aa", "41ff") }), fc.record({ raw32: slot }), fc.record({ slot })), { maxLength: 4 });

function valueOf(kind: FieldKind, depth: number): fc.Arbitrary<unknown> {
  switch (kind.replace("?", "")) {
    case "u32": return fc.integer({ min: 0, max: 0xffffffff });
    case "u64": return fc.bigInt({ min: 0n, max: (1n << 64n) - 2n });
    case "slot": case "newSlot": return slot;
    case "text": return text;
    case "data": return data;
    case "texts": return fc.array(text, { maxLength: 3 });
    case "slots": case "nums": return fc.array(slot, { maxLength: 3 });
    case "ops": return depth > 0 ? fc.array(anyOp(depth - 1), { maxLength: 3 }) : fc.constant([]);
    default: throw new Error(`no values for ${kind}`);
  }
}

function anyOp(depth: number): fc.Arbitrary<Op> {
  return fc.constantFrom(...Object.keys(rows)).chain((op) => {
    const fields = Object.entries(rows[op]!.fields).map(([name, kind]) => [name, kind.endsWith("?") ? fc.option(valueOf(kind, depth), { nil: undefined }) : valueOf(kind, depth)] as const);
    const frame = {
      op: fc.constant(op), from: fc.constant(from), onError: fc.constantFrom("fail", "ignore", ["ENOENT", "EBUSY"]), when: fc.constantFrom(undefined, "stop", "reboot"),
      undo: depth > 0 ? fc.array(anyOp(depth - 1), { maxLength: 2 }) : fc.constant([]),
    };
    return fc.record({ ...Object.fromEntries(fields), ...frame }) as unknown as fc.Arbitrary<Op>;
  });
}
const planOf = (ops: readonly Op[]): Plan => ({ verb: "v", name: "n", lxcpath: "/l", ops });
const anyPlan = fc.array(anyOp(2), { maxLength: 6 }).map(planOf);

/** What must come back of an op. */
function expected(op: Op): DecodedOp {
  const fields = Object.fromEntries(Object.entries(rows[op.op]!.fields).flatMap(([name, kind]) => {
    const value = fieldOf(op, name);
    if (value === undefined) return [];
    return [[name, kind === "ops" ? (value as readonly Op[]).map(expected) : value]];
  }));
  return { id: expect.any(Number), op: op.op, fields, onError: op.onError ?? "fail", ...(op.when === undefined ? {} : { when: op.when }), undo: (op.undo ?? []).map(expected) };
}

test("every plan comes back as it went", () => {
  fc.assert(fc.property(anyPlan, fc.constantFrom("notes é", "notes"), (plan, notes) => {
    const back = decode(encode(plan, notes));
    expect(back.ops).toEqual(plan.ops.map(expected));
    expect(back.notes).toBe(notes);
    expect(back.opCount).toBe(numbered(plan).length);
  }), { numRuns: 60 });
});
test("every op has a sentence, every number its line", () => {
  fc.assert(fc.property(anyPlan, (plan) => {
    for (const op of numbered(plan)) expect(explain(op).length).toBeGreaterThan(3);
    expect(explainPlan(plan).length).toBe(numbered(plan).length);
    expect(explainJson(plan).map(({ op }) => op)).toEqual(numbered(plan).map(({ op }) => op));
  }), { numRuns: 40 });
});
test("bytes that are no plan are refused, never misread", () => {
  const bytes = encode(planOf([{ op: "clone", from, flags: 0, name: "x", pid: 0, body: [{ op: "mkdir", from, path: "/a", mode: 0o755 }] }]));
  fc.assert(fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
    const changed = bytes.slice();
    changed[at] = value;
    try {
      decode(changed);
    } catch (problem) {
      expect(problem instanceof RangeError || problem instanceof TypeError).toBe(true); // TypeError: not UTF-8
    }
  }), { numRuns: 300 });
  expect(() => decode(bytes.slice(0, -1))).toThrow(RangeError);
  expect(() => decode(new Uint8Array(4))).toThrow(RangeError);
});
test("a C string holds no NUL, data may, also when both are the same text", () => {
  const write = (path: string | readonly (string | { slot: number })[], data: string): Op => ({ op: "writeFile", from, path, data });
  const refuse = "a text must not contain NUL";
  expect(() => encode(planOf([write("/a\0b", "x")]))).toThrow(refuse);
  expect(() => encode(planOf([write("/x", "a\0b"), write("a\0b", "")]))).toThrow(refuse);
  expect(() => encode(planOf([write(["/proc/", { slot: 1 }, "\0"], "x")]))).toThrow(refuse);
  expect(decode(encode(planOf([write("/x", "a\0b")]))).ops[0]?.fields["data"]).toBe("a\0b");
});
