import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Value } from "./marshal.ts";
import { firstType, marshal, typesOf, unmarshal } from "./marshal.ts";
import { decodeMessage, encodeCall } from "./message.ts";

test("signatures are split into whole types", () => {
  expect(firstType("a(sv)u")).toBe("a(sv)");
  expect(typesOf("ssa(sv)a(sa(sv))")).toEqual(["s", "s", "a(sv)", "a(sa(sv))"]);
});

test("values lie at their boundaries, as the specification has them", () => {
  expect([...marshal("yu", [1, 2])]).toEqual([1, 0, 0, 0, 2, 0, 0, 0]);
  expect([...marshal("as", [["a"]])]).toEqual([6, 0, 0, 0, 1, 0, 0, 0, 97, 0]);
  // the padding before the first element is not part of an array's length
  expect([...marshal("a(u)", [[[7]]])]).toEqual([4, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0]);
});

test("what is marshalled comes back", () => {
  const scope: readonly Value[] = ["web.scope", "fail", [["Delegate", { signature: "b", value: true }], ["PIDs", { signature: "au", value: [7, 8] }], ["TasksMax", { signature: "t", value: 18446744073709551615n }]], []];
  expect(unmarshal("ssa(sv)a(sa(sv))", marshal("ssa(sv)a(sa(sv))", scope))).toEqual(scope);
  fc.assert(fc.property(fc.array(fc.tuple(fc.string(), fc.integer({ min: 0, max: 0xffffffff }))), (rows) => {
    expect(unmarshal("ya(su)", marshal("ya(su)", [3, rows]))).toEqual([3, rows]);
  }));
});

test("a call is read back as what it was", () => {
  const bytes = encodeCall({ serial: 3, path: "/org/freedesktop/systemd1", interface: "org.freedesktop.systemd1.Manager", member: "GetUnit", destination: "org.freedesktop.systemd1", signature: "s", body: ["web.scope"] });
  expect(decodeMessage(bytes)).toEqual({ size: bytes.length, message: { kind: "call", serial: 3, member: "GetUnit", body: ["web.scope"] } });
  for (let cut = 0; cut < bytes.length; cut++) expect(decodeMessage(bytes.subarray(0, cut))).toBeUndefined();
});

test("bytes that are no message are refused, never believed", () => {
  expect(() => decodeMessage(new TextEncoder().encode("HTTP/1.1 200 OK"))).toThrow("no D-Bus");
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
    const bytes = Uint8Array.from([0x6c, ...noise]);
    try { decodeMessage(bytes); } catch (error) { expect(error).toBeInstanceOf(Error); }
  }));
});
