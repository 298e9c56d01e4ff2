import { expect, test } from "bun:test";
import { byDefault } from "../model/origin.ts";
import { decode } from "./decode.ts";
import { encode } from "./encode.ts";
import type { Op } from "./op.ts";

const from = byDefault("test");
const bytesOf = (ops: readonly Op[], notes = ""): Uint8Array => encode({ verb: "start", name: "x", lxcpath: "/", ops }, notes);
const write = (path: string, data: string): Op => ({ op: "writeFile", from, path, data });

test("one text outside ASCII, or notes outside it, move no other text", () => {
  for (const [path, notes] of [["/a/plain", "{}"], ["/a/bücher", "{}"], ["/a/plain", "{\"é\":1}"], ["/a/容器", "{\"\u{1f433}\":1}"]] as const) {
    const back = decode(bytesOf([write("/first", "1"), write(path, "2"), write("/last", "3")], notes));
    expect([back.notes, ...back.ops.map(({ fields }) => [fields["path"], fields["data"]])]).toEqual([notes, ["/first", "1"], [path, "2"], ["/last", "3"]]);
  }
});

test("a text that comes twice is kept once", () => {
  expect(bytesOf([write("/some/long/path", "/some/long/path")]).length).toBe(bytesOf([write("/some/long/path", "")]).length - 1);
});

test("what cannot be encoded is refused by name", () => {
  expect(() => bytesOf([{ op: "umount", from, path: "/a\0b" }])).toThrow("NUL");
  expect(() => bytesOf([{ op: "chmod", from, path: "/a", mode: 0.5 }])).toThrow("chmod.mode must be a number");
});

test("an empty list alone lies where lists may lie", () => {
  for (const path of ["/a", "/ab", "/abcdefg"]) {
    const bytes = bytesOf([write(path, ""), { op: "closeInherited", from, except: [] }]);
    const span = new DataView(bytes.buffer).getUint32(40 + 88 + 24, true);
    expect([span % 8, decode(bytes).ops[1]?.fields["except"]]).toEqual([0, []]);
  }
});
