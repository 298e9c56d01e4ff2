// Proves loopDevice: a file becomes a block device, which goes with its last user, whatever happens.
import { truncateSync, writeFileSync, mkdirSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { expect, test } from "bun:test";
import { CLONE_NEWNS } from "../../src/linux/clone.ts";
import { AT_RECURSIVE } from "../../src/linux/fs.ts";
import { MS_PRIVATE } from "../../src/linux/mount-flags.ts";
import { child, errno, op, runPlan, Scratch, shell } from "./engine-run.ts";

function image(scratch: Scratch): string {
  const path = scratch.path("image");
  writeFileSync(path, "");
  truncateSync(path, 8 << 20);
  expect(spawnSync("mkfs.ext4", ["-q", path]).status).toBe(0);
  return path;
}
const own = op("mountSetattr", { path: "/", flags: AT_RECURSIVE, propagation: MS_PRIVATE });
/** Devices that lie on this file. */
const devicesOf = (path: string): string => spawnSync("losetup", ["--noheadings", "--output", "NAME,RO", "--associated", path], { encoding: "utf8" }).stdout.trim();
const mounted = (path: string, readonly?: 1, options: readonly string[] = []): ReturnType<typeof runPlan> => runPlan(child([
  own,
  op("loopDevice", { path, ...(readonly === undefined ? {} : { readonly }), into: 0, number: 1 }),
  op("fsMount", { type: "ext4", options: [["source=/dev/loop", { slot: 1 }], ...options], into: 2 }),
  op("close", { slot: 0 }),
  op("moveMount", { tree: 2, path: path.replace("image", "mnt") }),
  shell(`cd ${path.replace("image", "mnt")} && ls -d lost+found; touch new 2>&1; losetup --noheadings --output RO,AUTOCLEAR,BACK-FILE --associated ${path}`),
], CLONE_NEWNS));

test("a file system in a file, mounted; nothing is left of it", async () => {
  using scratch = new Scratch();
  mkdirSync(scratch.path("mnt"));
  const path = image(scratch);
  expect((await mounted(path)).out.replaceAll(/ +/g, " ")).toBe(`lost+found\n 0 1 ${path}\n`);
  expect(devicesOf(path)).toBe("");
});

test("read-only: the file is opened for reading only", async () => {
  using scratch = new Scratch();
  mkdirSync(scratch.path("mnt"));
  const path = image(scratch);
  const ran = await mounted(path, 1, ["ro"]);
  expect(ran.out).toContain("Read-only file system");
  expect(ran.out.replaceAll(/ +/g, " ")).toContain(` 1 1 ${path}`);
  expect((await mounted(path, 1)).failed?.error).toBe(errno("EACCES")); // the device refuses to be written
  expect(devicesOf(path)).toBe("");
});

test("many at once each get a device of their own", async () => {
  using scratch = new Scratch();
  mkdirSync(scratch.path("mnt"));
  const path = image(scratch);
  const take = Array.from({ length: 12 }, () => runPlan([op("loopDevice", { path, into: 0, number: 1 }), op("loopDevice", { path, into: 2, number: 3 }), op("dup", { slot: 0, fd: 8 }), op("dup", { slot: 2, fd: 9 }), op("spawn", { argv: ["sh", "-c", ["test ", { slot: 1 }, " -ne ", { slot: 3 }]] })]));
  expect((await Promise.all(take)).map(({ status }) => status)).toEqual(take.map(() => 0));
  expect(devicesOf(path)).toBe("");
});

test("what fails says what it was", async () => {
  using scratch = new Scratch();
  const path = image(scratch);
  const fails = async (file: string, under: readonly string[] = []): Promise<unknown> => {
    const { failed } = await runPlan([op("loopDevice", { path: file, into: 0, number: 1 })], { under });
    return [failed?.error, failed?.text];
  };
  expect(await fails(scratch.path("none"))).toEqual([errno("ENOENT"), scratch.path("none")]);
  expect(await fails(scratch.dir)).toEqual([errno("EISDIR"), scratch.dir]);
  expect(spawnSync("mkfifo", [scratch.path("pipe")]).status).toBe(0);
  expect(await fails(scratch.path("pipe"))).toEqual([errno("EINVAL"), scratch.path("pipe")]);
  expect(await fails(path, ["setpriv", "--bounding-set=-all", "--reuid=65534", "--clear-groups"])).toEqual([errno("EACCES"), path]);
  expect(devicesOf(path)).toBe("");
});
