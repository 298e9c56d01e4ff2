// Every op of an attach is made to fail in turn: the command it was for is not left behind inside.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { numberedWithProcess } from "../../src/isa/encode.ts";
import type { Plan } from "../../src/isa/op.ts";
import { planBytes } from "../../src/isa/plan-bytes.ts";
import type { Request } from "../../src/model/request.ts";
import { attach } from "../../src/runtime/attach.ts";
import { DIST, berth, create, eventually, leavePlace, makePlace, start } from "../kernel/place.ts";
import type { Place } from "../kernel/place.ts";

const ENGINE = join(DIST, "libexec/berth/berth-engine");
// busybox and coreutils both take it; nobody else sleeps for so long
const SECONDS = String(1_000_000 + process.pid);
let place: Place;
let file: string;
beforeAll(() => {
  place = makePlace("root-owned");
  create(place);
  start(place);
  file = join(place.lxcpath, "plan");
});
afterAll(async () => {
  rmSync(file, { force: true });
  berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
});

async function planOf(isTty: Request["isTty"], command: readonly string[]): Promise<Plan> {
  const request: Request = {
    kind: "command", argv: ["lxc-attach"], cwd: "/", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" }, pid: process.pid, uid: 0, euid: 0, gid: 0, egid: 0,
    isTty, inheritedFds: [], cgroup: readFileSync("/proc/self/cgroup", "utf8"), prefix: DIST,
  };
  const plan = await attach(request, { name: place.name, lxcpath: place.lxcpath }, { command, elevated: [], isRemountSysProc: false, isClearEnv: true, keepVar: [], setVar: [] });
  if (!plan.ok) throw new Error(JSON.stringify(plan.problems));
  return plan.value;
}
const sleeping = (): readonly string[] => readdirSync("/proc").filter((pid) => {
  try { return readFileSync(`/proc/${pid}/cmdline`, "utf8") === `sleep\0${SECONDS}\0`; } catch { return false; }
});
/** script(1) gives it a terminal, and the status. */
function run(isTty: boolean, fault: string): number {
  const line = `exec ${ENGINE} run ${fault} 3<${file}`;
  const argv = isTty ? ["script", "-qec", line, "/dev/null"] : ["sh", "-c", line];
  return Bun.spawnSync(argv, { stdin: "ignore", stdout: "ignore", stderr: "ignore", timeout: 60_000 }).exitCode;
}

test.each([["without a terminal", false], ["on a terminal", true]])("%s", async (_name, isTty) => {
  writeFileSync(file, planBytes(await planOf([isTty, isTty, isTty], ["true"])));
  expect(run(isTty, "")).toBe(0);
  const plan = await planOf([isTty, isTty, isTty], ["sleep", SECONDS]);
  writeFileSync(file, planBytes(plan));
  const wrong: string[] = [];
  let failures = 0;
  for (const [id, { op, process: where, undoOf }] of numberedWithProcess(plan).entries()) {
    if (undoOf !== undefined || op.onError !== undefined) continue;
    if (isTty && where === "launcher" && op.op === "exitWith") continue; // the relay before it ends with the command
    const status = run(isTty, `--fail-op ${id}:5`);
    failures++;
    if (status !== 125) wrong.push(`${where} ${op.op} #${id}: status ${status}`);
    await eventually(`nothing sleeps inside after ${where} ${op.op} #${id}`, () => sleeping().length === 0);
  }
  expect(wrong).toEqual([]);
  expect(failures).toBeGreaterThan(10);
}, 300_000);
