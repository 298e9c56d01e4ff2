// A container's whole life, for each kind of container: create, start, look, attach, stop, destroy, and nothing left.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { KINDS, berth, create, initPid, inside, leavePlace, makePlace, onTerminal, start, state, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";
import { leaksAtLast } from "./leaks.ts";

const status = (pid: number, key: string): string => new RegExp(`^${key}:\\s*(.*)$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";

describe.each([...KINDS])("%s", (kind: Kind) => {
  let place: Place;
  beforeAll(() => { place = makePlace(kind); });
  afterAll(async () => { await leavePlace(place); });

  test("create: config and a root file system that belongs to the container's root", () => {
    create(place);
    const rootfs = join(place.lxcpath, place.name, "rootfs");
    expect(existsSync(join(place.lxcpath, place.name, "config"))).toBe(true);
    expect([statSync(rootfs).uid, statSync(join(rootfs, "bin")).uid]).toEqual([place.rootId, place.rootId]);
    expect(state(place)).toBe("STOPPED");
    expect(works(place, "lxc-ls", ["-1"])).toContain(place.name);
  });

  test("start -d: init runs, under the ids of the map", () => {
    start(place);
    expect(state(place)).toBe("RUNNING");
    expect(status(initPid(place), "Uid").split("\t")[0]).toBe(String(place.rootId));
    expect(readFileSync(`/proc/${initPid(place)}/comm`, "utf8").trim()).toBe("init");
    expect(works(place, "lxc-ls", ["--running", "-1"])).toContain(place.name);
    expect(works(place, "lxc-wait", ["-n", place.name, "-s", "RUNNING", "-t", "0"])).toBe("");
  });

  test("inside: ids, hostname, its own pid 1, no descriptor too many", () => {
    expect(inside(place, "id -u; id -g; hostname; cat /proc/1/comm")).toBe(`0\n0\n${place.name}\ninit`);
    expect(inside(place, "cat /proc/self/uid_map").split(/\s+/)[1]).toBe(String(place.rootId));
    // 0-2, and 3 is the directory that ls itself reads
    expect(inside(place, "ls /proc/self/fd").split("\n")).toEqual(["0", "1", "2", "3"]);
    const open = readdirSync(`/proc/${initPid(place)}/fd`).filter((fd) => Number(fd) > 2);
    expect(open).toEqual([]);
  });

  test("its console and terminals are connected", () => {
    expect(inside(place, "echo hello > /dev/console && echo hello > /dev/tty1 && echo heard")).toBe("heard");
  });

  test("attach: exit codes, signals, input, environment", () => {
    const attach = (argv: readonly string[], input = ""): { status: number; stdout: string; stderr: string } => berth(place, "lxc-attach", ["-n", place.name, ...argv], { input });
    expect(attach(["--", "sh", "-c", "exit 7"]).status).toBe(7);
    expect(attach(["--", "sh", "-c", "kill -9 $$"]).status).toBe(137);
    expect(attach(["--", "no-such-command"]).status).toBe(127);
    expect(attach(["--", "/etc/passwd"]).status).toBe(126);
    expect(attach(["--", "cat"], "through the pipe\n")).toEqual({ status: 0, stdout: "through the pipe\n", stderr: "" });
    expect(attach(["--", "sh", "-c", "echo out; echo err >&2"])).toEqual({ status: 0, stdout: "out\n", stderr: "err\n" });
    expect(attach(["--clear-env", "-v", "A=b c", "--", "env"]).stdout.split("\n")).toContain("A=b c");
    expect(attach(["--clear-env", "--", "env"]).stdout.split("\n")).toContain("container=lxc");
    expect(attach(["-u", "1000", "-g", "1000", "--", "id"]).stdout).toStartWith("uid=1000");
  });

  test("attach on a terminal gets a pty of the container", () => {
    const ran = onTerminal(place, "lxc-attach", ["-n", place.name, "--clear-env", "--", "sh", "-c", "tty; stty size >/dev/null 2>&1; exit 9"]);
    expect(ran.stdout).toMatch(/\/dev\/(pts\/\d+|console)/);
    expect(ran.status).toBe(9);
  });

  test("start twice says so and does no harm", () => {
    const pid = initPid(place);
    const again = berth(place, "lxc-start", ["-n", place.name, "-d"]);
    expect([again.status, again.stderr.includes("already running")]).toEqual([0, true]);
    expect(initPid(place)).toBe(pid);
  });

  test("stop -k: stopped, and info tells how it ended", () => {
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
    expect(state(place)).toBe("STOPPED");
    expect(works(place, "lxc-info", ["-n", place.name])).toMatch(/9|KILL/);
    expect(berth(place, "lxc-stop", ["-n", place.name]).status).toBe(2);
    expect(berth(place, "lxc-attach", ["-n", place.name, "--", "true"]).status).toBe(1);
  });

  test("execute: the command's own status, then gone", () => {
    expect(berth(place, "lxc-execute", ["-n", place.name, "--", "sh", "-c", "exit 5"]).status).toBe(5);
    expect(berth(place, "lxc-execute", ["-n", place.name, "--", "sh", "-c", "kill -TERM $$"]).status).toBe(143);
    expect(berth(place, "lxc-execute", ["-n", place.name, "--", "echo", "hello"]).stdout).toContain("hello");
    expect(state(place)).toBe("STOPPED");
  });

  test("halt: busybox init is asked and ends by itself", () => {
    start(place);
    works(place, "lxc-stop", ["-n", place.name, "-t", "20"]);
    expect(state(place)).toBe("STOPPED");
  });

  test("destroy: nothing is left", async () => {
    works(place, "lxc-destroy", ["-n", place.name]);
    expect(existsSync(join(place.lxcpath, place.name))).toBe(false);
    expect((await leaksAtLast(place.before, place.watch)).filter((leak) => !leak.includes(place.lxcpath.slice(1)) || leak.includes(place.name))).toEqual([]);
  });
});
