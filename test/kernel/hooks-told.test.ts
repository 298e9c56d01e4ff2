// What hooks took, how they ended and what they said is kept, also of those that succeeded, and berth why tells it.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, eventually, initPid, KINDS, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Place } from "./place.ts";

interface Told { readonly hook: string; readonly from: { readonly key: string }; readonly command: string; readonly begunAt: string; readonly milliseconds: number; readonly status: number; readonly output: readonly string[] }
const told = (place: Place, of: "hooks" | "hooksBefore" | "hooksOfCopy" | "hooksOfDestroy" = "hooks", name = place.name): readonly Told[] => JSON.parse(works(place, "berth", ["why", "-P", place.lxcpath, name, "--format", "json"]))[of] ?? [];
const HOOKS = ["pre-start", "pre-mount", "mount", "autodev", "start-host", "stop", "post-stop"];
const hookFile = (place: Place): string => join(place.lxcpath, "hook");
const defines = (pairs: readonly (readonly [string, string])[]): string[] => pairs.flatMap(([key, value]) => ["-s", `${key}=${value}`]);
const all = (place: Place): string[] => defines([...HOOKS.map((name) => [`lxc.hook.${name}`, hookFile(place)] as const), ["lxc.hook.start", "/bin/echo begin"], ["lxc.net.0.script.up", hookFile(place)], ["lxc.net.0.script.down", hookFile(place)]]);

for (const kind of KINDS) {
  describe(kind, () => {
    let place: Place;
    beforeAll(() => {
      place = makePlace(kind);
      create(place);
      writeFileSync(hookFile(place), "#!/bin/sh\necho \"this is $3\"\nprintf 'more\\033[2J of it' >&2\n", { mode: 0o755 });
    });
    afterAll(async () => {
      berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
      await leavePlace(place);
    });

    test("those of a start, then those of its end, in their order", () => {
      const before = Date.now();
      // in a time namespace the clock that only goes forward is another one
      start(place, [...all(place), ...defines([["lxc.time.offset.monotonic", "5h"]])]);
      const begun = ["pre-start", "up", "pre-mount", "mount", "autodev", "start", "start-host"];
      const outputOf = (hook: string): readonly string[] => (hook === "start" ? [`begin ${place.name} lxc start`] : [`this is ${hook}`, "more of it"]);
      const row = (hook: string): unknown[] => [hook, hook === "up" || hook === "down" ? `lxc.net.0.script.${hook}` : `lxc.hook.${hook}`, 0, outputOf(hook)];
      const rows = (): unknown[] => told(place).map(({ hook, from, status, output }) => [hook, from.key, status, output]);
      expect(rows()).toEqual(begun.map(row));
      works(place, "lxc-stop", ["-n", place.name, "-k"]);
      expect(rows()).toEqual([...begun, "stop", "down", "post-stop"].map(row));
      expect(told(place).every(({ milliseconds }) => milliseconds >= 0 && milliseconds < 60_000)).toBe(true);
      const times = told(place).map(({ begunAt }) => Date.parse(begunAt));
      // each of the two numbers is rounded to a millisecond
      expect(times.filter((time, i) => time < (times[i - 1] ?? before) - 2)).toEqual([]);
      expect(times.at(-1)).toBeLessThanOrEqual(Date.now() + 2);
      expect(works(place, "berth", ["why", "-P", place.lxcpath, place.name])).toMatch(/ {2}\d\d:\d\d:\d\d\.\d{3} {2}pre-mount +\d+ ms {2}ok {2}option lxc\.hook\.pre-mount: .*\n {4}\| this is pre-mount\n {4}\| more of it\n/);
    });

    test("of a copy, and of an lxc-destroy: what is recorded goes with the container, so the log has it, too", () => {
      const copy = `${place.name}2`;
      works(place, "lxc-copy", ["-n", place.name, "-N", copy]);
      writeFileSync(join(place.lxcpath, "failing"), "#!/bin/sh\necho no; exit 7\n", { mode: 0o755 });
      const config = join(place.lxcpath, copy, "config");
      const text = readFileSync(config, "utf8");
      appendFileSync(config, `lxc.hook.clone = ${hookFile(place)}\nlxc.hook.destroy = ${hookFile(place)}\n`);
      works(place, "lxc-copy", ["-n", copy, "-N", `${copy}3`]);
      const row = (hook: string): unknown => ({ hook, from: expect.objectContaining({ key: `lxc.hook.${hook}` }), command: expect.any(String), begunAt: expect.stringMatching(/Z$/), milliseconds: expect.any(Number), status: 0, output: [`this is ${hook}`, "more of it"] });
      expect(told(place, "hooksOfCopy", `${copy}3`)).toEqual([row("clone")] as Told[]);
      const log = join(place.lxcpath, "log");
      works(place, "lxc-destroy", ["-n", `${copy}3`, "-o", log, "-l", "DEBUG"]);
      expect(readFileSync(log, "utf8")).toMatch(/destroy +\d+ ms {2}ok [^]*\| this is destroy\n[^]*\| more of it\n/);
      for (const hook of ["clone", "destroy"]) {
        writeFileSync(config, `${text}lxc.hook.${hook} = ${join(place.lxcpath, "failing")}\n`);
        const ran = hook === "clone" ? berth(place, "lxc-copy", ["-n", copy, "-N", `${copy}3`]) : berth(place, "lxc-destroy", ["-n", copy]);
        expect([ran.status, ran.stderr]).toEqual([1, expect.stringMatching(new RegExp(`config:\\d+ lxc\\.hook\\.${hook}: .*the hook ended with status 7\n    cause: it said: no\n    remedy: run it by hand`))]);
      }
      expect(told(place, "hooksOfDestroy", copy).map(({ hook, status, output }) => [hook, status, output])).toEqual([["destroy", 7, ["no"]]]);
      expect(works(place, "berth", ["why", "-P", place.lxcpath, copy])).toMatch(/Hooks of an lxc-destroy that it has outlived[^]*status 7[^]*\| no\n/);
      writeFileSync(config, text);
      works(place, "lxc-destroy", ["-n", copy]);
      rmSync(log);
    });

    test("the record is its user's alone", () => {
      const record = join(place.lxcpath, place.name, ".berth/hooks");
      const { mode, uid } = statSync(record);
      expect([mode & 0o777, uid]).toEqual([0o600, place.user?.uid ?? 0]);
    });
  });
}

describe("more", () => {
  let place: Place;
  beforeAll(() => { place = makePlace("root-owned"); create(place); writeFileSync(hookFile(place), "#!/bin/sh\necho \"this is $3 for $LXC_TARGET\"\n", { mode: 0o755 }); });
  afterAll(async () => {
    berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
    await leavePlace(place);
  });

  test("a start that fails tells of the hooks that succeeded before", () => {
    writeFileSync(join(place.lxcpath, "bad"), "#!/bin/sh\necho no luck\nexit 7\n", { mode: 0o755 });
    const ran = berth(place, "lxc-start", ["-n", place.name, ...defines([["lxc.hook.pre-start", hookFile(place)], ["lxc.hook.mount", join(place.lxcpath, "bad")]])]);
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringMatching(/lxc\.hook\.mount ended with status 7[^]*\| no luck/)]);
    expect(told(place).map(({ hook, status, output }) => [hook, status, output])).toEqual([["pre-start", 0, ["this is pre-start for"]], ["mount", 7, ["no luck"]]]);
  });

  test("a hook at the end that fails stops nothing, and is told; one that says nothing, too", () => {
    start(place, defines([["lxc.hook.stop", "/bin/false"], ["lxc.hook.pre-start", "/bin/true"]]));
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    expect(told(place).map(({ hook, status, output }) => [hook, status, output])).toEqual([["pre-start", 0, []], ["stop", 1, []]]);
  });

  test("over a reboot those of both runs, in the foreground those of the one", async () => {
    start(place, defines([["lxc.hook.pre-start", hookFile(place)], ["lxc.hook.post-stop", hookFile(place)]]));
    const first = initPid(place);
    works(place, "lxc-stop", ["-n", place.name, "-r"]);
    await eventually("it runs again", () => state(place) === "RUNNING" && initPid(place) !== first);
    expect(told(place).map(({ hook, output }) => [hook, output])).toEqual([["pre-start", ["this is pre-start for reboot"]]]);
    expect(told(place, "hooksBefore").map(({ hook, output }) => [hook, output])).toEqual([["pre-start", ["this is pre-start for"]], ["post-stop", ["this is post-stop for reboot"]]]);
    expect(works(place, "berth", ["why", "-P", place.lxcpath, place.name])).toMatch(/Hooks of the run before[^]*this is post-stop for reboot/);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    works(place, "lxc-execute", ["-n", place.name, ...defines([["lxc.hook.pre-start", "/bin/echo"], ["lxc.hook.post-stop", "/bin/echo"]]), "--", "/bin/true"]);
    expect(told(place).map(({ hook }) => hook)).toEqual(["pre-start", "post-stop"]);
    expect(told(place, "hooksBefore")).toEqual([]);
  });

  test("without hooks nothing is written", () => {
    rmSync(join(place.lxcpath, place.name, ".berth/hooks"));
    start(place);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    expect(existsSync(join(place.lxcpath, place.name, ".berth/hooks"))).toBe(false);
    expect(told(place)).toEqual([]);
  });
});
