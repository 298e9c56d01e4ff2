// lxc-snapshot -r of containers on volumes of lvm, thin and plain, and on images of rbd, in their place; with stand-ins for the tools.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";
import { must } from "./net-room.ts";
import type { Room } from "./net-room.ts";
import { isRestoring, makeVolumeRoom, type VolumeRoom, type VolumeTools } from "./volume-tools.ts";

const PATIENCE_MS = 90_000;
let room: Room;
let place: Place;
let tools: VolumeTools;
let leave: VolumeRoom["leave"];
const path = (...names: readonly string[]): string => join(place.lxcpath, ...names);
const snapshot = (...words: readonly string[]): Ran => berth(place, "lxc-snapshot", ["-n", place.name, ...words]);
const restored = (name = "snap0"): void => expect(snapshot("-r", name)).toEqual({ status: 0, stdout: "", stderr: "" });
const write = (text: string): void => expect(berth(place, "berth", ["cp", "-P", place.lxcpath, "-", `${place.name}:/mark`], { input: text }).stderr).toBe("");
const read = (): string => works(place, "berth", ["cp", "-P", place.lxcpath, `${place.name}:/mark`, "-"]);
const sh = (line: string): string => must(room.into, `cd ${place.lxcpath}; ${line}`);
const records = (lxcpath = place.lxcpath): readonly string[] => sh(`ls -A ${join(lxcpath, place.name, ".berth")}`).split("\n").filter(isRestoring);
const named = (...ends: readonly string[]): readonly string[] => ends.map((end) => place.name + end);
const create = (...words: readonly string[]): string => works(place, "lxc-create", ["-n", place.name, "-f", path("c.conf"), "-t", "busybox", ...words]);

beforeAll(async () => {
  ({ room, place, tools, leave } = await makeVolumeRoom());
  writeFileSync(path("c.conf"), "lxc.net.0.type = empty\n");
}, PATIENCE_MS);
afterAll(() => leave(), PATIENCE_MS);

const STORES = [
  ["lvm, thin", ["-B", "lvm", "--thinpool", "pool", "--fssize", "24M"], [
    "lvcreate -s -kn -n NAME_berth_new DEV_snap0", "lvrename DEV NAME_berth_old", "lvrename DEV_berth_new NAME", "lvremove -f DEV_berth_old",
  ]],
  ["lvm, plain", ["-B", "lvm", "--thinpool", "none", "--fssize", "24M"], ["lvconvert --merge DEV_snap0", "lvcreate -s -L 25165824b -n NAME_snap0 DEV"]],
  ["rbd", ["-B", "rbd", "--fssize", "24M"], [
    "rbd cp GROUP/NAME_snap0 GROUP/NAME_berth_new", "rbd unmap /dev/rbd/GROUP/NAME", "rbd rename GROUP/NAME GROUP/NAME_berth_old", "rbd rename GROUP/NAME_berth_new GROUP/NAME", "rbd map GROUP/NAME",
    "rbd unmap /dev/rbd/GROUP/NAME_berth_old", "rbd rm GROUP/NAME_berth_old",
  ]],
] as const;
describe.each([...STORES])("%s", (store, words, steps) => {
  const mentioned = (line: string): string => line.replaceAll("DEV", `/dev/${tools.group}/${place.name}`).replaceAll("GROUP", tools.group).replaceAll("NAME", place.name);
  const isRbd = store === "rbd";

  test("it has the snapshot's files under its own name; the snapshots stay", () => {
    create(...words, ...(isRbd ? ["--rbdpool", tools.group] : ["--vgname", tools.group]));
    const config = (): readonly string[] => readFileSync(path(place.name, "config"), "utf8").split("\n").toSorted();
    write("one");
    snapshot();
    const before = config();
    write("two");
    snapshot();
    tools.asked();
    restored();
    expect(tools.asked().filter((line) => !line.includes("mkfs"))).toEqual(steps.map(mentioned));
    expect([read(), config(), tools.names(), records()]).toEqual(["one", before, named("", "_snap0", "_snap1"), []]);
    restored("snap1");
    expect(read()).toBe("two");
    write("three");
    // as after a boot of the machine
    if (isRbd) must(room.into, `rbd unmap /dev/rbd/${tools.group}/${place.name}_snap0`);
    restored();
    expect(read()).toBe("one");
    if (isRbd) must(room.into, `rbd map ${tools.group}/${place.name}_snap0`);
    expect(snapshot("-d", "snap1").status).toBe(0);
  }, PATIENCE_MS);

  test("whatever step fails: it is told, and it has all of the one or of the other; nothing is left", () => {
    for (let step = 1; ; step++) {
      write("two");
      tools.failAt(step);
      const ran = snapshot("-r", "snap0");
      const isLast = tools.steps() < step;
      tools.failAt(0);
      if (isLast) break;
      if (ran.status !== 0) expect(ran.stderr).toContain("no space for it");
      const now = read();
      expect([now === (ran.status === 0 ? "one" : now), ["one", "two"].includes(now)]).toEqual([true, true]);
      restored();
      expect([step, read(), tools.names(), records()]).toEqual([step, "one", named("", "_snap0"), []]);
    }
  }, PATIENCE_MS);

  test("no room for its records: it is told, and the container is as it was; or all is done", () => {
    const seen = new Set<number>();
    const base = Number(sh(`find ${place.name} | wc -l`));
    for (let room = 1; !seen.has(0); room++) {
      write("two");
      // a file system that takes so many more files
      sh(`mkdir small; mount -t tmpfs -o nr_inodes=${base + 1 + room} small small; cp -a ${place.name} small/`);
      const { status, stderr } = berth(place, "lxc-snapshot", ["-P", path("small"), "-n", place.name, "-r", "snap0"]);
      seen.add(status);
      if (status !== 0) expect(stderr).toContain("no space left");
      expect([room, tools.names(), records(path("small"))]).toEqual([room, named("", "_snap0"), []]);
      sh(`cp small/${place.name}/.berth/created ${place.name}/.berth/created; umount small; rmdir small`);
      expect([room, read()]).toEqual([room, status === 0 ? "one" : "two"]);
    }
    expect(seen).toEqual(new Set([0, 1]));
  }, PATIENCE_MS);

  test("nothing of it is to be seen after a kill: it is said, and nothing is done", () => {
    const record = path(place.name, ".berth/exchange.volumes");
    const gone = { kind: isRbd ? "rbd" : "lvm", name: isRbd ? `${tools.group}/gone` : `/dev/${tools.group}/gone` };
    writeFileSync(record, JSON.stringify({ now: gone, then: gone, aside: gone }));
    for (const ran of [snapshot(), snapshot("-r", "snap0"), berth(place, "lxc-start", ["-n", place.name]), berth(place, "lxc-destroy", ["-n", place.name, "-s"])]) {
      expect(ran).toMatchObject({ status: 1, stderr: expect.stringMatching(/gone' is not there\n {4}cause: a restore of the container was killed[^]*if it is lost for good, remove '.*exchange.volumes'/) });
    }
    sh(`rm ${record}`);
    expect([read(), tools.names(), records()]).toEqual(["one", named("", "_snap0"), []]);
  }, PATIENCE_MS);

  test("refused, and as it was: it is in use, has clones, or was not made by Berth", () => {
    write("two");
    const device = readFileSync(path(place.name, "config"), "utf8").match(/rootfs\.path = \w+:(\S+)/)?.[1] ?? "";
    must(room.into, `mount ${device} /mnt`);
    expect(snapshot("-r", "snap0")).toMatchObject({ status: 1, stderr: expect.stringMatching(/ in use/) });
    must(room.into, "umount /mnt");
    writeFileSync(path(place.name, "lxc_snapshots"), `${place.lxcpath}-gone\nc1\n`);
    expect(snapshot("-r", "snap0").stderr).toContain(`has clones\n`);
    expect(snapshot("-r", "snap0").stderr).toContain(`destroy ${place.lxcpath}-gone/c1 first, or restore the snapshot as a new container: -N NEWNAME`);
    writeFileSync(path(place.name, "lxc_snapshots"), "");
    const created = path(place.name, ".berth/created");
    const record = readFileSync(created, "utf8");
    writeFileSync(created, record.replace(/,"outside":.*\}\}/, "}"));
    expect(snapshot("-r", "snap0").stderr).toContain("Berth did not make it");
    writeFileSync(created, record);
    if (isRbd) {
      writeFileSync(path("volumes", `${place.name}.snaps`), "SNAPID  NAME   SIZE\n     4  daily  24 MiB\n");
      expect(snapshot("-r", "snap0").stderr).toContain("they would go with it: daily\n");
      must(room.into, `rm ${path("volumes", `${place.name}.snaps`)}`);
    }
    expect([read(), tools.names(), records()]).toEqual(["two", named("", "_snap0"), []]);
  }, PATIENCE_MS);

  test("another's volume of a name that is needed stays", () => {
    const taken = path("volumes", `${place.name}_berth_old.img`);
    writeFileSync(taken, "mine");
    writeFileSync(taken.replace(/img$/, "attr"), "-wi");
    writeFileSync(taken.replace(/img$/, "origin"), "");
    const ran = snapshot("-r", "snap0");
    if (store !== "lvm, plain") expect(ran.stderr).toContain("_berth_old' is there already");
    expect(readFileSync(taken, "utf8")).toBe("mine");
    must(room.into, `rm ${taken.replace(/img$/, "*")}`);
    works(place, "lxc-destroy", ["-n", place.name, "-s"]);
    expect(tools.names()).toEqual([]);
  }, PATIENCE_MS);
});
