// Killing anything at any point loses nothing: the next command sees what was left and cleans it.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, berthStarted, create, ended, eventually, initPid, inside, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Place } from "./place.ts";
import { leaksAtLast, snapshot } from "./leaks.ts";
import type { Snapshot } from "./leaks.ts";

let place: Place;
let created: Snapshot;
beforeAll(() => {
  place = makePlace("root-owned");
  create(place);
  created = snapshot(place.watch);
});
afterAll(async () => {
  berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
});
const parentOf = (pid: number): number => Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
const isGone = (pid: number): boolean => { try { return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8")); } catch { return true; } };
/** A signal takes its time: who looks too early sees a monitor that lives, and relies on it. */
const killed = async (pid: number): Promise<void> => {
  process.kill(pid, "SIGKILL");
  await eventually(`${pid} is gone`, () => isGone(pid));
};
const nothingLeft = async (): Promise<void> => expect(await leaksAtLast(created, place.watch)).toEqual([]);

test("kill -9 of the monitor: the container is seen as what it is, and the next start works", async () => {
  start(place);
  const init = initPid(place);
  const monitor = parentOf(init);
  expect(readFileSync(`/proc/${monitor}/cmdline`, "utf8")).toContain(place.name);
  await killed(monitor);
  start(place);
  expect(state(place)).toBe("RUNNING");
  expect(inside(place, "echo alive")).toBe("alive");
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  expect(state(place)).toBe("STOPPED");
  await nothingLeft();
});

test("kill -9 of the monitor, then stop or destroy: cleaned as well", async () => {
  for (const next of [["lxc-stop", "-k"], ["lxc-destroy", "-f"]]) {
    start(place);
    await killed(parentOf(initPid(place)));
    berth(place, next[0] ?? "", ["-n", place.name, ...next.slice(1)]);
    expect((await leaksAtLast(created, place.watch)).filter((leak) => !leak.startsWith("files"))).toEqual([]);
  }
  create(place);
});

test.each([["lxc-stop", "-k"], ["lxc-destroy", "-f"]])("kill -9 of the monitor while %s %s waits for it: a destroy cleans, after a stop the next command does", async (command, option) => {
  start(place);
  const init = initPid(place);
  const monitor = parentOf(init);
  process.kill(monitor, "SIGSTOP"); // it does not clean up
  const child = berthStarted(place, command, ["-n", place.name, option]);
  await eventually("init is killed", () => isGone(init));
  await killed(monitor);
  expect(await ended(child)).toBe(0);
  if (command === "lxc-destroy") create(place);
  else expect(state(place)).toBe("STOPPED");
  await nothingLeft();
});

/** Kills every process of a start that is under way, at a moment that differs from round to round. */
test("kill -9 of a start at many moments: the next start works", async () => {
  for (let round = 0; round < 12; round++) {
    const child = berthStarted(place, "lxc-start", ["-n", place.name, "-d"]);
    await new Promise((resolve) => setTimeout(resolve, round * 3)); // where it lands is chance; what follows must hold for all
    child.kill("SIGKILL");
    await ended(child);
    const next = berth(place, "lxc-start", ["-n", place.name, "-d"]);
    expect({ round, status: next.status, stderr: next.status === 0 ? "" : next.stderr }).toEqual({ round, status: 0, stderr: "" });
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
  }
  await nothingLeft();
});

test("a planner that is killed, crashes or answers rubbish is reported as such", () => {
  const room = join(place.lxcpath, "moved");
  Bun.spawnSync(["cp", "-a", join(import.meta.dir, "../../dist"), room]);
  const planner = join(room, "libexec/berth/berth-planner");
  const ask = (script: string): { status: number; stderr: string } => {
    writeFileSync(`${planner}.new`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    Bun.spawnSync(["mv", `${planner}.new`, planner]);
    const { exitCode, stderr } = Bun.spawnSync([join(room, "bin/lxc-ls"), "-P", place.lxcpath], { env: { ...process.env, BERTH_PLANNER_TIMEOUT: "1" } });
    return { status: exitCode, stderr: stderr.toString() };
  };
  expect(ask("kill -9 $$")).toEqual({ status: 125, stderr: expect.stringMatching(/^lxc-ls: .*planner.*crashed: signal 9/) });
  expect(ask("exit 3")).toEqual({ status: 125, stderr: expect.stringMatching(/planner.*ended early with status 3/) });
  expect(ask("printf 'rubbish, and a lot of it' >&3; cat <&3 >/dev/null")).toEqual({ status: 125, stderr: expect.stringMatching(/planner.*answered rubbish/) });
  expect(ask("exec sleep 100").status).toBe(125);
  Bun.spawnSync(["rm", "-rf", room]);
});

test("a planner whose launcher was killed ends without a word", async () => {
  const room = join(place.lxcpath, "slow");
  Bun.spawnSync(["cp", "-a", join(import.meta.dir, "../../dist"), room]);
  const planner = join(room, "libexec/berth/berth-planner");
  Bun.spawnSync(["mv", planner, `${planner}.real`]);
  writeFileSync(planner, `#!/bin/sh\ntouch ${room}/here\nuntil [ -e ${room}/go ]; do sleep 0.01; done\nexec ${planner}.real "$@"\n`, { mode: 0o755 });
  const launcher = Bun.spawn([join(room, "bin/lxc-ls"), "-P", place.lxcpath], { stderr: "pipe" });
  await eventually("the planner runs", () => existsSync(`${room}/here`));
  launcher.kill("SIGKILL");
  await launcher.exited;
  writeFileSync(`${room}/go`, "");
  expect(await new Response(launcher.stderr).text()).toBe("");
  Bun.spawnSync(["rm", "-rf", room]);
});

test("eight starts at once: one container", async () => {
  const starts = Array.from({ length: 8 }, () => berthStarted(place, "lxc-start", ["-n", place.name, "-d"]));
  const statuses = await Promise.all(starts.map(ended));
  expect(statuses.filter((status) => status === 0).length).toBeGreaterThanOrEqual(1);
  expect(state(place)).toBe("RUNNING");
  const rootfs = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try { return readFileSync(`/proc/${pid}/cgroup`, "utf8").includes(place.name) && readFileSync(`/proc/${pid}/status`, "utf8").includes("NSpid:") && /NSpid:\t\d+\t1$/m.test(readFileSync(`/proc/${pid}/status`, "utf8")); } catch { return false; }
  });
  expect(rootfs).toEqual([String(initPid(place))]);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  await nothingLeft();
});

test("create, start, stop and destroy against each other never corrupt", async () => {
  const other = `${place.mark}d`;
  for (let round = 0; round < 4; round++) {
    const children = [["lxc-create", "-n", other, "-t", "busybox"], ["lxc-create", "-n", other, "-t", "busybox"], ["lxc-destroy", "-n", other, "-f"]].map(([command = "", ...args]) => berthStarted(place, command, args));
    await Promise.all(children.map(ended));
    berth(place, "lxc-destroy", ["-n", other, "-f"]);
  }
  await nothingLeft();
});
