// A stop, a start, a destroy and an apply between two runs of a container with a restart policy, by root and by an ordinary user.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { berth, create, eventually, initPid, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";
import { policiesOf } from "./policies.ts";
import type { Info, Policies } from "./policies.ts";

const PATIENCE_MS = 60_000;
const PAUSE_KINDS: readonly Kind[] = ["privileged", "user-owned"];

describe.each([...PAUSE_KINDS])("%s", (kind: Kind) => {
  let place: Place;
  let policies: Policies;
  const policy: Policies["policy"] = (...words) => policies.policy(...words);
  const [restarts, monitors] = [(): Info["restarts"] => policies.restarts(), (): readonly string[] => policies.monitors()];
  const waitsLong = (): Promise<void> => policies.waitsLong();

  beforeAll(() => { place = makePlace(kind); create(place); policies = policiesOf(place); });
  afterEach(async () => {
    berth(place, "lxc-stop", ["-n", place.name, "-k"]);
    await eventually("no monitor is left", () => monitors().length === 0);
  });
  afterAll(async () => {
    berth(place, "lxc-destroy", ["-f", "-n", place.name]);
    await leavePlace(place);
  });

  test("during a pause: a stop ends it, a second one finds nothing to stop; berth why and events tell", async () => {
    policy("always", "sleep 0.3");
    start(place);
    await waitsLong();
    expect(works(place, "berth", ["ensure", place.name, "-P", place.lxcpath])).toBe("unchanged\n");
    await waitsLong();
    expect(works(place, "lxc-info", ["-n", place.name])).toMatch(/State: +STOPPED\n[\s\S]*Restarts: +\d+, the next at 20/);
    works(place, "lxc-stop", ["-n", place.name], { isFromRoot: true });
    expect([state(place), monitors(), restarts()?.end]).toEqual(["STOPPED", [], "asked"]);
    expect(works(place, "berth", ["why", "-P", place.lxcpath, place.name])).toContain("stopped by a user, or with the host: it is not started again");
    const again = berth(place, "lxc-stop", ["-n", place.name]);
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining("is not running")]);
    start(place);
    await waitsLong();
    expect(works(place, "berth", ["ensure", place.name, "-P", place.lxcpath, "--stopped"])).toContain("changed\n");
    expect([state(place), monitors(), restarts()?.end]).toEqual(["STOPPED", [], "asked"]);
  }, PATIENCE_MS);

  test("a stop in any moment, between ends and starts as well, is the end", async () => {
    policy("always", "sleep 0.2; exit 3");
    for (let i = 0; i < 12; i++) {
      start(place);
      await new Promise((resolve) => setTimeout(resolve, 170 + 23 * i)); // about its end, the first pause, the next start
      works(place, "lxc-stop", ["-n", place.name, ...(i % 2 === 0 ? ["-k"] : ["-t", "1"])]);
      expect([i, state(place), monitors(), restarts()?.end]).toEqual([i, "STOPPED", [], "asked"]);
    }
  }, PATIENCE_MS);

  test("during a pause: who starts it has it, and the old monitor goes; a destroy is not undone", async () => {
    policy("always", "sleep 0.3");
    start(place);
    await waitsLong();
    policy("no", "sleep 100");
    start(place);
    const pid = initPid(place);
    await eventually("the old monitor goes", () => monitors().length === 1);
    expect([initPid(place), restarts()]).toEqual([pid, undefined]);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);

    policy("always", "sleep 0.3");
    start(place);
    await waitsLong();
    works(place, "lxc-destroy", ["-n", place.name]);
    expect(monitors()).toEqual([]);
    expect(existsSync(join(place.lxcpath, place.name))).toBe(false);
    create(place);
    policies = policiesOf(place);
  }, PATIENCE_MS);
});
