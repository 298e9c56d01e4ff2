import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { profileFinding } from "./apparmor-profile.ts";
import type { Failure } from "./failure.ts";

const folder = mkdtempSync("/tmp/berth-profile-");
afterAll(() => { rmSync(folder, { recursive: true }); });
const file = `${folder}/lxc-web`;
writeFileSync(file, "profile x {\n  file,\n  deny /a w\n  denny /b w,\n}\n");
const NOTE = "the container's own AppArmor profile; of its lines 3 is /srv/web/config:12 lxc.apparmor.raw, 4 is /srv/web/config:14 lxc.apparmor.raw";
const failure = (text: string, { note = NOTE, isRun = true, subject = "/sbin/apparmor_parser" }: { readonly note?: string; readonly isRun?: boolean; readonly subject?: string } = {}): Failure => ({
  op: { op: "spawn", process: "monitor", sentence: "run apparmor_parser", origin: "", subject, note }, step: 2, process: "monitor", error: 4097, errno: isRun ? undefined : "ENOENT", status: isRun ? 1 : undefined, text: `${subject}: ${text}`, notes: { verb: "start", name: "web", lxcpath: "/srv", ops: [] }, euid: 0, env: {},
});
const error = (line: number, why: string): string => `Warning from stdin (line 1): x\nAppArmor parser error for ${file} in profile ${file} at line ${line}: ${why}`;

test("the rule, the line of the config, the parser's reason", () => {
  expect(profileFinding(failure(error(4, "syntax error, unexpected TOK_ID, expecting TOK_MODE")))).toMatchObject({
    text: "AppArmor does not take the rule 'denny /b w,' of /srv/web/config:14 lxc.apparmor.raw", cause: `apparmor_parser says: syntax error, unexpected TOK_ID, expecting TOK_MODE (line 4 of ${file})`,
  });
});
test("a comma that is missing is of the line before", () => {
  expect(profileFinding(failure(error(4, "syntax error, unexpected TOK_DENY, expecting TOK_END_OF_RULE")))?.text).toBe("AppArmor does not take the rule 'deny /a w' of /srv/web/config:12 lxc.apparmor.raw");
});
test("what is about no line of the config is shown as it was said; other programs are none of it", () => {
  expect(profileFinding(failure(error(1, "what"), { note: "the container's own AppArmor profile" }))?.output).toContain(`AppArmor parser error for ${file} in profile ${file} at line 1: what`);
  expect(profileFinding(failure("", { isRun: false }))?.text).toBe("apparmor_parser cannot be run");
  expect(profileFinding(failure("", { subject: "/bin/true" }))).toBeUndefined();
});
