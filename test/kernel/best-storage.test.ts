// What root's containers are kept on when a list is given, or the best: the first that can be had, with the reason, and why none before it.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, leavePlace, makePlace, works } from "./place.ts";
import type { Place } from "./place.ts";
import { home, sh } from "./port.ts";

const PATIENCE_MS = 90_000;
const place = makePlace("privileged");
const on = (folder: string): Place => ({ ...place, lxcpath: join(place.lxcpath, folder) });
beforeAll(() => {
  writeFileSync(join(place.lxcpath, "c.conf"), "lxc.net.0.type = empty\n");
  for (const folder of ["plain", "btrfs"]) mkdirSync(on(folder).lxcpath);
  sh("truncate -s 300M image; mkfs.btrfs -q image; mount -o loop image btrfs", place.lxcpath);
}, PATIENCE_MS);
afterAll(async () => {
  spawnSync("umount", [on("btrfs").lxcpath]);
  await leavePlace(place);
}, PATIENCE_MS);

/** What it is kept on, and what was said. */
function kept(there: Place, wish: string): readonly [number, string, string] {
  const { status, stderr } = berth(there, "lxc-create", ["-n", there.name, "-t", "busybox", "-f", join(place.lxcpath, "c.conf"), "-B", wish, ...(/loop|best/.test(wish) ? ["--fssize", "24M"] : [])]);
  const path = status === 0 ? /^lxc.rootfs.path = (\w+):/m.exec(readFileSync(home(there, "config"), "utf8"))?.[1] ?? "" : "";
  if (status === 0) works(there, "lxc-destroy", ["-n", there.name]);
  expect(readdirSync(there.lxcpath)).toEqual([]);
  return [status, path, stderr];
}

test.each([
  ["plain", "best", "dir", /is kept on dir: a directory works everywhere \(cannot use '-B btrfs': '.*' does not lie on btrfs; .*zfs.*; .*lvm.*\)\n$/],
  ["btrfs", "best", "btrfs", /is kept on btrfs: copies and snapshots take no time there\n$/],
  ["plain", "btrfs,loop,dir", "loop", /is kept on loop: an image has a size of its own \(cannot use '-B btrfs': '.*' does not lie on btrfs\)\n$/],
  ["plain", "overlayfs,loop", "overlay", /is kept on overlay: layers above a directory\n$/],
] as const)("%s: -B %s is %s", (folder, wish, path, words) => {
  expect(kept(on(folder), wish)).toEqual([0, path, expect.stringMatching(words)]);
}, PATIENCE_MS);

test("none of them: each is told with its reason, and nothing is made", () => {
  const [status, , stderr] = kept(on("plain"), "btrfs,nbd");
  expect([status, stderr]).toEqual([1, expect.stringMatching(/cannot use '-B btrfs': '.*' does not lie on btrfs[^]*cannot use '-B nbd'/)]);
  expect(kept(on("plain"), "btrfs,ext4")[2]).toContain("ext4 is not a valid backing storage type");
}, PATIENCE_MS);

test("a copy as well: the first of the list that it can be put on, a snapshot on one that has any; which, and why, is said", () => {
  const there = on("plain");
  works(there, "lxc-create", ["-n", there.name, "-t", "busybox", "-f", join(place.lxcpath, "c.conf")]);
  const other = `${there.name}2`;
  const cases: readonly (readonly [string, string, RegExp, ...(readonly string[])])[] = [
    ["best", "dir", /a directory works everywhere \(cannot use '-B btrfs': [^\n]* does not lie on btrfs; /], ["btrfs,loop", "loop", /an image has a size of its own \(cannot use '-B btrfs'/, "-L", "24M"],
    ["btrfs,overlay", "overlay", /layers above a directory \(a root file system on dir has no snapshot on btrfs\)/, "-s"], ["best", "overlay", /layers above a directory \(a root file system on dir has no snapshot on btrfs, zfs or lvm\)/, "-s"],
    // tried, not only judged: no file system fits into 4 KiB
    ["loop,dir", "dir", /a directory works everywhere \(cannot make 'loop:[^\n]*: mkfs.ext4 /, "-L", "4k"],
  ];
  for (const [wish, path, reason, ...more] of cases) {
    const { status, stderr } = berth(there, "lxc-copy", ["-n", there.name, "-N", other, "-B", wish, ...more]);
    expect([wish, status, stderr]).toEqual([wish, 0, expect.stringMatching(new RegExp(`^(copying .*\n)*${other} is kept on ${path}: ${reason.source}`))]);
    expect(readdirSync(home({ ...there, name: other })).includes("rootdev")).toBe(path === "loop");
    expect([wish, readFileSync(home({ ...there, name: other }, "config"), "utf8")]).toEqual([wish, expect.stringContaining(`lxc.rootfs.path = ${path}:`)]);
    works(there, "lxc-destroy", ["-n", other]);
  }
  const { status, stderr } = berth(there, "lxc-copy", ["-n", there.name, "-N", other, "-B", "btrfs,what"]);
  expect([status, stderr, readdirSync(there.lxcpath)]).toEqual([1, expect.stringMatching(/does not lie on btrfs[^]*cannot put a copy on 'what'/), [there.name]]);
  works(there, "lxc-destroy", ["-n", there.name]);
}, PATIENCE_MS);

test("lxc-copy -e -t of a subvolume: in layers, whose upper one is in memory", () => {
  const there = on("btrfs");
  works(there, "lxc-create", ["-n", there.name, "-t", "busybox", "-f", join(place.lxcpath, "c.conf"), "-B", "btrfs"]);
  const { status, stdout } = berth(there, "lxc-copy", ["-n", there.name, "-e", "-t", "--", "sh", "-c", "touch /x && grep ' / overlay ' /proc/mounts"]);
  expect([status, stdout]).toEqual([0, expect.stringContaining(`lowerdir=${home(there, "rootfs")}`)]);
  expect(readdirSync(there.lxcpath)).toEqual([there.name]);
  works(there, "lxc-destroy", ["-n", there.name]);
}, PATIENCE_MS);

test("an image, copied to layers: its files are the lower one; a snapshot of it in layers is refused", () => {
  const there = on("plain");
  const other: Place = { ...there, name: `${there.name}2` };
  works(there, "lxc-create", ["-n", there.name, "-t", "busybox", "-f", join(place.lxcpath, "c.conf"), "-B", "loop", "--fssize", "24M"]);
  expect(berth(there, "lxc-copy", ["-n", there.name, "-N", other.name, "-B", "overlay", "-s"])).toMatchObject({ status: 1, stderr: expect.stringContaining("layers cannot lie above a root file system on 'loop'") });
  works(there, "lxc-copy", ["-n", there.name, "-N", other.name, "-B", "overlay"]);
  works(there, "lxc-destroy", ["-n", there.name]);
  expect(readFileSync(home(other, "config"), "utf8")).toContain(`lxc.rootfs.path = overlay:${home(other, "rootfs")}:${home(other, "overlay/delta")}`);
  works(there, "lxc-start", ["-n", other.name]);
  expect(works(there, "lxc-attach", ["-n", other.name, "--", "sh", "-c", "touch /x && ls /bin/busybox"])).toBe("/bin/busybox\n");
  works(there, "lxc-stop", ["-n", other.name, "-k"]);
  works(there, "lxc-destroy", ["-n", other.name]);
}, PATIENCE_MS);
