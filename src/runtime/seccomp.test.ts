import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Request } from "../model/request.ts";
import type { SeccompInput } from "../plan/security.ts";
import { seccompInput } from "./seccomp.ts";

const prefix = mkdtempSync(join(tmpdir(), "berth-policy-"));
afterAll(() => rmSync(prefix, { recursive: true }));
mkdirSync(join(prefix, "share/lxc/config"), { recursive: true });
writeFileSync(join(prefix, "share/lxc/config/ours.seccomp"), "2\ndenylist\nmkdir errno 1\nmkdirr errno 1\n");
writeFileSync(join(prefix, "broken"), "2\ndenylist\nmkdir notify\nrmdir errno x\n");

const request: Request = { kind: "command", argv: [], cwd: prefix, env: {}, pid: 1, uid: 0, euid: 0, gid: 0, egid: 0, isTty: [false, false, false], inheritedFds: [], cgroup: "0::/\n", prefix };
/** allow_nesting: the tests may run under a filter themselves. */
const input = (profile: string): Promise<SeccompInput | undefined> => seccompInput(request, {
  capDrop: [], hasSessionKeyring: true,
  seccompProfile: { value: profile, from: { kind: "config", file: "config", line: 7, key: "lxc.seccomp.profile" } },
  seccompAllowNesting: { value: true, from: { kind: "config", key: "lxc.seccomp.allow_nesting" } },
}, "x86_64");

test("a policy that LXC's package ships is also found where Berth ships it; problems are those of its own lines", async () => {
  const found = await input("/usr/share/lxc/config/ours.seccomp");
  expect(found?.program).toMatch(/^[0-9a-f]+$/);
  expect(found?.problems).toMatchObject([{ severity: "warning", at: { file: join(prefix, "share/lxc/config/ours.seccomp"), line: 4 } }]);
});

test("what is wrong in a policy; relative paths are the caller's", async () => {
  const found = await input("broken");
  expect(found?.program).toBeUndefined();
  expect(found?.problems.map(({ code, at, severity }) => [code, at?.file, at?.line, severity])).toEqual([["config.value", join(prefix, "broken"), 4, undefined]]);
});

test("a policy that is missing is named as the config names it", async () => {
  expect((await input("/usr/share/lxc/config/nowhere.seccomp"))?.problems).toMatchObject([{ code: "config.missing", at: { line: 7 }, text: "the seccomp policy '/usr/share/lxc/config/nowhere.seccomp' does not exist" }]);
  expect((await input("share"))?.problems).toMatchObject([{ code: "config.unreadable" }]);
  expect(await input("")).toBeUndefined();
});
