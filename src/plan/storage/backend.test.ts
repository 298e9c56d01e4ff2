import { expect, test } from "bun:test";
import { byOption } from "../../model/origin.ts";
import { BACKENDS, type BackendFacts } from "../../model/storage.ts";
import { backendProblem, candidatesOf, isChoice, toldOnce, wordsOf } from "./backend.ts";

const none: BackendFacts = { isRoot: true, place: "/var/lib/lxc", isOnBtrfs: false, programs: [], hasLoop: false, hasDeviceMapper: false, hasZfs: false, hasThinPool: false };
const all: BackendFacts = { ...none, isOnBtrfs: true, programs: ["btrfs", "lvcreate", "zfs", "rbd", "mkfs.ext4", "mkfs.xfs"], hasLoop: true, hasDeviceMapper: true, hasZfs: true };
const at = byOption("--bdev");
const why = (facts: BackendFacts, fstype?: string): readonly string[] => BACKENDS.map((backend) => backendProblem(backend, facts, { fstype, at })?.text ?? "");
const names = (wanted: string | undefined, facts: BackendFacts): readonly string[] => {
  const found = candidatesOf(wanted, facts, undefined);
  return found.ok ? found.value.map(({ backend }) => backend) : found.problems.map(({ text }) => text);
};

test("each has what it needs, or says what is missing", () => {
  expect(why(all)).toEqual(Array(7).fill(""));
  expect(why(none)).toEqual(["", "", "cannot use '-B btrfs': '/var/lib/lxc' does not lie on btrfs", "cannot use '-B loop': this kernel has no loop devices", "cannot use '-B lvm': the program 'lvcreate' is missing", "cannot use '-B zfs': the program 'zfs' is missing", "cannot use '-B rbd': the program 'rbd' is missing"]);
  expect(why({ ...all, programs: ["lvcreate", "zfs", "rbd"], hasZfs: false }, "f2fs").slice(2)).toEqual(["cannot use '-B btrfs': the program 'btrfs' is missing", "cannot use '-B loop': the program 'mkfs.f2fs' is missing", "cannot use '-B lvm': the program 'mkfs.f2fs' is missing", "cannot use '-B zfs': this kernel has no file system 'zfs'", "cannot use '-B rbd': the program 'mkfs.f2fs' is missing"]);
  expect(backendProblem("lvm", { ...all, hasDeviceMapper: false }, { at })).toMatchObject({ text: "cannot use '-B lvm': this kernel has no device mapper", remedy: expect.stringContaining("modprobe") });
});
test("layers are named with colons between them", () => {
  expect([backendProblem("overlay", all, { at }), backendProblem("overlay", { ...all, place: "/srv/a:b" }, { at })?.text]).toEqual([undefined, "cannot use '-B overlay': layers cannot be named in '/srv/a:b'"]);
});
test("a program whose package nobody knows", () => {
  expect(backendProblem("loop", all, { fstype: "vfat", at })).toMatchObject({ text: "cannot use '-B loop': the program 'mkfs.vfat' is missing", remedy: "install the package that holds mkfs.vfat" });
});
test("an ordinary user has what needs no block device, and is told why", () => {
  const user = { ...all, isRoot: false };
  expect(why(user)).toEqual(["", "", "", ...["loop", "lvm", "zfs", "rbd"].map((name) => `Unprivileged users cannot create ${name} containers`)]);
  expect(backendProblem("loop", user, { at })).toMatchObject({ code: "privilege", cause: expect.stringContaining("only root mount"), remedy: expect.stringContaining("-B dir") });
});
test("best and lists: those that can be had, in their order", () => {
  expect([names(undefined, all), names("best", all), names("best", none), names("zfs,none,best", none), names("overlayfs", none), names("loop,rbd", all)]).toEqual([["dir"], ["btrfs", "zfs", "lvm", "dir"], ["dir"], ["dir", "dir"], ["overlay"], ["loop", "rbd"]]);
  expect(names("zfs,rbd", none)).toEqual(["cannot use '-B zfs': the program 'zfs' is missing", "cannot use '-B rbd': the program 'rbd' is missing"]);
  expect(names("nbd", all)[0]).toContain("an image of qemu cannot be made");
  expect(names("ext4", all)).toEqual(["ext4 is not a valid backing storage type"]);
});
test("the choice is said with its reason, and why none before it", () => {
  const found = candidatesOf("zfs,loop", { ...all, hasZfs: false }, undefined);
  expect(found.ok && found.value).toEqual([{ backend: "loop", reason: "an image has a size of its own (cannot use '-B zfs': this kernel has no file system 'zfs')" }]);
});
test("the best for a snapshot of a directory is layers", () => {
  expect([wordsOf("best"), wordsOf("loop,best", "snapshot"), isChoice("best"), isChoice("dir,loop"), isChoice("dir"), isChoice(undefined)]).toEqual([["btrfs", "zfs", "lvm", "dir"], ["loop", "btrfs", "zfs", "lvm", "overlay"], true, true, false, false]);
});
test("refusals that differ in the back end alone are told once, with each cause", () => {
  const refused = (["zfs", "lvm", "btrfs", "loop"] as const).flatMap((word) => {
    const problem = backendProblem(word, { ...none, isRoot: false }, { at });
    return problem === undefined ? [] : [{ word, problem }];
  });
  expect(toldOnce(refused)).toMatchObject([
    { text: "Unprivileged users cannot create zfs, lvm or loop containers", cause: "only root may use zfs or lvm; the kernel lets only root mount file systems that lie on block devices", remedy: expect.stringContaining("use -B dir") },
    { text: "cannot use '-B btrfs': '/var/lib/lxc' does not lie on btrfs" },
  ]);
});
