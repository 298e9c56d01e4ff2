import { expect, test } from "bun:test";
import { withoutSlashes } from "./slashes.ts";

test("slashes go from the end, from nowhere else", () => {
  expect(["/srv//", "/srv", "//a/b", "/", "//", "", "a/"].map(withoutSlashes)).toEqual(["/srv", "/srv", "//a/b", "", "", "", "a"]);
});
