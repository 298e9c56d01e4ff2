// Owns making every op of a start fail in turn: the plan as a file, one run of it with a fault, what was left.
import { expect } from "bun:test";
import { join } from "node:path";
import { leaksAtLast } from "../kernel/leaks.ts";
import type { Snapshot } from "../kernel/leaks.ts";
import { DIST, argvFor, berth, start, works } from "../kernel/place.ts";
import type { Place } from "../kernel/place.ts";

interface Step { readonly id: number; readonly op: string; readonly process: string }
const ENGINE = join(DIST, "libexec/berth/berth-engine");

export function planFile(place: Place): Step[] {
  const argv = argvFor(place, [process.execPath, join(import.meta.dir, "plan-file.ts"), place.lxcpath, place.name, join(place.lxcpath, "plan"), DIST]);
  const { exitCode, stdout, stderr } = Bun.spawnSync([...argv], { stdin: "ignore" });
  expect({ exitCode, stderr: exitCode === 0 ? "" : stderr.toString() }).toEqual({ exitCode: 0, stderr: "" });
  const steps: Step[] = JSON.parse(stdout.toString());
  return steps;
}
/** Runs the plan with one op failing; how it ended. */
export function runFailing(place: Place, fault: string): number {
  const argv = argvFor(place, ["sh", "-c", `exec ${ENGINE} run ${fault} 3<${place.lxcpath}/plan >/dev/null 2>&1`]);
  return Bun.spawnSync([...argv], { stdin: "ignore", stdout: "ignore", stderr: "ignore", timeout: 60_000 }).exitCode;
}

/** Nothing may be left of any of them, and the next start works. */
export async function failEach(place: Place, created: Snapshot): Promise<void> {
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
  console.log(`${place.kind}: ${steps.length} ops, ${failures} of them failed the start when they failed`);
  expect(wrong).toEqual([]);
  expect(failures).toBeGreaterThan(15);
  start(place);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
}
