import { expect, test } from "bun:test";
import type { Request } from "../model/request.ts";
import { canonicalLxcpath, checkedName, targetOf } from "./lxcpath.ts";

const request: Request = { kind: "command", argv: [], cwd: "/here", env: { HOME: "/home/u" }, pid: 1, uid: 7, euid: 7, gid: 7, egid: 7, isTty: [false, false, false], inheritedFds: [], cgroup: "", prefix: "/p" };

test("-P is absolute and without trailing slashes; the default is the user's", () => {
  expect([canonicalLxcpath(request, "/a/b//"), canonicalLxcpath(request, "rel/"), canonicalLxcpath(request, "/")]).toEqual(["/a/b", "/here/rel", "/"]);
  expect(canonicalLxcpath({ ...request, env: { HOME: "/nonexistent" } })).toBe("/nonexistent/.local/share/lxc");
});

test("names are one path component", () => {
  for (const name of ["a", "web-1", ".hidden", "ä", "with space", "x".repeat(220)]) expect([name, checkedName(name).ok]).toEqual([name, true]);
  for (const name of [".", "..", "a/b", "x".repeat(221), "ä".repeat(111), "a\nb"]) {
    const checked = checkedName(name);
    expect([name, checked.ok ? "" : checked.problems[0]?.code]).toEqual([name, "name.invalid"]);
  }
  expect(checkedName("")).toMatchObject({ ok: false, problems: [{ code: "name.missing" }] });
  expect(targetOf(request, "a", "/x/")).toEqual({ ok: true, value: { name: "a", lxcpath: "/x" } });
});
