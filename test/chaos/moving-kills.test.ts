// Import, destroy, trash and undelete, killed before each of their steps in turn: afterwards there is the old state or
// the new one, and the next command cleans and goes on.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { create, leavePlace, makePlace, works } from "../kernel/place.ts";
import { isGone, isThere, makeKiller } from "./kill-steps.ts";

const PATIENCE_MS = 110_000;
const place = makePlace("root-owned");
const { lxcpath, name } = place;
const killer = makeKiller(place, ["web.tar"]);
const other = `${name}2`;
const archive = join(lxcpath, "web.tar");
const home = (...path: readonly string[]): string => join(lxcpath, name, ...path);
const read = (container: string): string => readFileSync(join(lxcpath, container, "rootfs/mark"), "utf8");

beforeAll(() => {
  create(place);
  writeFileSync(home("rootfs/mark"), "one");
  works(place, "lxc-snapshot", ["-n", name]);
  works(place, "berth", ["export", "-P", lxcpath, name, "-o", archive]);
}, PATIENCE_MS);
afterAll(async () => {
  works(place, "lxc-destroy", ["-n", name, "-s"]);
  await leavePlace(place);
}, PATIENCE_MS);

test("import", async () => {
  await killer.each(4, ["berth", "import", other], async () => {
    await killer.again(["berth", "import", other], isThere, archive);
    expect([read(other), existsSync(join(lxcpath, other, "snaps/snap0/config"))]).toEqual(["one", true]);
    await killer.again(["lxc-destroy", "-n", other, "-s"]);
    expect(killer.left()).toEqual([]);
  }, archive);
}, PATIENCE_MS);

test("destroy", async () => {
  await killer.again(["lxc-copy", "-n", name, "-N", other]);
  await killer.each(2, ["lxc-destroy", "-n", other], async () => {
    await killer.again(["lxc-destroy", "-n", other], isGone);
    expect(killer.left()).toEqual([]);
    await killer.again(["lxc-copy", "-n", name, "-N", other]);
  });
  await killer.again(["lxc-destroy", "-n", other], isGone);
}, PATIENCE_MS);

const trashed = (): readonly string[] => (existsSync(join(lxcpath, ".trash")) ? readdirSync(join(lxcpath, ".trash")) : []);
const inTrash = (stderr: string): boolean => stderr.includes("is in the trash");

test.each(["rm", "undelete"])("into the trash, and back: %s", async (verb) => {
  await killer.again(["lxc-copy", "-n", name, "-N", other]);
  if (verb === "undelete") await killer.again(["berth", "rm", other]);
  await killer.each(1, ["berth", verb, other], async () => {
    expect([...killer.left().filter((entry) => entry === other), ...trashed()]).toHaveLength(1);
    await killer.again(["berth", "undelete", other], inTrash);
    expect(read(other)).toBe("one");
    if (verb === "undelete") await killer.again(["berth", "rm", other]);
  });
  await killer.again(["berth", "undelete", other], inTrash);
  await killer.again(["lxc-destroy", "-n", other]);
}, PATIENCE_MS);

/** Names in the source's lxc_snapshots. */
const counted = (): readonly string[] => (existsSync(home("lxc_snapshots")) ? readFileSync(home("lxc_snapshots"), "utf8").split("\n").filter((_, i) => i % 2 === 1) : []);
const isWhole = (container: string): boolean => existsSync(join(lxcpath, container, "config")) && !existsSync(join(lxcpath, container, "partial"));
const clone = ["lxc-copy", "-n", name, "-N", other, "-s"];
const third = `${name}3`;
const CLONES: readonly (readonly [string, readonly string[]])[] = [
  ["copy", clone], ["destroy", ["lxc-destroy", "-n", other]], ["rename", ["lxc-copy", "-n", other, "-N", third, "-R"]], ["rm", ["berth", "rm", other]],
];
test.each([...CLONES])("a clone is counted wherever it is, and nothing that is gone: %s", async (verb, words) => {
  if (verb !== "copy") await killer.again(clone);
  await killer.each(2, words, async () => {
    const there = [other, third, ...trashed()].filter((one) => isWhole(one) || trashed().includes(one));
    expect(counted()).toEqual(expect.arrayContaining([...there]));
    for (const one of [other, third]) await killer.again(["lxc-destroy", "-n", one], isGone);
    await killer.again(["berth", "undelete", "--purge"], () => true);
    expect([killer.left(), existsSync(home("lxc_snapshots"))]).toEqual([[], false]);
    if (verb !== "copy") await killer.again(clone);
  });
  await killer.again(["lxc-destroy", "-n", other], isGone);
}, PATIENCE_MS);
