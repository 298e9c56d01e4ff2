import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findSource } from "./source.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-source-"));
afterAll(() => rmSync(folder, { recursive: true }));
const script = join(folder, "lxc/templates/lxc-mine");
mkdirSync(join(folder, "lxc/templates"), { recursive: true });
writeFileSync(script, "#!/bin/sh\n");
chmodSync(script, 0o755);
writeFileSync(join(folder, "text"), "text");
spawnSync("tar", ["-czf", join(folder, "root.tgz"), "-C", "/etc", "passwd"]);
chmodSync(join(folder, "root.tgz"), 0o755);

const find = (template: string) => findSource({ template, share: folder, cwd: folder });
const code = (template: string): string | undefined => {
  const found = find(template);
  return found.ok ? undefined : found.problems[0]?.code;
};

test("nothing", () => expect(find("none")).toEqual({ ok: true, value: { kind: "none" } }));
test("a template by name", () => expect(find("mine")).toEqual({ ok: true, value: { kind: "script", path: script } }));
test("a template by path", () => expect(find(script)).toEqual({ ok: true, value: { kind: "script", path: script } }));
test("an archive, though it may be executed", () => expect(find("./root.tgz")).toMatchObject({ ok: true, value: { kind: "archive", compression: "gzip" } }));
test("a directory", () => expect(find(folder)).toEqual({ ok: true, value: { kind: "directory", path: folder } }));
test("what is nothing of all that", () => {
  expect(code("nowhere")).toBe("template.missing");
  expect(code("./nowhere")).toBe("template.missing");
  expect(code("./text")).toBe("image.invalid");
  expect(code("../../../../etc/passwd")).toBe("image.invalid");
});
