import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SILENT } from "./dialogue.ts";
import { local } from "./local-template.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-local-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "text"), "text");
spawnSync("tar", ["-czf", join(folder, "root.tgz"), "-C", "/etc", "passwd"]);

const said: string[] = [];
const make = (...args: readonly string[]) => local.make({
  args, isMapped: false, env: {}, cwd: folder, isRoot: false, engine: "", dialogue: { ...SILENT, say: (text) => said.push(text) }, onProgress: () => undefined, abort: new AbortController().signal,
});
const code = async (...args: readonly string[]): Promise<string | undefined> => {
  const found = await make(...args);
  return found.ok ? undefined : found.problems[0]?.code;
};

test("archives by absolute and by relative path", async () => {
  expect(await make("--fstree=root.tgz")).toMatchObject({ ok: true, value: { kind: "archive", path: join(folder, "root.tgz"), compression: "gzip" } });
  expect(await make("-f", join(folder, "root.tgz"), "--no-dev", "-m", "root.tgz")).toMatchObject({ ok: true, value: { metadata: join(folder, "root.tgz") } });
});
test("what is wrong", async () => {
  expect(await Promise.all([code(), code("-f"), code("-x"), code("-f", "text"), code("-f", "nowhere"), code("-f", "root.tgz", "-m", "nowhere"), code("-f", "root.tgz", "-m", "text"), code("-f", folder)])).toEqual(["option.missing", "option.missing", "option.unknown", "image.invalid", "image.missing", "image.missing", "image.invalid", "image.invalid"]);
});
test("help makes nothing", async () => {
  expect([await make("-h"), said.join("").includes("--metadata FILE")]).toEqual([{ ok: true, value: { kind: "nothing" } }, true]);
});
