// Containers in images of qemu's (nbd:FILE): copied, kept and put back by qemu-img, without a start that would connect them.
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeKiller, type Killer } from "../chaos/kill-steps.ts";
import { berth, eventually, leavePlace, makePlace, works } from "./place.ts";
import type { Ran } from "./place.ts";
import { sh } from "./port.ts";

const PATIENCE_MS = 90_000;
const place = makePlace("privileged");
const { lxcpath, name } = place;
const other = `${name}2`;
const path = (...names: readonly string[]): string => join(lxcpath, ...names);
let killer: Killer;
beforeAll(() => { killer = makeKiller(place, ["images"]); }, PATIENCE_MS);
afterAll(() => leavePlace(place), PATIENCE_MS);

const SIZE = 4 << 20;
const MARK_AT = 1 << 20;
const image = path("images/disk.qcow2");
/** What a container would have written to it: an image above another one holds only that. */
const write = (text: string): string => sh(`qemu-img create -q -f qcow2 -F raw -b "$PWD/base.raw" new.qcow2; qemu-io -f qcow2 -c 'write -q -P ${text.charCodeAt(0)} ${MARK_AT} 512' new.qcow2; mv new.qcow2 disk.qcow2`, path("images"));
function read(file: string): string {
  const bytes = spawnSync("qemu-img", ["dd", "-f", "qcow2", "-O", "raw", "bs=512", `skip=${MARK_AT / 512}`, `count=${MARK_AT / 512 + 1}`, `if=${file}`, `of=${path("images/mark")}`]);
  expect(bytes.stderr.toString()).toBe("");
  const text = readFileSync(path("images/mark")).subarray(0, 1).toString();
  rmSync(path("images/mark"));
  return text;
}
const infoOf = (file: string): string => sh(`qemu-img info ${file}`, "/");
const rootfsOf = (container: string): string => /lxc\.rootfs\.path = (.*)/.exec(readFileSync(path(container, "config"), "utf8"))?.[1] ?? "";
const snapshot = (...words: readonly string[]): Ran => berth(place, "lxc-snapshot", ["-n", name, ...words]);
const copy = (...words: readonly string[]): Ran => berth(place, "lxc-copy", ["-n", name, "-N", other, ...words]);
const good = (ran: Ran): void => expect(ran).toMatchObject({ status: 0, stderr: "" });
const records = (): readonly string[] => readdirSync(path(name, ".berth")).filter((entry) => /^(restore|exchange|changing)/.test(entry));

beforeEach(() => {
  for (const one of [name, "images"]) rmSync(path(one), { recursive: true, force: true });
  for (const one of [name, "images"]) mkdirSync(path(one));
  writeFileSync(path("images/base.raw"), "");
  sh(`truncate -s ${SIZE} base.raw`, path("images"));
  write("a");
  writeFileSync(path(name, "config"), `lxc.uts.name = ${name}\nlxc.rootfs.path = nbd:${image}:2\n`);
});

test("kept, and put back in its place: whole, under its own name, the partition as it was", () => {
  good(snapshot());
  const kept = path(name, "snaps/snap0/rootdev");
  expect([rootfsOf(`${name}/snaps/snap0`), read(kept), infoOf(kept).includes("backing file"), infoOf(kept).includes("file format: qcow2")]).toEqual([`nbd:${kept}:2`, "a", false, true]);
  write("b");
  good(snapshot("-r", "snap0"));
  expect([read(image), read(kept), rootfsOf(name), records(), readdirSync(path("images")).toSorted()]).toEqual(["a", "a", `nbd:${image}:2`, [], ["base.raw", "disk.qcow2"]]);
  good(snapshot("-r", "snap0", "-N", other));
  expect([read(path(other, "rootdev")), rootfsOf(other)]).toEqual(["a", `nbd:${path(other, "rootdev")}:2`]);
  works(place, "lxc-destroy", ["-n", other]);
  good(snapshot("-d", "snap0"));
  expect(existsSync(kept)).toBe(false);
}, PATIENCE_MS);

test("copied as it is; its files are not read, and no clone hangs on it", () => {
  good(copy());
  expect([read(path(other, "rootdev")), rootfsOf(other), readFileSync(path(other, "config"), "utf8").includes(`lxc.uts.name = ${other}`)]).toEqual(["a", `nbd:${path(other, "rootdev")}:2`, true]);
  works(place, "lxc-destroy", ["-n", other]);
  for (const [words, said] of [[["-s"], "has no snapshot on 'nbd'"], [["-B", "dir"], "is connected by a start alone: its files are not read"]] as const) expect(copy(...words)).toMatchObject({ status: 1, stderr: expect.stringContaining(said) });
  writeFileSync(path(name, "config"), "lxc.hook.clone = /bin/true\n", { flag: "a" });
  expect(copy().stderr).toContain("lxc.hook.clone cannot be run");
  expect(killer.left()).toEqual([]);
}, PATIENCE_MS);

test("refused, and as it was: somebody writes to it, it lies on another file system, it is gone", async () => {
  good(snapshot());
  write("b");
  const writer = spawn("qemu-nbd", ["-t", "-f", "qcow2", "-k", path("images/socket"), image], { stdio: "ignore" });
  await eventually("it has the image", () => existsSync(path("images/socket")));
  for (const words of [[], ["-r", "snap0"]]) expect(snapshot(...words)).toMatchObject({ status: 1, stderr: expect.stringMatching(/lock[^]*another process using the image/) });
  writer.kill();
  await new Promise((resolve) => { writer.once("exit", resolve); });
  expect([read(image), records(), readdirSync(path(name, "snaps"))]).toEqual(["b", [], ["snap0"]]);
  const far = path("images/far");
  sh(`mkdir far; mount -t tmpfs far far; cp disk.qcow2 far/`, path("images"));
  writeFileSync(path(name, "config"), `lxc.rootfs.path = nbd:${far}/disk.qcow2\n`);
  expect(snapshot("-r", "snap0").stderr).toContain("lies on another file system than");
  sh("umount far", path("images"));
  expect(snapshot("-r", "snap0").stderr).toContain(`'${far}/disk.qcow2' is not there`);
}, PATIENCE_MS);

test("killed before each step of a restore and of a copy: the old state or the new one, and the next command goes on", async () => {
  good(snapshot());
  write("b");
  const restore = ["lxc-snapshot", "-n", name, "-r", "snap0"];
  await killer.each(3, restore, async () => {
    expect(["a", "b"]).toContain(read(image));
    await killer.again(restore);
    expect([read(image), records()]).toEqual(["a", []]);
    write("b");
  });
  await killer.each(2, ["lxc-copy", "-n", name, "-N", other], async () => {
    await killer.again(["lxc-destroy", "-n", other], (said) => said.includes("is not defined"));
    expect(killer.left()).toEqual([]);
  });
}, PATIENCE_MS);
