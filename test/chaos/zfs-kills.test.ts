// Restore in place of a container on a dataset of zfs, with a stand-in for zfs(8) that has its rules: whatever step fails or is
// killed, the old state or the new one; the snapshots stay, each can go alone, and so can the container.
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, works } from "../kernel/place.ts";
import type { Place, Ran } from "../kernel/place.ts";
import { must } from "../kernel/net-room.ts";
import type { Room } from "../kernel/net-room.ts";
import { isRestoring, makeVolumeRoom, type VolumeRoom, type VolumeTools } from "../kernel/volume-tools.ts";
import { readPool, writePool } from "../kernel/zfs-tool.ts";
import { makeKiller, type Killer } from "./kill-steps.ts";

const PATIENCE_MS = 170_000;
let room: Room;
let place: Place;
let tools: VolumeTools;
let leave: VolumeRoom["leave"];
let killer: Killer;
const path = (...names: readonly string[]): string => join(place.lxcpath, ...names);
const snapshot = (...words: readonly string[]): Ran => berth(place, "lxc-snapshot", ["-n", place.name, ...words]);
const works0 = (...words: readonly string[]): void => expect(snapshot(...words)).toMatchObject({ status: 0, stderr: "" });
const dataset = (end = ""): string => `tank/lxc/${place.name}${end}`;
const contents = (): Readonly<Record<string, string>> => Object.fromEntries(readPool(tools.pool).filter(({ name }) => name !== "tank").map(({ name, content }) => [name.slice(dataset().length), content]));
const write = (content: string): void => writePool(tools.pool, readPool(tools.pool).map((one) => (one.name === dataset() ? { ...one, content } : one)));
const records = (): readonly string[] => readdirSync(path(place.name, ".berth")).filter(isRestoring);

beforeAll(async () => {
  ({ room, place, tools, leave } = await makeVolumeRoom());
  killer = makeKiller(place, ["volumes", "filesystems"]);
  writeFileSync(path("filesystems"), `${readFileSync("/proc/filesystems", "utf8").replace(/^.*\tzfs\n/m, "")}nodev\tzfs\n`);
  must(room.into, `mount --bind ${path("filesystems")} /proc/filesystems`);
}, PATIENCE_MS);
afterAll(() => leave(), PATIENCE_MS);

// as create leaves it: no file system of that type is here to be filled
beforeEach(() => {
  mkdirSync(path(place.name, "rootfs"), { recursive: true });
  mkdirSync(path(place.name, ".berth"));
  writeFileSync(path(place.name, "config"), `lxc.uts.name = ${place.name}\nlxc.rootfs.path = zfs:${dataset()}\n`);
  writeFileSync(path(place.name, ".berth/created"), JSON.stringify({ version: 1, paths: [], outside: { kind: "zfs", name: dataset() } }));
  writePool(tools.pool, [{ name: "tank", content: "", snapshots: [] }, { name: dataset(), content: "one", snapshots: [] }]);
  works0();
  write("two");
  works0();
  write("now");
});

test("the snapshots stay, and each of them and the container can go before the others", () => {
  const all = { "": "one", _snap0: "one", _snap1: "two" };
  works0("-r", "snap0");
  expect([contents(), records()]).toEqual([all, []]);
  works0("-r", "snap1");
  works0("-r", "snap0");
  works0();
  expect(contents()).toEqual({ ...all, _snap2: "one" });
  for (const [gone, left] of [["snap0", { "": "one", _snap1: "two", _snap2: "one" }], ["snap2", { "": "one", _snap1: "two" }], ["snap1", { "": "one" }]] as const) {
    works0("-d", gone);
    expect(contents()).toEqual(left);
  }
  // no snapshot that was made on the way is in the way of the next ones
  for (const _ of [0, 1, 2]) works0();
  works0("-r", "snap1");
  works(place, "lxc-destroy", ["-n", place.name, "-s"]);
  expect(readPool(tools.pool).map(({ name, snapshots }) => [name, snapshots])).toEqual([["tank", []]]);
}, PATIENCE_MS);

test("a snapshot or a dataset that Berth did not make is not lost with what is replaced", () => {
  writePool(tools.pool, readPool(tools.pool).map((one) => (one.name === dataset() ? { ...one, snapshots: [...one.snapshots, { name: "daily", content: "now" }] } : one)).concat({ name: dataset("/data"), content: "", snapshots: [] }));
  const before = readPool(tools.pool);
  expect(snapshot("-r", "snap0").stderr).toContain(`'${dataset()}' has what Berth did not make\n    cause: they would go with it: @daily, ${dataset("/data")}\n`);
  expect([readPool(tools.pool), records()]).toEqual([before, []]);
  writePool(tools.pool, before.slice(0, -1));
  works(place, "lxc-destroy", ["-n", place.name, "-s"]);
}, PATIENCE_MS);

test("whatever step fails or is killed", async () => {
  const restore = ["lxc-snapshot", "-n", place.name, "-r", "snap0"];
  const look = async (step: string): Promise<void> => {
    await killer.again(["lxc-snapshot", "-n", place.name]);
    expect([step, contents()]).toEqual([step, expect.objectContaining({ "": expect.stringMatching(/^(one|now)$/), _snap0: "one", _snap1: "two" })]);
    await killer.again(restore);
    expect([step, contents()[""], records(), Object.keys(contents()).toSorted()]).toEqual([step, "one", [], ["", "_snap0", "_snap1", "_snap2"]]);
    await killer.again(["lxc-snapshot", "-n", place.name, "-d", "snap2"]);
    write("now");
  };
  await killer.each(3, restore, () => look("engine"));
  for (const way of [tools.killAt, tools.failAt]) {
    for (let step = 1; ; step++) {
      way(step);
      killer.at(0, restore);
      const isLast = tools.steps() < step;
      tools.killAt(0);
      if (isLast) break;
      await look(`step ${step}`);
    }
  }
  await killer.again(["lxc-destroy", "-n", place.name, "-s"]);
  expect([readPool(tools.pool).map(({ name }) => name), killer.left()]).toEqual([["tank"], []]);
}, PATIENCE_MS);
