import { expect, test } from "bun:test";
import { parseCreated } from "./record.ts";

const path = { path: "/a", dev: 1, ino: 2 };

test("what was written is read", () => expect(parseCreated(JSON.stringify({ version: 1, paths: [path], rootfs: path }))).toEqual({ version: 1, paths: [path], rootfs: path }));
test("what lies elsewhere is named by its kind", () => {
  const outside = { kind: "zfs", name: "tank/web", origin: "tank/base@web" } as const;
  expect(parseCreated(JSON.stringify({ version: 1, paths: [], outside }))).toEqual({ version: 1, paths: [], outside });
  for (const forged of [{ kind: "sh", name: "x" }, { kind: "lvm", name: "" }, { kind: "lvm" }, "lvm"]) expect(parseCreated(JSON.stringify({ paths: [], outside: forged }))).toEqual({ version: 1, paths: [] });
});
test("what is torn or forged names nothing", () => {
  for (const text of ["", "{", "null", "[]", '{"paths":5}', JSON.stringify({ paths: path })]) expect(parseCreated(text)).toBeUndefined();
  expect(parseCreated(JSON.stringify({ paths: [{ path: "/a" }, 5, null, { ...path, ino: "2" }] }))).toEqual({ version: 1, paths: [] });
});
