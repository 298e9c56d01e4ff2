// berth shift: a privileged container becomes an unprivileged one, moves to other ids and comes back; killed and full, it has the old ids or the new.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { berth, ended, eventually, inside, leavePlace, makePlace, start, works } from "./place.ts";
import type { Place } from "./place.ts";
import { argvOf, home, look, makeRich, sh } from "./port.ts";

const PATIENCE_MS = 90_000;
const place = makePlace("privileged");
let before = "";
beforeAll(() => {
  makeRich(place);
  sh("mknod srv/null c 1 3; setfattr -n trusted.overlay.opaque -v y srv", home(place, "rootfs"));
  works(place, "lxc-snapshot", ["-n", place.name]);
  sh("rm srv/null; setfattr -x trusted.overlay.opaque srv; touch -d '2001-02-03 04:05:06' srv", home(place, "rootfs"));
  before = look(place);
}, PATIENCE_MS);
afterAll(async () => { works(place, "lxc-destroy", ["-n", place.name, "-s"]); await leavePlace(place); }, PATIENCE_MS);

const shift = (...args: readonly string[]): { readonly status: number; readonly stderr: string } => {
  const [program = "", ...rest] = argvOf(place, "shift", [place.name, ...args]);
  const { exitCode, stderr } = Bun.spawnSync([program, ...rest]);
  return { status: exitCode, stderr: stderr.toString() };
};
const owner = (...path: readonly string[]): number => statSync(home(place, ...path)).uid;
const as = (rootId: number): Place => ({ ...place, rootId });

test("privileged becomes unprivileged: owners, ACLs, capabilities come along, snapshots too", () => {
  expect(shift("--to", "200000")).toEqual({ status: 0, stderr: expect.stringMatching(/^[^\n]*1 device nodes are left out\n.*\n[^\n]*1 files have lost their trusted extended attributes\n/) });
  expect([owner(), owner("rootfs"), owner("snaps/snap0/rootfs"), owner("config")]).toEqual([200_000, 200_000, 200_000, 0]);
  expect(look(as(200_000))).toBe(before);
  expect(readFileSync(home(place, "config"), "utf8")).toMatch(/lxc.idmap = u 0 200000 65536\nlxc.idmap = g 0 200000 65536\n/);
  start(place);
  expect(inside(place, "cat /proc/self/uid_map | tr -s ' '; stat -c %u:%g /srv/a")).toContain("0 200000 65536\n1000:1001");
  expect(shift("--to", "300000")).toMatchObject({ status: 1, stderr: expect.stringContaining("is running") });
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  expect(readdirSync(home(place, ".berth")).filter((name) => name.startsWith("shift"))).toEqual([]);
}, PATIENCE_MS);

test("killed at any moment it has one range or the other, whole; the next goes on", async () => {
  for (const isSnapshotDone of [false, true]) {
    const wanted = isSnapshotDone ? 400_000 : 300_000;
    const [program = "", ...rest] = argvOf(place, "shift", [place.name, "--to", String(wanted)]);
    const running = spawn(program, rest, { stdio: "ignore" });
    const stage = isSnapshotDone ? home(place, ".berth/shift/rootfs/bin") : home(place, "snaps/snap0/.berth/shift/rootfs/bin");
    await eventually("it is on its way", () => existsSync(stage) || running.exitCode !== null);
    running.kill("SIGKILL");
    await ended(running);
    for (const part of ["", "snaps/snap0"]) {
      const config = readFileSync(home(place, part, "config"), "utf8");
      expect(config).toContain(`lxc.idmap = u 0 ${owner(part, "rootfs")} 65536\n`);
    }
    await eventually("it goes on", () => shift("--to", String(wanted)).status === 0);
    expect([owner(), owner("rootfs"), owner("snaps/snap0/rootfs")]).toEqual([wanted, wanted, wanted]);
    expect(look(as(wanted))).toBe(before);
  }
}, PATIENCE_MS);

test("back to the host's own ids", () => {
  expect(shift("--to", "none")).toEqual({ status: 0, stderr: "" });
  expect([owner(), owner("rootfs"), look(place)]).toEqual([0, 0, before]);
  expect(readFileSync(home(place, "config"), "utf8")).not.toContain("lxc.idmap");
  start(place);
  expect(inside(place, "stat -c %u:%g /srv/a")).toBe("1000:1001");
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
}, PATIENCE_MS);

test("what is refused changes nothing", () => {
  const clone = `${place.name}2`;
  works(place, "lxc-copy", ["-n", place.name, "-N", clone, "-s"]);
  expect(shift("--to", "200000").stderr).toMatch(new RegExp(`has clones\n.*\n {4}remedy: destroy ${clone} first, or shift`));
  const config = home({ ...place, name: clone }, "config");
  writeFileSync(config, readFileSync(config, "utf8").replace(`:${home({ ...place, name: clone })}/overlay/delta`, `:${place.lxcpath}/elsewhere`));
  expect(Bun.spawnSync([...argvOf(place, "shift", [clone, "--to", "200000"])]).stderr.toString()).toContain("neither a directory, nor a subvolume, nor an image, nor layers whose upper one is its own");
  works(place, "lxc-destroy", ["-n", clone]);
  for (const [args, said] of [[["--to", "0"], "is no range of ids"], [["--to", "200000:500"], "which the map has no id for"], [["--to", "nobody-here"], "is neither a first id nor a user"], [[], "--to is needed"]] as const) expect(shift(...args)).toMatchObject({ status: 1, stderr: expect.stringContaining(said) });
  expect(berth(place, "lxc-info", ["-n", place.name]).status).toBe(0);
  expect(look(place)).toBe(before);
}, PATIENCE_MS);
