// Restart policies (berth.restart) without a watcher, by root and by an ordinary user: who is started again and who is not, pauses,
// LXC's own lxc-stop, autostart.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { argvFor, berth, create, eventually, initPid, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";
import { policiesOf } from "./policies.ts";
import type { Info, Policies } from "./policies.ts";

const PATIENCE_MS = 60_000;
const RESTART_KINDS: readonly Kind[] = ["privileged", "user-owned", "user-owned, delegated"];
/** LXC's own, which knows nothing of policies. */
const LXC_STOP = "/usr/bin/lxc-stop";

describe.each([...RESTART_KINDS])("%s", (kind: Kind) => {
  let place: Place;
  let policies: Policies;
  const policy: Policies["policy"] = (...words) => policies.policy(...words);
  const [info, restarts, monitors] = [(): Info => policies.info(), (): Info["restarts"] => policies.restarts(), (): readonly string[] => policies.monitors()];
  const endsWith = (end: string): Promise<void> => eventually(`it ends for good: ${end}`, () => info().restarts?.end === end);
  const isWaiting = (): boolean => restarts()?.at !== undefined;
  const autostarted = (): string => works(place, "lxc-autostart", ["-L"]).trim();

  beforeAll(() => { place = makePlace(kind); create(place); policies = policiesOf(place); });
  afterEach(async () => {
    berth(place, "lxc-stop", ["-n", place.name, "-k"]);
    await eventually("no monitor is left", () => monitors().length === 0);
  });
  afterAll(async () => {
    berth(place, "lxc-destroy", ["-f", "-n", place.name]);
    await leavePlace(place);
  });

  test("always: it runs again by the same monitor, whatever it has ended with, after pauses that double; a stop is the end", async () => {
    policy("always", "sleep 0.3; exit 3");
    start(place);
    const [monitor] = monitors();
    const first = initPid(place);
    await eventually("it has been started again three times", () => { const { count = 0 } = restarts() ?? {}; return count >= 3 && state(place) === "RUNNING"; });
    expect([monitors(), initPid(place) === first, restarts()?.end]).toEqual([[monitor ?? ""], false, undefined]);
    expect(JSON.parse(readFileSync(join(place.lxcpath, place.name, ".berth/restarts"), "utf8")).pause).toBeGreaterThanOrEqual(400);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    expect([state(place), monitors(), restarts()?.end]).toEqual(["STOPPED", [], "asked"]);
  }, PATIENCE_MS);

  test("on-failure: so often; not after status 0; a policy that was changed meanwhile counts", async () => {
    policy("on-failure:2", "sleep 0.3; exit 3");
    start(place);
    await endsWith("limit");
    expect(restarts()).toEqual({ count: 2, end: "limit" });
    policy("on-failure", "sleep 0.3; exit 0");
    start(place);
    await endsWith("success");
    expect(restarts()).toEqual({ count: 0, end: "success" });
    policy("always", "sleep 1; exit 3");
    start(place);
    policy("no", "sleep 1; exit 3");
    await endsWith("no");
    expect([state(place), monitors()]).toEqual(["STOPPED", []]);
  }, PATIENCE_MS);

  test("a start that fails, by its config or by a step, is not tried again, and berth why tells", async () => {
    for (const [line, said] of [["lxc.rootfs.path = /nonexistent", "'/nonexistent' does not exist"], ["lxc.hook.pre-start = /bin/false", "lxc.hook.pre-start"]] as const) {
      policy("always", "sleep 0.3");
      start(place);
      policies.policy("always", "sleep 0.3", line);
      await eventually("it is given up", () => monitors().length === 0);
      expect([line, restarts(), state(place)]).toEqual([line, { count: 0, end: "failed" }, "STOPPED"]);
      expect(works(place, "berth", ["why", "-P", place.lxcpath, place.name])).toMatch(new RegExp(`${said}[\\s\\S]*it could not be started again`));
    }
  }, PATIENCE_MS);

  test("a power-off inside is followed by a start, as is a kill of init, as is a reboot; a shutdown that was asked for is not; at boot unless-stopped stays down", async () => {
    policy("unless-stopped");
    start(place);
    let pid = initPid(place);
    const runsAnew = (): Promise<void> => eventually("it runs again", () => { const now = berth(place, "lxc-info", ["-n", place.name, "-pH"]).stdout.trim(); return now !== "" && Number(now) !== pid && state(place) === "RUNNING"; });
    for (const word of ["poweroff", "reboot"]) {
      await eventually(`${word} is heard`, () => berth(place, "lxc-attach", ["-n", place.name, "--", word]).status === 0);
      await runsAnew();
      pid = initPid(place);
    }
    process.kill(pid, "SIGKILL");
    await runsAnew();
    works(place, "lxc-stop", ["-n", place.name, "-t", "20"]);
    expect([state(place), monitors(), restarts()?.end, autostarted()]).toEqual(["STOPPED", [], "asked", ""]);
    policy("always");
    expect(autostarted()).toMatch(new RegExp(`^${place.name} 0$`));
    policy("unless-stopped");
    start(place);
    works(place, "lxc-autostart", ["-s", "-t", "20"]);
    expect([state(place), autostarted()]).toEqual(["STOPPED", `${place.name} 0`]);
  }, PATIENCE_MS);

  test("LXC's own lxc-stop -k is a stop, too, and LXC reads the config", () => {
    policy("always", "sleep 100");
    start(place);
    const [program = "", ...rest] = argvFor(place, [LXC_STOP, "-P", place.lxcpath, "-n", place.name, "-k"]);
    const { status, stderr } = spawnSync(program, rest, { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
    return eventually("it has stopped for good", () => monitors().length === 0 && restarts()?.end === "asked");
  }, PATIENCE_MS);

  test("bad values are refused; the foreground has no policy; who could not be stopped in time is not taken for stopped", () => {
    policy("sometimes");
    const refused = berth(place, "lxc-start", ["-n", place.name]);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("'sometimes' is no restart policy")]);
    policy("always", "exit 3");
    expect(berth(place, "lxc-start", ["-n", place.name, "-F"]).status).toBe(3);
    expect([isWaiting(), monitors()]).toEqual([false, []]);
    policy("always", "trap : PWR; sleep 1; sleep 1; exit 3");
    start(place);
    expect(berth(place, "lxc-stop", ["-n", place.name, "--nokill", "-t", "0"]).status).toBe(1);
    return eventually("it is started again", () => (restarts()?.count ?? 0) > 0);
  }, PATIENCE_MS);
});
