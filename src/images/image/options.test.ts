// A lock file says an architecture in whichever name its writer used.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NO_OPTIONS, readLock, resolveOptions } from "./options.ts";
import { parseImage } from "./reference.ts";

let cwd: string;
beforeAll(() => { cwd = mkdtempSync(join(tmpdir(), "berth-lock-")); });
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

test("a locked image is found by the names of its architecture that Debian and the machine have", () => {
  const digest = `sha256:${"ab".repeat(32)}`;
  const ref = parseImage("debian/bookworm", cwd);
  if (!ref.ok) throw new Error("no reference");
  const found = (written: string, wanted: string): unknown => {
    writeFileSync(join(cwd, "images.lock"), JSON.stringify({ images: [{ image: "debian/bookworm", arch: written, digest }] }));
    const resolved = resolveOptions({ ...NO_OPTIONS, lockFile: "images.lock" }, ref.value, { cwd, env: {}, arch: wanted });
    return resolved.ok ? resolved.value.digest : resolved.problems[0]?.text;
  };
  for (const [written, wanted] of [["x86_64", "amd64"], ["amd64", "x86_64"], ["aarch64", "arm64"], ["amd64", "amd64"]] as const) expect(found(written, wanted)).toBe(digest);
  expect(found("aarch64", "amd64")).toBe(`'${cwd}/images.lock' does not have 'debian/bookworm' for amd64`);
  expect(readLock(join(cwd, "images.lock"))).toMatchObject({ ok: true, value: [{ arch: "arm64" }] });
});
