// Create, copy, snapshot and restore, killed before each of their steps in turn: afterwards there is the old state or the new
// one, and the next command cleans and goes on. Between the two renamings of a restore, too.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { create, inside, leavePlace, makePlace, start, works } from "../kernel/place.ts";
import { isGone, isThere, makeKiller } from "./kill-steps.ts";

const PATIENCE_MS = 110_000;
const place = makePlace("root-owned");
const { lxcpath, name } = place;
const killer = makeKiller(place, ["web.conf"]);
const other = `${name}2`;
const home = (...path: readonly string[]): string => join(lxcpath, name, ...path);
const write = (text: string): void => writeFileSync(home("rootfs/mark"), text);
const read = (container: string): string => readFileSync(join(lxcpath, container, "rootfs/mark"), "utf8");
const config = (): string => readFileSync(home("config"), "utf8");

beforeAll(() => {
  create(place);
  write("one");
  works(place, "lxc-snapshot", ["-n", name]);
}, PATIENCE_MS);
afterAll(async () => {
  works(place, "lxc-destroy", ["-n", name, "-s"]);
  await leavePlace(place);
}, PATIENCE_MS);

test("create", async () => {
  writeFileSync(join(lxcpath, "web.conf"), `${place.config.join("\n")}\n`);
  const words = ["lxc-create", "-n", other, "-t", "busybox", "-f", join(lxcpath, "web.conf")];
  await killer.each(4, words, async () => {
    await killer.again(words, isThere);
    expect([existsSync(join(lxcpath, other, "rootfs/bin/busybox")), existsSync(join(lxcpath, other, "partial")), killer.left()]).toEqual([true, false, [other]]);
    await killer.again(["lxc-destroy", "-n", other]);
  });
}, PATIENCE_MS);

test("copy", async () => {
  await killer.each(3, ["lxc-copy", "-n", name, "-N", other], async () => {
    await killer.again(["lxc-copy", "-n", name, "-N", other], isThere);
    expect([read(other), read(name)]).toEqual(["one", "one"]);
    await killer.again(["lxc-destroy", "-n", other]);
    expect(killer.left()).toEqual([]);
  });
}, PATIENCE_MS);

test("a copy in layers: killed, it counts not among the clones", async () => {
  await killer.each(3, ["lxc-copy", "-n", name, "-N", other, "-s"], async () => {
    await killer.again(["lxc-destroy", "-n", other], isGone);
    expect([existsSync(home("lxc_snapshots")), killer.left()]).toEqual([false, []]);
  });
}, PATIENCE_MS);

test("snapshot", async () => {
  await killer.each(3, ["lxc-snapshot", "-n", name], async () => {
    await killer.again(["lxc-snapshot", "-n", name]);
    const kept = works(place, "lxc-snapshot", ["-n", name, "-L"]).trim().split("\n").map((line) => line.split(" ")[0] ?? "");
    for (const one of kept) expect(readFileSync(home("snaps", one, "rootfs/mark"), "utf8")).toBe("one");
    expect(readdirSync(home("snaps")).toSorted()).toEqual(kept.toSorted());
    for (const one of kept.slice(1)) await killer.again(["lxc-snapshot", "-n", name, "-d", one]);
    expect(readdirSync(home("snaps"))).toEqual(["snap0"]);
  });
}, PATIENCE_MS);

const stages = (): readonly string[] => readdirSync(home(".berth")).filter((entry) => /^(restore|exchange|changing)/.test(entry));

test("restore", async () => {
  write("two");
  await killer.each(3, ["lxc-snapshot", "-n", name, "-r", "snap0"], async () => {
    expect(["one", "two"]).toContain(read(name));
    await killer.again(["lxc-snapshot", "-n", name, "-r", "snap0"]);
    expect([read(name), stages()]).toEqual(["one", []]);
    write("two");
  });
  write("one");
}, PATIENCE_MS);

test("restore, killed after its files and before its config had their places: the next command puts the config there", () => {
  write("two");
  const kept = config();
  writeFileSync(home("config"), `${kept}lxc.environment = LATER=1\n`);
  let step = 1;
  while (!existsSync(home(".berth/exchange"))) killer.at(step++, ["lxc-snapshot", "-n", name, "-r", "snap0"]);
  expect([read(name), config().includes("LATER")]).toEqual(["two", true]);
  start(place);
  expect(inside(place, "cat /mark; echo; echo $LATER")).toBe("two\n1");
  works(place, "lxc-stop", ["-n", name, "-k"]);
  // what the engine's first step does
  renameSync(home("rootfs"), home("aside"));
  renameSync(home(".berth/restore/rootfs"), home("rootfs"));
  renameSync(home("aside"), home(".berth/restore/rootfs"));
  start(place);
  expect([inside(place, "cat /mark"), config(), existsSync(home(".berth/exchange"))]).toEqual(["one", kept, false]);
  works(place, "lxc-stop", ["-n", name, "-k"]);
  works(place, "lxc-copy", ["-n", name, "-N", other]);
  expect([read(other), stages()]).toEqual(["one", []]);
  works(place, "lxc-destroy", ["-n", other]);
  rmSync(home("aside"), { recursive: true, force: true });
}, PATIENCE_MS);
