// Shift and resize, killed before each of their steps in turn: afterwards there are the old ids or size or the new ones, with
// the config that belongs to them, and the next command cleans and goes on.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { create, inside, leavePlace, makePlace, start, works } from "../kernel/place.ts";
import { makeKiller } from "./kill-steps.ts";

const PATIENCE_MS = 110_000;
const place = makePlace("root-owned");
const { lxcpath, name } = place;
const killer = makeKiller(place, ["web.conf"]);
const other = `${name}2`;
const read = (container: string): string => readFileSync(join(lxcpath, container, "rootfs/mark"), "utf8");

beforeAll(() => {
  create(place);
  writeFileSync(join(lxcpath, name, "rootfs/mark"), "one");
}, PATIENCE_MS);
afterAll(async () => {
  works(place, "lxc-destroy", ["-n", name]);
  await leavePlace(place);
}, PATIENCE_MS);

test("other ids", async () => {
  await killer.again(["lxc-copy", "-n", name, "-N", other]);
  const config = (): string => readFileSync(join(lxcpath, other, "config"), "utf8");
  const stages = (): readonly string[] => readdirSync(join(lxcpath, other, ".berth")).filter((entry) => /^(shift|exchange|changing)/.test(entry));
  await killer.each(4, ["berth", "shift", other, "--to", "300000"], async () => {
    expect([read(other), /lxc.idmap = u 0 (100000|300000) 65536/.test(config())]).toEqual(["one", true]);
    await killer.again(["berth", "shift", other, "--to", "300000"]);
    expect([read(other), config().includes("lxc.idmap = u 0 300000 65536"), stages()]).toEqual(["one", true, []]);
    await killer.again(["berth", "shift", other, "--to", "100000"]);
  });
  await killer.again(["lxc-destroy", "-n", other]);
}, PATIENCE_MS);

/** Another container, on that storage; what it has said of itself when it was started. */
async function madeOn(backend: string, ...words: readonly string[]): Promise<() => string> {
  writeFileSync(join(lxcpath, "web.conf"), `${place.config.join("\n")}\n`);
  await killer.again(["lxc-create", "-n", other, "-t", "busybox", "-f", join(lxcpath, "web.conf"), "-B", backend, ...words]);
  const there = { ...place, name: other };
  const said = (): string => {
    start(there);
    const text = inside(there, "cat /etc/mark; stat -c %u /etc/mark");
    works(there, "lxc-stop", ["-n", other, "-k"]);
    return text;
  };
  start(there);
  inside(there, "echo one > /etc/mark; chown 5 /etc/mark");
  works(there, "lxc-stop", ["-n", other, "-k"]);
  return said;
}

test("other ids for layers: the layers are those that the config names", async () => {
  const said = await madeOn("overlay");
  const folders = (): readonly string[] => readdirSync(join(lxcpath, other)).filter((entry) => entry.startsWith("overlay"));
  await killer.each(4, ["berth", "shift", other, "--to", "300000"], async () => {
    expect(said()).toBe("one\n5");
    await killer.again(["berth", "shift", other, "--to", "300000"]);
    await killer.again(["berth", "shift", other, "--to", "100000"]);
    expect([said(), folders().length]).toEqual(["one\n5", 1]);
  });
  await killer.again(["lxc-destroy", "-n", other]);
  expect(killer.left()).toEqual([]);
}, PATIENCE_MS);

test("another size", async () => {
  const said = await madeOn("loop", "--fssize", "40M");
  const size = (): number => statSync(join(lxcpath, other, "rootdev")).size >> 20;
  for (const [from = 0, to = 0] of [[40, 60], [60, 30]]) {
    await killer.each(2, ["berth", "resize", other, `${to}M`], async () => {
      expect([from, to]).toContain(size());
      await killer.again(["berth", "resize", other, `${to}M`]);
      expect([size(), said()]).toEqual([to, "one\n5"]);
      await killer.again(["berth", "resize", other, `${from}M`]);
    });
    await killer.again(["berth", "resize", other, `${to}M`]);
  }
  await killer.again(["lxc-destroy", "-n", other]);
}, PATIENCE_MS);
