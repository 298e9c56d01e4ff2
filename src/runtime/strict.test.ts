import { expect, test } from "bun:test";
import { fail, ok, type Problem } from "../model/problem.ts";
import { strictly } from "./strict.ts";

const old: Problem = { code: "config.legacy", severity: "warning", text: "old" };
const translated: Problem = { code: "cgroup.translated", severity: "warning", text: "translated" };
const other: Problem = { code: "unsupported", severity: "warning", text: "other" };
const wrong: Problem = { code: "config.value", text: "wrong" };

test("only what is translated is refused, all at once, errors first", () => {
  expect(strictly(false, ok(1, [old]))).toEqual(ok(1, [old]));
  expect(strictly(true, ok(1, [other]))).toEqual(ok(1, [other]));
  expect(strictly(true, ok(1))).toEqual(ok(1));
  expect(strictly(true, ok(1, [other, old, translated]))).toEqual(fail({ code: "config.legacy", text: "old" }, { code: "cgroup.translated", text: "translated" }, other));
  expect(strictly(true, fail(wrong, other, old))).toEqual(fail(wrong, { code: "config.legacy", text: "old" }, other));
  const limit: Problem = { code: "cgroup.undelegated", severity: "warning", at: { kind: "config", line: 3, key: "lxc.cgroup2.pids.max" }, text: "no limits" };
  expect(strictly(true, ok(1, [limit, { ...other, code: "cgroup.limit" }, { ...limit, at: { kind: "default", key: "lxc.cgroup.dir" } }]))).toMatchObject({ ok: false, problems: [{ code: "cgroup.undelegated" }, { code: "cgroup.limit" }, { severity: "warning" }] });
  expect(strictly(true, ok(1, [{ ...limit, at: { kind: "option", key: "-s lxc.cgroup2.pids.max" } }]))).toMatchObject({ ok: false, problems: [{ code: "cgroup.undelegated" }] });
  expect(strictly(false, fail(wrong, old))).toEqual(fail(wrong, old));
});
