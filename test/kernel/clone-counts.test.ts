// Who shares a container's files is counted beside it, in a file that Debian's LXC reads and writes, too: many at once lose none.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { holdPlan } from "../../src/host/engine/hold.ts";
import { planHoldExisting } from "../../src/plan/lifecycle/create.ts";
import { berth, berthStarted, create, DIST, ended, leavePlace, makePlace, works } from "./place.ts";
import { home } from "./port.ts";

const PATIENCE_MS = 90_000;
const MANY = 10;
const place = makePlace("privileged");
const { name, lxcpath } = place;
const clones = Array.from({ length: MANY }, (_, i) => `${name}${i}`);
const counted = (): readonly string[] => (existsSync(home(place, "lxc_snapshots")) ? readFileSync(home(place, "lxc_snapshots"), "utf8").split("\n").filter((_, i) => i % 2 === 1).toSorted() : []);
const atOnce = (argv: (clone: string, i: number) => readonly [string, ...(readonly string[])]): Promise<readonly number[]> => Promise.all(clones.map((clone, i) => {
  const [program, ...words] = argv(clone, i);
  return ended(program.startsWith("/") ? spawn(program, ["-P", lxcpath, ...words], { stdio: "ignore" }) : berthStarted(place, program, words));
}));
/** Every second one is Debian's. */
const either = (tool: string, i: number): string => (i % 2 === 0 ? tool : `/usr/bin/${tool}`);

beforeAll(() => create(place), PATIENCE_MS);
afterAll(async () => { works(place, "lxc-destroy", ["-n", name]); await leavePlace(place); }, PATIENCE_MS);

test("copies made at once by both are all counted; as many removed at once are none", async () => {
  expect(await atOnce((clone, i) => [either("lxc-copy", i), "-n", name, "-N", clone, "-s"])).toEqual(clones.map(() => 0));
  expect(counted()).toEqual(clones);
  for (const clone of clones) expect(berth(place, "lxc-destroy", ["-n", name]).stderr).toContain(clone);
  expect(await atOnce((clone, i) => [either("lxc-destroy", i), "-n", clone])).toEqual(clones.map(() => 0));
  expect([counted(), existsSync(home(place, "lxc_snapshots")), clones.filter((clone) => existsSync(join(lxcpath, clone)))]).toEqual([[], false, []]);
}, PATIENCE_MS);

test("renamed at once: each is counted under its new name", async () => {
  expect(await atOnce((clone) => ["lxc-copy", "-n", name, "-N", clone, "-s"])).toEqual(clones.map(() => 0));
  expect(await atOnce((clone) => ["lxc-copy", "-n", clone, "-N", `${clone}r`, "-R"])).toEqual(clones.map(() => 0));
  expect(counted()).toEqual(clones.map((clone) => `${clone}r`));
  expect(await atOnce((clone) => ["lxc-destroy", "-n", `${clone}r`])).toEqual(clones.map(() => 0));
  expect(counted()).toEqual([]);
}, PATIENCE_MS);

test("a container whose snapshot Debian's LXC has made another container of stays while that is there", () => {
  const [base, made] = [`${name}o`, `${name}m`];
  writeFileSync(join(lxcpath, "c.conf"), "lxc.net.0.type = empty\n");
  works(place, "lxc-create", ["-n", base, "-t", "busybox", "-f", join(lxcpath, "c.conf"), "-B", "overlay"]);
  rmSync(join(lxcpath, "c.conf"));
  works(place, "lxc-snapshot", ["-n", base]);
  expect(spawnSync("/usr/bin/lxc-snapshot", ["-P", lxcpath, "-n", base, "-r", "snap0", "-N", made]).status).toBe(0);
  for (const [command, ...words] of [["lxc-destroy", "-n", base, "-s"], ["lxc-snapshot", "-n", base, "-r", "snap0"], ["lxc-snapshot", "-n", base, "-d", "snap0"]] as const) {
    expect([words, berth(place, command, words)]).toEqual([words, { status: 1, stdout: "", stderr: expect.stringMatching(/has clones\n/) }]);
  }
  works(place, "lxc-start", ["-n", made]);
  works(place, "lxc-stop", ["-n", made, "-k"]);
  works(place, "lxc-destroy", ["-n", made]);
  works(place, "lxc-destroy", ["-n", base, "-s"]);
}, PATIENCE_MS);

test("on a full file system a clone goes, and is counted no more", () => {
  const small = { ...place, lxcpath: join(lxcpath, "small") };
  mkdirSync(small.lxcpath);
  expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=6m", "none", small.lxcpath]).status).toBe(0);
  try {
    create(small);
    for (const clone of ["c", "e"]) works(small, "lxc-copy", ["-n", name, "-N", `${name}${clone}`, "-s"]);
    spawnSync("dd", ["if=/dev/zero", `of=${small.lxcpath}/fill`, "bs=1k"]);
    expect(berth(small, "lxc-copy", ["-n", name, "-N", `${name}d`, "-s"])).toMatchObject({ status: 1, stderr: expect.stringContaining("no space left") });
    expect(berth(small, "lxc-destroy", ["-n", `${name}c`])).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(readFileSync(home(small, "lxc_snapshots"), "utf8")).toBe(`${small.lxcpath}\n${name}e\n`);
    for (const clone of [`${name}e`, name]) works(small, "lxc-destroy", ["-n", clone]);
  } finally {
    spawnSync("umount", [small.lxcpath]);
    rmdirSync(small.lxcpath);
  }
}, PATIENCE_MS);

test("one name wanted by many at once: one gets it, and it is whole", async () => {
  for (let round = 0; round < 3; round++) {
    const statuses = await atOnce(() => ["lxc-copy", "-n", name, "-N", `${name}x`]);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([0, ...clones.slice(1).map(() => 1)]);
    expect([existsSync(join(lxcpath, `${name}x`, "rootfs/bin/busybox")), existsSync(join(lxcpath, `${name}x`, "partial")), readdirSync(lxcpath).toSorted()]).toEqual([true, false, [name, `${name}x`]]);
    works(place, "lxc-destroy", ["-n", `${name}x`]);
  }
}, PATIENCE_MS);

test("who comes too late for a half-made one does not make it half-made again: it would be removed", async () => {
  const file = join(lxcpath, name, "partial");
  const engine = join(DIST, "libexec/berth/berth-engine");
  const plan = planHoldExisting({ name, lxcpath }, file);
  expect([(await holdPlan(plan, engine)).isHeld, existsSync(file)]).toEqual([false, false]);
  writeFileSync(file, "");
  const [held, other] = [await holdPlan(plan, engine), await holdPlan(plan, engine)];
  expect([held.isHeld, other.isHeld]).toEqual([true, false]);
  if (held.isHeld) await held.release();
  rmSync(file);
}, PATIENCE_MS);
