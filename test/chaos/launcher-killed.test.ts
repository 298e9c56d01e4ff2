// Whoever started a container in the background is killed while that is under way, at every step of it in turn:
// then the container runs, or nothing is there. The next command works in any case.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { leaksAtLast, snapshot } from "../kernel/leaks.ts";
import type { Snapshot } from "../kernel/leaks.ts";
import { DIST, berth, create, leavePlace, makePlace, start, works } from "../kernel/place.ts";
import type { Place } from "../kernel/place.ts";

const ENGINE = join(DIST, "libexec/berth/berth-engine");
let place: Place;
let created: Snapshot;
let file: string;
beforeAll(() => {
  place = makePlace("root-owned");
  create(place);
  file = join(place.lxcpath, "plan");
});
afterAll(async () => {
  rmSync(file, { force: true });
  berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
});

test("SIGTERM to the launcher at every step", async () => {
  const { stdout } = Bun.spawnSync([process.execPath, join(import.meta.dir, "plan-file.ts"), place.lxcpath, place.name, file, DIST], { stdin: "ignore" });
  const steps: { readonly id: number; readonly op: string; readonly process: string }[] = JSON.parse(stdout.toString());
  created = snapshot(place.watch);
  const ends = { running: 0, stopped: 0, killed: 0 };
  const wrong: string[] = [];
  for (const { id, op, process: where } of steps) {
    const { signalCode } = Bun.spawnSync(["sh", "-c", `exec ${ENGINE} run --kill-op ${id} 3<${file}`], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
    if (signalCode === "SIGTERM") ends.killed++;
    // a stop waits for a start that is under way
    const { status, stderr } = berth(place, "lxc-stop", ["-n", place.name, "-k"]);
    if (status === 0) ends.running++;
    else if (stderr.includes("is not running")) ends.stopped++;
    else wrong.push(`op ${id} ${op} in ${where}: lxc-stop says ${stderr}`);
    for (const leak of await leaksAtLast(created, place.watch)) wrong.push(`op ${id} ${op} in ${where}: left ${leak}`);
  }
  console.log(`${steps.length} steps, ${ends.killed} before the launcher was done: ${ends.running} times it ran, ${ends.stopped} times nothing was there`);
  expect(wrong).toEqual([]);
  expect(ends.killed).toBeGreaterThan(100);
  expect(ends.running).toBeGreaterThan(10);
  start(place);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
}, 600_000);
