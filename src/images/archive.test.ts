import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compressionOf, probeArchive } from "./archive.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-archive-"));
const made = (...args: readonly string[]): string => {
  const path = join(folder, "name-that-says-nothing");
  expect(spawnSync("tar", ["-cf", path, ...args, "-C", "/etc", "passwd"]).status).toBe(0);
  return path;
};

test("by what an archive begins with", () => {
  expect(probeArchive(made())).toBe("none");
  expect(probeArchive(made("--format=v7"))).toBe("none");
  expect(probeArchive(made("--format=posix"))).toBe("none");
  expect(probeArchive(made("--gzip"))).toBe("gzip");
  expect(probeArchive(made("--xz"))).toBe("xz");
});
test("what is no archive", () => {
  const path = join(folder, "rootfs.tar.gz");
  for (const text of ["", "#!/bin/sh\n", "x".repeat(1000)]) {
    writeFileSync(path, text);
    expect(probeArchive(path)).toBeUndefined();
  }
  expect(probeArchive(join(folder, "missing"))).toBeUndefined();
  expect(probeArchive(folder)).toBeUndefined();
  expect(compressionOf(new Uint8Array(0))).toBeUndefined();
  rmSync(folder, { recursive: true });
});
