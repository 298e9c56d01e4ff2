// What an ordinary user can keep containers on: layers, btrfs, a directory whose blocks are shared; with the reason, and what is refused.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chownSync, mkdirSync, readdirSync, readFileSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, inside, leavePlace, makePlace, start, works } from "./place.ts";
import type { Place } from "./place.ts";
import { home, sh } from "./port.ts";

const PATIENCE_MS = 90_000;
const place = makePlace("user-owned");
const { name } = place;
const config = join(place.lxcpath, "c.conf");
const folders = ["btrfs", "xfs"] as const;
const on = (folder: string, called = name): Place => ({ ...place, name: called, lxcpath: join(place.lxcpath, folder, "c") });
beforeAll(() => {
  writeFileSync(config, `${place.config.join("\n")}\n`);
  sh("truncate -s 300M btrfs.image; mkfs.btrfs -q btrfs.image; truncate -s 320M xfs.image; mkfs.xfs -q -m reflink=1 xfs.image", place.lxcpath);
  for (const folder of ["plain", ...folders]) {
    mkdirSync(join(place.lxcpath, folder));
    if (folder !== "plain") sh(`mount -o loop ${folder}.image ${folder}`, place.lxcpath);
    mkdirSync(join(place.lxcpath, folder, "c"));
    if (place.user !== undefined) chownSync(join(place.lxcpath, folder, "c"), place.user.uid, place.user.gid);
  }
}, PATIENCE_MS);
afterAll(async () => {
  for (const folder of folders) spawnSync("umount", [join(place.lxcpath, folder)]);
  await leavePlace(place);
}, PATIENCE_MS);

const create = (there: Place, ...words: readonly string[]): { readonly status: number; readonly stderr: string } => berth(there, "lxc-create", ["-n", there.name, "-t", "busybox", "-f", config, ...words]);
function booted(there: Place, line: string): string {
  start(there);
  const said = inside(there, line);
  works(there, "lxc-stop", ["-n", there.name, "-k"]);
  return said;
}

/** Written, kept, changed, put back, copied in every way, removed: nothing is left. */
function lives(there: Place): void {
  const copy: Place = { ...there, name: `${there.name}2` };
  booted(there, "echo one > /etc/mark; chown 5:6 /etc/mark; rm /etc/inittab");
  works(there, "lxc-snapshot", ["-n", there.name]);
  booted(there, "echo two > /etc/mark");
  works(there, "lxc-snapshot", ["-n", there.name, "-r", "snap0"]);
  expect(booted(there, "cat /etc/mark; stat -c %u:%g /etc/mark")).toBe("one\n5:6");
  for (const words of [[], ["-s"]]) {
    works(there, "lxc-copy", ["-n", there.name, "-N", copy.name, ...words]);
    expect(booted(copy, "cat /etc/mark; stat -c %u:%g /etc/mark; ls /etc/inittab 2>/dev/null; hostname")).toBe(`one\n5:6\n${copy.name}`);
    works(there, "lxc-destroy", ["-n", copy.name]);
  }
  works(there, "lxc-destroy", ["-n", there.name, "-s"]);
  expect(readdirSync(there.lxcpath)).toEqual([]);
}

test.each([["overlay", "plain"], ["btrfs", "btrfs"], ["overlay", "btrfs"], ["overlay", "xfs"], ["dir", "xfs"]])("-B %s on %s", (backend, folder) => {
  const there = on(folder);
  expect(create(there, "-B", backend)).toMatchObject({ status: 0 });
  expect(readFileSync(home(there, "config"), "utf8")).toContain(`lxc.rootfs.path = ${backend}:`);
  if (backend === "btrfs") expect(statSync(home(there, "rootfs")).ino).toBe(256);
  lives(there);
}, PATIENCE_MS);

test("-B best and lists: which one, why, and why not the others; what cannot be is refused", () => {
  const plain = on("plain");
  const said = (there: Place, wish: string): readonly [number, string] => {
    const { status, stderr } = create(there, "-B", wish);
    const path = status === 0 ? /^lxc.rootfs.path = (\w+):/m.exec(readFileSync(home(there, "config"), "utf8"))?.[1] ?? "" : "";
    if (status === 0) works(there, "lxc-destroy", ["-n", there.name]);
    return [status, `${path}|${stderr}`];
  };
  const cases: readonly (readonly [Place, string, number, RegExp])[] = [
    [plain, "best", 0, /^dir\|.* is kept on dir: a directory works everywhere \(cannot use '-B btrfs': '.*' does not lie on btrfs; Unprivileged users cannot create zfs or lvm containers\)\n$/],
    [on("btrfs"), "best", 0, /^btrfs\|.* is kept on btrfs: copies and snapshots take no time there\n$/],
    [plain, "loop,zfs,overlay", 0, /^overlay\|.* is kept on overlay: layers above a directory \(Unprivileged users cannot create loop or zfs containers\)\n$/],
    [plain, "loop,lvm", 1, /cannot create loop or lvm containers\n {4}cause: the kernel lets only root mount file systems that lie on block devices; only root may use lvm\n {4}remedy: [^\n]*\n[^\n]*Failed to create/],
    [plain, "btrfs", 1, /does not lie on btrfs\n {4}remedy: put the containers on one with -P, or use -B dir\n/],
    [plain, "nbd", 1, /cannot use '-B nbd'[^]*remedy: qemu-img create and mkfs/], [plain, "what", 1, /what is not a valid backing storage type\n {4}remedy: one of /],
  ];
  for (const [there, wish, status, text] of cases) expect([wish, ...said(there, wish)]).toEqual([wish, status, expect.stringMatching(text)]);
  expect(readdirSync(plain.lxcpath)).toEqual([]);
}, PATIENCE_MS);

const used = (path: string): number => {
  const { bsize, blocks, bfree } = statfsSync(path);
  return bsize * (blocks - bfree);
};
test.each(folders)("a whole copy on %s shares its blocks", (folder) => {
  const there = on(folder);
  expect(create(there).status).toBe(0);
  booted(there, "head -c 30000000 /dev/zero | tr '\\0' x > /etc/large; sync");
  spawnSync("sync");
  const before = used(there.lxcpath);
  works(there, "lxc-copy", ["-n", name, "-N", `${name}2`]);
  works(there, "lxc-snapshot", ["-n", name]);
  spawnSync("sync");
  expect(used(there.lxcpath) - before).toBeLessThan(15_000_000);
  works(there, "lxc-destroy", ["-n", `${name}2`]);
  works(there, "lxc-destroy", ["-n", name, "-s"]);
}, PATIENCE_MS);
