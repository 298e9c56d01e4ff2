import { expect, test } from "bun:test";
import { normalize } from "node:path";
import { plainPath, withoutSlashes } from "./slashes.ts";

test("slashes go from the end, from nowhere else", () => {
  expect(["/srv//", "/srv", "//a/b", "/", "//", "", "a/"].map(withoutSlashes)).toEqual(["/srv", "/srv", "//a/b", "", "", "", "a"]);
});

test("a plain path is where the text leads, as node:path has it", () => {
  const paths = ["/a/b//", "/", "//", "/./a", "/a/../b", "/a/b/..", "/..", "/../x/./y//z/", "/.hidden/..a/b..", "/a/.", "/a/.../b"];
  expect(paths.map(plainPath)).toEqual(paths.map((path) => normalize(path).replace(/(?<=.)\/$/, "")));
});
