// What a layer does to those below it, and which image of an index is for this machine.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beginScan, emptyTree, scanLayer } from "./layer-scan.ts";
import { choosePlatform, type Platform } from "./manifest.ts";

let work: string;
beforeAll(() => { work = mkdtempSync(join(tmpdir(), "berth-layers-")); });
afterAll(() => rmSync(work, { recursive: true, force: true }));

function layer(name: string, fill: (folder: string) => void): { readonly path: string; readonly compression: "none"; readonly diffId: string } {
  const [folder, path] = [join(work, name), join(work, `${name}.tar`)];
  mkdirSync(folder);
  fill(folder);
  expect(spawnSync("tar", ["-C", folder, "-cf", path, "."]).status).toBe(0);
  return { path, compression: "none", diffId: `sha256:${createHash("sha256").update(readFileSync(path)).digest("hex")}` };
}

test("whiteouts, opaque directories, kinds that change, links that are written through", async () => {
  const lower = layer("lower", (folder) => {
    for (const name of ["gone", "opaque", "turns", "run"]) mkdirSync(join(folder, name));
    mkdirSync(join(folder, "var"));
    symlinkSync("/run", join(folder, "var/run"));
  });
  const upper = layer("upper", (folder) => {
    for (const name of ["opaque", "deep"]) mkdirSync(join(folder, name));
    for (const name of [".wh.gone", "opaque/.wh..wh..opq", "deep/.wh.file", ".wh..wh.plnk", "turns"]) writeFileSync(join(folder, name), "");
    mkdirSync(join(folder, "var/run"), { recursive: true });
    writeFileSync(join(folder, "var/run/late"), "");
  });
  const tree = emptyTree();
  expect(await scanLayer(lower, tree, false)).toEqual({ ok: true, value: { removed: [], relinked: [] } });
  const before = await scanLayer(upper, tree, false);
  expect(before.ok ? [[...before.value.removed].sort(), before.value.relinked] : before.problems).toEqual([["deep/file", "gone", "opaque", "turns"], [["var/run", "../run"]]]);
  expect([tree.directories.has("gone"), tree.directories.has("turns"), tree.directories.has("opaque")]).toEqual([false, false, true]);
});

test("a layer that is not what the image says, looked at beforehand or on its way", async () => {
  const one = layer("one", (folder) => writeFileSync(join(folder, "file"), "x"));
  const other = { ...one, diffId: `sha256:${"0".repeat(64)}` };
  expect(await scanLayer(other, emptyTree(), false)).toMatchObject({ ok: false, problems: [{ code: "image.checksum" }] });
  const scan = beginScan(other, emptyTree(), false);
  expect([scan.push(readFileSync(one.path)), scan.finish().ok]).toEqual([undefined, false]);
});

const platform = (arch: string, variant = "", os = "linux"): Platform => ({ descriptor: { digest: `sha256:${arch}${variant}${os}`, mediaType: "m" }, os, arch, variant });
const chosen = (arch: string, ...platforms: readonly Platform[]): string | undefined => choosePlatform(platforms, arch)?.descriptor.digest;
test("one image of many: system, machine, variant", () => {
  expect(chosen("arm64", platform("amd64"), platform("arm64", "v9"), platform("arm64", "v8"))).toBe("sha256:arm64v8linux");
  expect(chosen("amd64", platform("amd64", "", "windows"), platform("amd64", "v3"), platform("amd64"))).toBe("sha256:amd64linux");
  expect(chosen("amd64", platform("amd64", "v3"))).toBe("sha256:amd64v3linux");
  expect(chosen("amd64", platform("", "", ""))).toBe("sha256:");
  expect(chosen("amd64", platform("unknown", "", "unknown"), platform("s390x"))).toBeUndefined();
});
