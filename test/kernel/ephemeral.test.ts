// lxc.ephemeral: the container goes with its last run, however that ends; a reboot is none, and a start that fails leaves it to be looked at.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, berthStarted, create, ended, eventually, initPid, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";

describe.each<Kind>(["privileged", "root-owned", "user-owned"])("%s", (kind) => {
  let place: Place;
  const home = (): string => join(place.lxcpath, place.name);
  const make = (...lines: readonly string[]): void => create(place, ["lxc.ephemeral = 1", ...lines]);
  beforeAll(() => { place = makePlace(kind); });
  afterAll(async () => { await leavePlace(place); }, 60_000);

  test("stopped or killed: gone when lxc-stop ends, hooks told, nothing left", () => {
    for (const words of kind === "privileged" ? [[], ["-k"]] : [["-k"]]) {
      make("lxc.hook.post-stop = /bin/sh -c 'ls $LXC_ROOTFS_PATH > /dev/null && echo post >> TOLD'", "lxc.hook.destroy = /bin/sh -c 'echo destroy >> TOLD'");
      const told = join(place.lxcpath, "told");
      writeFileSync(told, "", { mode: 0o666 });
      const config = join(home(), "config");
      writeFileSync(config, readFileSync(config, "utf8").replaceAll("TOLD", told));
      if (place.user !== undefined) Bun.spawnSync(["chown", String(place.user.uid), told]);
      start(place);
      works(place, "lxc-stop", ["-n", place.name, ...words]);
      expect([existsSync(home()), readFileSync(told, "utf8")]).toEqual([false, "post\ndestroy\n"]);
      rmSync(told);
    }
  }, 60_000);

  test("shut down from inside, and in the foreground with init's own status", async () => {
    make();
    start(place);
    berth(place, "lxc-attach", ["-n", place.name, "--", "poweroff", "-f"]);
    await eventually("it is gone", () => !existsSync(home()));
    make("lxc.init.cmd = /bin/sh -c 'exit 5'");
    expect(await ended(berthStarted(place, "lxc-start", ["-n", place.name, "-F"]))).toBe(5);
    expect(existsSync(home())).toBe(false);
  }, 60_000);

  test("a reboot is no end", async () => {
    make();
    start(place);
    const before = initPid(place);
    berth(place, "lxc-attach", ["-n", place.name, "--", "reboot", "-f"]);
    await eventually("another init runs", () => state(place) === "RUNNING" && initPid(place) !== before);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    expect(existsSync(home())).toBe(false);
  }, 60_000);

  test("a start that fails leaves it; one with snapshots stays", () => {
    make();
    expect(berth(place, "lxc-start", ["-n", place.name, "-s", "lxc.mount.entry = /none-such srv none bind 0 0"]).status).toBe(1);
    expect(existsSync(join(home(), "config"))).toBe(true);
    mkdirSync(join(home(), "snaps/snap0"), { recursive: true });
    writeFileSync(join(home(), "snaps/snap0/config"), "");
    start(place);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    expect([existsSync(join(home(), "config")), state(place)]).toEqual([true, "STOPPED"]);
    rmSync(join(home(), "snaps"), { recursive: true });
    works(place, "lxc-destroy", ["-n", place.name]);
  }, 60_000);
});
