// Copy, snapshot, restore and destroy on layers, on btrfs and on an image, killed before each of their steps in turn: afterwards
// there is the old state or the new one, whole, and the next command cleans and goes on; no loop device and no subvolume is left.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, leavePlace, makePlace, works } from "../kernel/place.ts";
import type { Place } from "../kernel/place.ts";
import { sh } from "../kernel/port.ts";
import { isGone, isThere, makeKiller } from "./kill-steps.ts";

const PATIENCE_MS = 170_000;
const place = makePlace("root-owned");
const { name } = place;
const other = `${name}2`;
const STORES = [["overlay", []], ["btrfs", []], ["loop", ["--fssize", "24M"]]] as const;
const on = (backend: string): Place => ({ ...place, lxcpath: join(place.lxcpath, backend) });

beforeAll(() => {
  for (const [backend] of STORES) mkdirSync(on(backend).lxcpath);
  sh("truncate -s 900M image; mkfs.btrfs -q image; mount -o loop image btrfs", place.lxcpath);
}, PATIENCE_MS);
afterAll(async () => {
  sh("umount btrfs", place.lxcpath);
  await leavePlace(place);
}, PATIENCE_MS);

test.each([...STORES])("%s", async (backend, words) => {
  const there = on(backend);
  const killer = makeKiller(there, ["web.conf"]);
  const cp = (...args: readonly string[]): readonly string[] => ["cp", "-P", there.lxcpath, ...args];
  const read = (container: string): string => works(there, "berth", cp(`${container}:/etc/mark`, "-"));
  const write = (text: string): void => expect(berth(there, "berth", cp("-", `${name}:/etc/mark`), { input: text })).toEqual({ status: 0, stdout: "", stderr: "" });
  const inside = (folder: string): readonly string[] => readdirSync(join(there.lxcpath, name, folder)).toSorted();
  const stages = (): readonly string[] => inside(".berth").filter((entry) => /^(restore|exchange|changing)/.test(entry));

  writeFileSync(join(there.lxcpath, "web.conf"), `${place.config.join("\n")}\n`);
  works(there, "lxc-create", ["-n", name, "-t", "busybox", "-f", join(there.lxcpath, "web.conf"), "-B", backend, ...words]);
  write("one");
  const all = inside("");

  await killer.each(4, ["lxc-copy", "-n", name, "-N", other], async () => {
    await killer.again(["lxc-copy", "-n", name, "-N", other], isThere);
    expect([read(other), read(name)]).toEqual(["one", "one"]);
    await killer.again(["lxc-destroy", "-n", other]);
    expect([killer.left(), inside("")]).toEqual([[], all]);
  });

  const snapshot = (...more: readonly string[]): readonly string[] => ["lxc-snapshot", "-n", name, ...more];
  await killer.again(snapshot());
  await killer.each(3, snapshot(), async () => {
    await killer.again(snapshot());
    const kept = works(there, "lxc-snapshot", ["-n", name, "-L"]).trim().split("\n").map((line) => line.split(" ")[0] ?? "");
    expect(inside("snaps")).toEqual(kept.toSorted());
    await killer.again(snapshot("-r", kept.at(-1) ?? "", "-N", other));
    expect(read(other)).toBe("one");
    await killer.again(["lxc-destroy", "-n", other]);
    for (const one of kept.slice(1)) await killer.again(snapshot("-d", one));
    expect(inside("snaps")).toEqual(["snap0"]);
  });

  write("two");
  await killer.each(3, snapshot("-r", "snap0"), async () => {
    expect(["one", "two"]).toContain(read(name));
    await killer.again(snapshot("-r", "snap0"));
    expect([read(name), stages()]).toEqual(["one", []]);
    write("two");
  });

  await killer.again(["lxc-copy", "-n", name, "-N", other]);
  await killer.each(2, ["lxc-destroy", "-n", other], async () => {
    await killer.again(["lxc-destroy", "-n", other], isGone);
    expect(killer.left()).toEqual([]);
    await killer.again(["lxc-copy", "-n", name, "-N", other]);
  });
  await killer.again(["lxc-destroy", "-n", other]);

  works(there, "lxc-destroy", ["-n", name, "-s"]);
  expect(readdirSync(there.lxcpath).toSorted()).toEqual(["prefix", "web.conf"]);
  expect(spawnSync("losetup", ["-a"], { encoding: "utf8" }).stdout).not.toContain(`${there.lxcpath}/`);
  if (backend === "btrfs") expect(sh(`btrfs subvolume list ${there.lxcpath}`, "/")).toBe("");
}, PATIENCE_MS);
