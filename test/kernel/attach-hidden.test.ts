// On its way in, an attached command is still the host's: its memory, environment and executable are nothing for the container's root.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { DIST, create, eventually, initPid, inside, leavePlace, makePlace, start, works } from "./place.ts";
import type { Place } from "./place.ts";

let place: Place;
beforeAll(() => {
  place = makePlace("root-owned");
  create(place);
  const rootfs = join(place.lxcpath, place.name, "rootfs");
  expect(spawnSync("musl-gcc", ["-static", "-O2", "-o", join(rootfs, "bin/thief"), join(import.meta.dir, "own-file-thief.c")], { encoding: "utf8" }).stderr).toBe("");
  start(place);
});
afterAll(async () => {
  works(place, "lxc-destroy", ["-n", place.name, "-f"]);
  await leavePlace(place);
});

/** Whether a root inside, who looks all the time, gets hold of a foreign executable while this is run. */
async function isSeen(enter: readonly string[]): Promise<boolean> {
  const thief = spawn("nsenter", ["-t", String(initPid(place)), "-U", "-m", "-p", "-S", "0", "-G", "0", "--", "/bin/thief"], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  const ended = new Promise((resolve) => { thief.once("close", resolve); });
  thief.stdout.on("data", (text: Buffer) => { said += text.toString(); });
  await eventually("the thief looks", () => said.includes("ready"));
  for (let i = 0; i < 50 && !said.includes("stolen"); i++) {
    spawnSync(enter[0] ?? "", enter.slice(1), { stdio: "ignore" });
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  inside(place, "for pid in $(pidof thief); do kill -9 $pid; done; true");
  await ended;
  return said.includes("stolen");
}

test("a program that does not hide is seen", async () => {
  expect(await isSeen(["nsenter", "-t", String(initPid(place)), "-U", "-m", "-p", "--preserve-credentials", "--", "/no/such/command"])).toBe(true);
});

test("a command of ours is not, whether it is there or missing", async () => {
  expect(await isSeen([join(DIST, "bin/lxc-attach"), "-P", place.lxcpath, "-n", place.name, "--", "/bin/true"])).toBe(false);
  expect(await isSeen([join(DIST, "bin/lxc-attach"), "-P", place.lxcpath, "-n", place.name, "--", "/no/such/command"])).toBe(false);
}, 120_000);

test("--clear-env: nothing of the caller's environment, and what is kept is what was named", () => {
  const env = { PATH: "/usr/bin:/bin", A_SECRET: "s", KEPT: "k", TERM: "vt100", HOME: "/root", BERTH_PLANNER_TIMEOUT: "60" };
  const attached = (args: readonly string[]): readonly string[] => works(place, "lxc-attach", ["-n", place.name, ...args, "--", "cat", "/proc/self/environ"], { env }).split("\0").filter((entry) => entry !== "").sort();
  const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  expect(attached(["--clear-env"])).toEqual([path, "container=lxc"]);
  expect(attached(["--clear-env", "--keep-var", "KEPT", "-v", "NEW=n"])).toEqual(["KEPT=k", "NEW=n", path, "container=lxc"]);
  expect(attached([])).toEqual([...Object.entries(env).map(([key, value]) => `${key}=${value}`), "container=lxc"].sort());
});
