// A container's life in Berth's own words, by root and by an ordinary user: each verb that stands for an lxc-* command does what
// that does, with the options that it adds; and the multicall form of LXC 0.7, `lxc start web`.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Scratch } from "./engine-run.ts";
import { argvFor, berth, DIST, eventually, initPid, leavePlace, makePlace, state, works } from "./place.ts";
import type { Kind, Place, Ran } from "./place.ts";
import { CommandSession } from "./terminal.ts";

const PATIENCE_MS = 60_000;
const VERB_KINDS: readonly Kind[] = ["privileged", "user-owned, delegated"];
describe.each([...VERB_KINDS])("%s", (kind) => {
  let place: Place;
  const say = (verb: string, ...words: readonly string[]): string => works(place, "berth", [verb, "-P", place.lxcpath, ...words]);
  const tried = (verb: string, ...words: readonly string[]): Ran => berth(place, "berth", [verb, "-P", place.lxcpath, ...words]);
  const stopped = (): Promise<void> => eventually("it has stopped", () => state(place) === "STOPPED");
  beforeAll(() => { place = makePlace(kind); }, PATIENCE_MS);
  afterAll(async () => {
    berth(place, "lxc-destroy", ["-f", "-s", "-n", place.name]);
    berth(place, "berth", ["undelete", "-P", place.lxcpath, "--purge"]);
    await leavePlace(place);
  }, PATIENCE_MS);

  test("create, explain, start, ls, info, wait", () => {
    const file = join(place.lxcpath, "in.conf");
    writeFileSync(file, `${place.config.join("\n")}\nlxc.signal.halt = SIGKILL\nlxc.tty.max = 1\n`);
    say("create", place.name, "-t", "busybox", "-f", file);
    expect([/^ *\d+ /m.test(say("explain", place.name)), state(place)]).toEqual([true, "STOPPED"]);
    say("start", place.name);
    expect([state(place), say("wait", place.name, "-s", "RUNNING"), tried("wait", place.name, "-s", "STOPPED", "-t", "0").status]).toEqual(["RUNNING", "", 1]);
    expect(say("ls")).toMatch(new RegExp(`^NAME +STATE .*\n${place.name} +RUNNING `));
    expect(say("info", place.name, "-pH")).toBe(`${initPid(place)}\n`);
  }, PATIENCE_MS);

  test("exec, shell: a command with its status; a shell where none is named", () => {
    expect([say("exec", place.name, "--", "cat", "/proc/1/comm"), tried("exec", place.name, "--", "sh", "-c", "exit 7").status]).toEqual(["init\n", 7]);
    const { status, stdout } = berth(place, "berth", ["shell", "-P", place.lxcpath, place.name], { input: "hostname; exit 4\n" });
    expect([status, stdout.trim()]).toEqual([4, place.name]);
  }, PATIENCE_MS);

  test("freeze, unfreeze, top", () => {
    say("freeze", place.name);
    expect(state(place)).toBe("FROZEN");
    say("unfreeze", place.name);
    expect(state(place)).toBe("RUNNING");
    const { stdout } = berth({ ...place, into: ["timeout", "2"] }, "berth", ["top", "-P", place.lxcpath, "-b", "-d", "1"]);
    expect(stdout).toMatch(new RegExp(`^time_ms,container,.*\n\\d+,${place.name},`));
  }, PATIENCE_MS);

  test("console: a login on it, and left again", async () => {
    using scratch = new Scratch();
    const s = new CommandSession(scratch, argvFor(place, [join(DIST, "bin/berth"), "console", "-P", place.lxcpath, place.name]));
    await s.shows("Connected to tty 1");
    s.type("\x01q");
    expect(await s.end()).toMatchObject({ status: 0, isRestored: true });
  }, PATIENCE_MS);

  test("snapshot, restart, stop, rm", async () => {
    const before = initPid(place);
    say("restart", place.name);
    await eventually("it runs again", () => state(place) === "RUNNING" && initPid(place) !== before);
    say("stop", place.name, "-k");
    await stopped();
    say("snapshot", place.name);
    expect(say("snapshot", place.name, "-L")).toMatch(/^snap0 /);
    say("snapshot", place.name, "-d", "snap0");
    say("rm", place.name);
    expect([existsSync(join(place.lxcpath, place.name)), say("undelete").includes(place.name)]).toEqual([false, true]);
    say("undelete", place.name);
    expect(state(place)).toBe("STOPPED");
  }, PATIENCE_MS);

  test("lxc COMMAND is lxc-COMMAND", async () => {
    const lxc = (command: string, ...words: readonly string[]): string => works(place, "lxc", [command, "-P", place.lxcpath, "-n", place.name, ...words]);
    lxc("start");
    expect(lxc("info", "-sH")).toBe("RUNNING\n");
    lxc("stop", "-k");
    await stopped();
  }, PATIENCE_MS);
});
