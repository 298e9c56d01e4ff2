// Socket activation: a program that is told of descriptors finds them, under the pid that it has inside; and core scheduling,
// which the kernel either does or is said not to.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { argvFor, berth, create, DIST, initPid, leavePlace, makePlace, state, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";

describe.each<Kind>(["privileged", "root-owned", "user-owned"])("%s", (kind) => {
  let place: Place;
  beforeAll(() => { place = makePlace(kind); create(place); });
  afterAll(async () => {
    berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
    await leavePlace(place);
  });
  /** From a shell that hands over two descriptors. */
  function handed(command: string, args: readonly string[], names = true): string {
    const words = [join(DIST, "bin", command), "-P", place.lxcpath, "-n", place.name, ...args].map((word) => `'${word}'`).join(" ");
    const line = `exec 3</etc/passwd 4</etc/hosts; LISTEN_FDS=2 LISTEN_PID=$$ ${names ? "LISTEN_FDNAMES=one:two" : ""} exec ${words}`;
    const [program = "", ...rest] = argvFor(place, ["bash", "-c", line]);
    const { status, stdout, stderr } = spawnSync(program, rest, { encoding: "utf8", input: "" });
    expect({ command, status, stderr: status === 0 ? "" : stderr }).toEqual({ command, status: 0, stderr: "" });
    return stdout;
  }
  const told = (text: string): string[] => text.split(/[\0\n]/).filter((line) => line.startsWith("LISTEN_")).toSorted();

  test("init has the pid that it is told", () => {
    handed("lxc-start", ["-d"]);
    expect(told(readFileSync(`/proc/${initPid(place)}/environ`, "utf8"))).toEqual(["LISTEN_FDNAMES=one:two", "LISTEN_FDS=2", "LISTEN_PID=1"]);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
  });
  test("so has the program of lxc-execute, and reads from them", () => {
    const out = handed("lxc-execute", ["--", "sh", "-c", "env; echo pid $$; head -c4 <&3; echo"], false);
    expect([told(out), out.includes("pid 2\nroot\n")]).toEqual([["LISTEN_FDS=2", "LISTEN_PID=2"], true]);
  });
  test("the config's own word wins", () => {
    expect(told(handed("lxc-execute", ["-s", "lxc.environment=LISTEN_FDS=1", "--", "env"], false))).toEqual(["LISTEN_FDS=1", "LISTEN_PID=2"]);
  });

  test("core scheduling: done, or refused with the key, the line and the reason", () => {
    const [number, key] = ["62, 1, 0, 1, 0", "lxc.sched.core = 1"];
    const errno = Number(spawnSync("perl", ["-e", `my $r = syscall(157, ${number}); print $r == 0 ? 0 : $! + 0`], { encoding: "utf8" }).stdout);
    const ran = berth(place, "lxc-start", ["-n", place.name, "-d", "-s", key]);
    // ENODEV: no two processors share a core, and there is nothing to keep apart
    expect([errno, ran.status]).toEqual([errno, errno === 0 || errno === 19 ? 0 : 1]);
    if (ran.status === 0) works(place, "lxc-stop", ["-n", place.name, "-k"]);
    else for (const word of ["the container cannot have its cores to itself: invalid argument", "lxc.sched.core", "CONFIG_SCHED_CORE", "take lxc.sched.core out"]) expect(ran.stderr).toContain(word);
    expect(state(place)).toBe("STOPPED");
  });
});
