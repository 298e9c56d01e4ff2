// Every op of a start is made to fail in turn. Whatever fails: nothing is left behind, and the next start works.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { leaksAtLast, snapshot } from "../kernel/leaks.ts";
import type { Snapshot } from "../kernel/leaks.ts";
import { berth, create, leavePlace, makePlace, state, works } from "../kernel/place.ts";
import type { Kind, Place } from "../kernel/place.ts";
import { failEach, planFile, runFailing } from "./each-op.ts";

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
    await failEach(place, created);
  }, 600_000);
});
