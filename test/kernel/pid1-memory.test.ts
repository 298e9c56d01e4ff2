// Pid 1 of an application container is ours and can be read by root inside: the caller's environment is not in it.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { DIST, berth, create, ended, eventually, initPid, leavePlace, makePlace, state } from "./place.ts";
import type { Place } from "./place.ts";

let place: Place;
beforeAll(() => {
  place = makePlace("root-owned");
  create(place);
});
afterAll(async () => {
  berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
});

/** Whether the bytes are in any memory of the process. */
function remembers(pid: number, what: string): boolean {
  const mem = openSync(`/proc/${pid}/mem`, "r");
  const areas = [...readFileSync(`/proc/${pid}/maps`, "utf8").matchAll(/^([0-9a-f]+)-([0-9a-f]+) r.*$/gm)].filter(([line]) => !/\[v(var|syscall)/.test(line));
  try {
    return areas.some(([, begin = "", end = ""]) => {
      const [from, to] = [Number.parseInt(begin, 16), Number.parseInt(end, 16)];
      const bytes = Buffer.alloc(to - from);
      try { readSync(mem, bytes, 0, bytes.length, from); } catch { return false; } // [vvar_vclock] and the like
      return bytes.includes(what);
    });
  } finally {
    closeSync(mem);
  }
}

test("the caller's environment is in the launcher's memory, not in pid 1's", async () => {
  const secret = `secret-${process.pid}-${place.mark}`;
  const command = spawn(join(DIST, "bin/lxc-execute"), ["-P", place.lxcpath, "-n", place.name, "--", "sleep", "1000"], { env: { PATH: "/usr/bin:/bin", A_SECRET: secret }, stdio: "ignore" });
  const done = ended(command);
  await eventually("it runs", () => state(place) === "RUNNING" && initPid(place) > 0);
  const pid = initPid(place);
  await eventually("pid 1 has settled", () => readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("init"));
  await eventually("the program runs", () => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim() !== "");
  expect(remembers(command.pid ?? 0, secret)).toBe(true);
  await eventually("pid 1 has forgotten", () => !remembers(pid, secret));
  expect([remembers(pid, secret), readFileSync(`/proc/${pid}/environ`, "utf8").includes("=")]).toEqual([false, false]);
  berth(place, "lxc-stop", ["-n", place.name, "-k"]);
  await done;
});
