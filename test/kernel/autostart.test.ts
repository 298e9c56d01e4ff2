// lxc-autostart: which containers, in which order, as Debian's has it; started, rebooted and stopped; for users, by root for users, and by links of LXC 0.8.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, DIST, eventually, initPid, leavePlace, makePlace, state, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";
import type { AutostartItem } from "../../src/runtime/verbs.ts";

const PATIENCE_MS = 60_000;
const of = (place: Place, letter: string): string => `${place.mark}${letter}`;
const config = (place: Place, letter: string): string => join(place.lxcpath, of(place, letter), "config");
/** Letters in the place of names. */
const short = (place: Place, text: string): readonly string[] => text.split("\n").filter((line) => line !== "").map((line) => line.replace(place.mark, ""));
const auto = (place: Place, ...words: readonly string[]): Ran => berth(place, "lxc-autostart", words);
const list = (place: Place, ...words: readonly string[]): readonly string[] => short(place, works(place, "lxc-autostart", ["-L", ...words]));
const states = (place: Place, letters: string): readonly string[] => [...letters].map((letter) => `${letter} ${state(place, of(place, letter))}`);

const CONTAINERS: Readonly<Record<string, readonly string[]>> = {
  a: ["lxc.start.auto = 1", "lxc.start.order = 5", "lxc.group = onboot"],
  b: ["lxc.start.auto = 1", "lxc.start.delay = 1"],
  c: ["lxc.start.auto = 1", "lxc.start.order = 10", "lxc.group = web onboot"],
  d: ["lxc.group = web"],
  e: ["lxc.start.auto = 1", "lxc.start.order = 5", "lxc.group = onboot"],
};
function createAll(place: Place): void {
  for (const [letter, lines] of Object.entries(CONTAINERS)) create({ ...place, name: of(place, letter) }, lines);
}
function destroyAll(place: Place): void {
  auto(place, "-k", "-a", "-A");
  for (const letter of Object.keys(CONTAINERS)) works(place, "lxc-destroy", ["-n", of(place, letter)]);
}

describe("privileged, beside Debian's", () => {
  const place = makePlace("privileged");
  beforeAll(() => createAll(place), PATIENCE_MS);
  afterAll(async () => { destroyAll(place); await leavePlace(place); }, PATIENCE_MS);
  const debian = (...words: readonly string[]): readonly string[] => short(place, spawnSync("/usr/bin/lxc-autostart", ["-P", place.lxcpath, "-L", ...words], { encoding: "utf8" }).stdout);

  const SELECTIONS = [[], ["-a"], ["-A"], ["-a", "-A"], ["-g", "onboot"], ["-g", "onboot,"], ["-g", "web", "-g", "onboot"], ["-g", "web,onboot,", "-A"], ["-g", "nosuch"], ["-s", "-a"], ["-k", "-a", "-A"], ["-r", "-a"], ["-r", "-g", "onboot,"], ["-s", "-g", "onboot,"]];
  test("stopped: the same lists", () => {
    expect(list(place, "-g", "onboot,")).toEqual(["a 0", "e 0", "c 0", "b 1"]);
    for (const words of SELECTIONS) expect({ words, list: list(place, ...words) }).toEqual({ words, list: debian(...words) });
  }, PATIENCE_MS);

  test("different: an empty group may also stand in front and in the middle, as LXC's manual has it", () => {
    expect([list(place, "-g", ",onboot"), debian("-g", ",onboot")]).toEqual([["b 1", "a 0", "e 0", "c 0"], ["b 1"]]);
    expect([list(place, "-g", "web,,onboot"), debian("-g", "web,,onboot")]).toEqual([["c 0", "b 1", "a 0", "e 0"], ["c 0", "b 1"]]);
  });

  test("started: all of a group and no other one; then the same lists, of what runs", () => {
    expect(auto(place, "-g", "onboot,")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(states(place, "abcde")).toEqual(["a RUNNING", "b RUNNING", "c RUNNING", "d STOPPED", "e RUNNING"]);
    expect(list(place, "-s", "-a")).toEqual(["c", "e", "a", "b"]);
    // of equal numbers the last to start is the first to stop; Debian's leaves that to qsort(3)
    const sorted = (lines: readonly string[]): readonly string[] => lines.map((line) => (/^[ae]$/.test(line) ? "a or e" : line));
    for (const words of SELECTIONS) expect({ words, list: sorted(list(place, ...words)) }).toEqual({ words, list: sorted(debian(...words)) });
    expect(auto(place, "-g", "onboot,")).toEqual({ status: 0, stdout: "", stderr: "" });
  }, PATIENCE_MS);

  test("rebooted, shut down, killed", async () => {
    const before = initPid({ ...place, name: of(place, "b") });
    expect(auto(place, "-r")).toEqual({ status: 0, stdout: "", stderr: "" });
    await eventually("b runs again", () => state(place, of(place, "b")) === "RUNNING");
    expect(initPid({ ...place, name: of(place, "b") })).not.toBe(before);
    expect(auto(place, "-s", "-g", "onboot", "-t", "20")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(states(place, "abce")).toEqual(["a STOPPED", "b RUNNING", "c STOPPED", "e STOPPED"]);
    expect(works(place, "lxc-info", ["-n", of(place, "c")])).toContain("Last exit:      status 0");
    expect(auto(place, "-k")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(states(place, "b")).toEqual(["b STOPPED"]);
  }, PATIENCE_MS);

  test("one that fails keeps no other one back: 2; only failures: 1; each is told with its cause", () => {
    const kept = readFileSync(config(place, "a"), "utf8");
    appendFileSync(config(place, "a"), "lxc.rootfs.path = /nonexistent\n");
    const some = auto(place, "-g", "onboot");
    expect([some.status, some.stderr]).toEqual([2, expect.stringContaining(`lxc-autostart: ${of(place, "a")}: ${config(place, "a")}:`)]);
    expect(states(place, "ace")).toEqual(["a STOPPED", "c RUNNING", "e RUNNING"]);
    writeFileSync(config(place, "a"), `${kept}lxc.nosuch = 1\n`);
    const all = auto(place, "-g", "onboot");
    expect([all.status, all.stderr]).toEqual([1, expect.stringContaining("unknown key 'lxc.nosuch'")]);
    expect(auto(place, "-q", "-g", "onboot")).toEqual({ status: 1, stdout: "", stderr: "" });
    writeFileSync(config(place, "a"), kept);
  }, PATIENCE_MS);

  test("a config that is broken by now keeps nothing running", () => {
    const kept = readFileSync(config(place, "e"), "utf8");
    appendFileSync(config(place, "e"), "lxc.nosuch = 1\n");
    expect(auto(place, "-s", "-a", "-A", "-t", "20")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(states(place, "ce")).toEqual(["c STOPPED", "e STOPPED"]);
    writeFileSync(config(place, "e"), kept);
  }, PATIENCE_MS);

  test("links of LXC 0.8 in /etc/lxc/auto", () => {
    const etc = join(place.lxcpath, ".etc");
    mkdirSync(join(etc, "auto"), { recursive: true });
    symlinkSync(config(place, "d"), join(etc, "auto/d.conf"));
    symlinkSync("/nonexistent", join(etc, "auto/gone.conf"));
    const { stdout, status } = spawnSync("unshare", ["-m", "--propagation", "private", "sh", "-c", 'mount --bind "$0" /etc/lxc && exec "$@"', etc, join(DIST, "bin/lxc-autostart"), "-P", place.lxcpath, "-L", "-g", "web"], { encoding: "utf8" });
    expect([status, short(place, stdout)]).toEqual([0, ["d 0", "c 0"]]);
    rmSync(etc, { recursive: true });
  });

  test("as data; wrong input", () => {
    const items: readonly AutostartItem[] = JSON.parse(works(place, "lxc-autostart", ["-L", "-a", "--format", "json"]));
    expect(items.map((item) => ({ ...item, name: item.name.replace(place.mark, "") }))).toContainEqual({ name: "b", order: 0, delay: 1, state: "STOPPED" });
    expect(auto(place, "web")).toMatchObject({ status: 1, stderr: expect.stringContaining("'web' is one word too many") });
    expect(auto(place, "-s", "-k")).toMatchObject({ status: 1, stderr: expect.stringContaining("--shutdown and --kill exclude each other") });
    expect(auto(place, "-t", "x")).toMatchObject({ status: 1, stderr: expect.stringContaining("'x' is not a number of seconds") });
    expect(auto(place, "--format", "json")).toMatchObject({ status: 1, stderr: expect.stringContaining("--format is for --list") });
    expect(auto(place, "--user", "nobody-of-this-name")).toMatchObject({ status: 1, stderr: expect.stringContaining("there is no user 'nobody-of-this-name'") });
    expect(auto(place, "-L", "-a", "-g", "web").stderr).toBe("lxc-autostart: warning: --all is given: --groups has no effect\n");
  });
});

describe("user-owned", () => {
  const place = makePlace("user-owned, delegated");
  const user = place.user?.name ?? "";
  beforeAll(() => create(place, ["lxc.start.auto = 1"]), PATIENCE_MS);
  afterAll(async () => { works(place, "lxc-destroy", ["-f", "-n", place.name]); await leavePlace(place); }, PATIENCE_MS);

  test("by himself, and by root for him", () => {
    expect(auto(place)).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(state(place)).toBe("RUNNING");
    const root = (...words: readonly string[]): Ran => berth(place, "lxc-autostart", ["--user", user, ...words], { isFromRoot: true });
    expect(root("-L", "-s")).toEqual({ status: 0, stdout: `${place.name}\n`, stderr: "" });
    expect(root("-s", "-t", "20")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(state(place)).toBe("STOPPED");
    const started = root("-q");
    expect([started.status, state(place)]).toEqual([0, "RUNNING"]);
    expect(readFileSync(`/proc/${initPid(place)}/status`, "utf8")).toMatch(/^Uid:\s+300000\s/m);
    expect(existsSync(join(place.lxcpath, place.name, ".berth"))).toBe(true);
    expect(auto(place, "--user", "root")).toMatchObject({ status: 1, stderr: expect.stringContaining("only root may start another user's containers") });
  }, PATIENCE_MS);
});
