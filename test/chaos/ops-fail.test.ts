// Every op of a start is made to fail in turn. Whatever fails: nothing is left behind, and the next start works.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { leaksAtLast, snapshot } from "../kernel/leaks.ts";
import type { Snapshot } from "../kernel/leaks.ts";
import { DIST, argvFor, berth, create, leavePlace, makePlace, start, state, works } from "../kernel/place.ts";
import type { Kind, Place } from "../kernel/place.ts";

interface Step { readonly id: number; readonly op: string; readonly process: string }
const ENGINE = join(DIST, "libexec/berth/berth-engine");

function planFile(place: Place): Step[] {
  const argv = argvFor(place, [process.execPath, join(import.meta.dir, "plan-file.ts"), place.lxcpath, place.name, join(place.lxcpath, "plan"), DIST]);
  const { exitCode, stdout, stderr } = Bun.spawnSync([...argv], { stdin: "ignore" });
  expect({ exitCode, stderr: exitCode === 0 ? "" : stderr.toString() }).toEqual({ exitCode: 0, stderr: "" });
  const steps: Step[] = JSON.parse(stdout.toString());
  return steps;
}
/** Runs the plan with one op failing; how it ended. */
function runFailing(place: Place, fault: string): number {
  const argv = argvFor(place, ["sh", "-c", `exec ${ENGINE} run ${fault} 3<${place.lxcpath}/plan >/dev/null 2>&1`]);
  return Bun.spawnSync([...argv], { stdin: "ignore", stdout: "ignore", stderr: "ignore", timeout: 60_000 }).exitCode;
}

const CHAOS_KINDS: readonly Kind[] = ["root-owned", "user-owned", "privileged"];
describe.each([...CHAOS_KINDS])("a start, %s", (kind: Kind) => {
  let place: Place;
  let created: Snapshot;
  beforeAll(() => {
    place = makePlace(kind);
    create(place, ["lxc.mount.entry = tmpfs srv tmpfs rw,create=dir 0 0", "lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp"]);
    planFile(place);
    chmodSync(join(place.lxcpath, "plan"), 0o644);
    created = snapshot(place.watch);
  });
  afterAll(async () => {
    rmSync(join(place.lxcpath, "plan"), { force: true });
    berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
    await leavePlace(place);
  });

  test("without a fault the plan starts the container", async () => {
    expect(runFailing(place, "")).toBe(0);
    expect(state(place)).toBe("RUNNING");
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    expect(await leaksAtLast(created, place.watch)).toEqual([]);
  });

  test("every op made to fail in turn", async () => {
    const steps = planFile(place);
    expect(steps.length).toBeGreaterThan(20);
    const wrong: string[] = [];
    let failures = 0;
    for (const { id, op, process: where } of steps) {
      const status = runFailing(place, `--fail-op ${id}:5`);
      if (status !== 0) failures++;
      if (status !== 0 && status !== 125) wrong.push(`op ${id} ${op} in ${where}: the engine ended with ${status}`);
      // tolerated, or an op of the stop; or only the caller failed to hear that the container runs: it lives on, as after a kill of the caller
      if (status === 0 || (op === "await" && where === "launcher")) berth(place, "lxc-stop", ["-n", place.name, "-k"]);
      for (const leak of await leaksAtLast(created, place.watch)) wrong.push(`op ${id} ${op} in ${where}: left ${leak}`);
    }
    console.log(`${kind}: ${steps.length} ops, ${failures} of them failed the start when they failed`);
    expect(wrong).toEqual([]);
    expect(failures).toBeGreaterThan(15);
    start(place);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
  }, 600_000);
});
