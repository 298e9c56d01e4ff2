// A user who is in no cgroup of his own has the tree that was made for him on cgroup v1: limits hold from any context that he
// may call from, and any other of his sessions goes on with the container. Without that tree he is told.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { calls, CALLS, closeDesk, openDesk } from "./calling.ts";
import type { Call, Desk } from "./calling.ts";
import { berth, create, DIST, leavePlace, makePlace } from "./place.ts";
import type { Place } from "./place.ts";
import { hierarchies } from "./users.ts";
import type { Ran, User } from "./users.ts";

let desk: Desk;
let place: Place;
let user: User;
const trees = (): string[] => hierarchies().map((top) => join(top, "berth", user.name));

beforeAll(async () => {
  place = makePlace("user-owned");
  desk = await openDesk(place.mark);
  if (place.user === undefined) throw new Error("the place has no user");
  user = place.user;
  create(place);
  for (const tree of trees()) {
    for (const directory of [join(tree, ".."), tree]) {
      mkdirSync(directory, { recursive: true });
      for (const file of ["cpuset.cpus", "cpuset.mems"]) if (existsSync(join(directory, file))) writeFileSync(join(directory, file), readFileSync(join(directory, "..", file)));
    }
    for (const path of [tree, join(tree, "cgroup.procs"), join(tree, "tasks")]) if (existsSync(path)) chownSync(path, user.uid, user.gid);
  }
}, 60_000);

function removeBelow(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) if (entry.isDirectory()) removeBelow(join(path, entry.name));
  rmdirSync(path);
}
afterAll(async () => {
  berth(place, "lxc-stop", ["-n", place.name, "-k"]);
  for (const tree of trees()) {
    removeBelow(tree);
    try { rmdirSync(join(tree, "..")); } catch { /* another's tree is in it */ }
  }
  await closeDesk(desk);
  await leavePlace(place);
}, 60_000);

const LIMITS = ["-s", "lxc.cgroup.memory.limit_in_bytes = 64M", "-s", "lxc.cgroup.pids.max = 50"];
const command = (program: string, ...words: readonly string[]): readonly string[] => [join(DIST, "bin", program), "-P", place.lxcpath, "-n", place.name, ...words];
/** Another session than that of the start, whatever that was. */
const other = (call: Call): Call => (call === "su-login" ? "runuser" : "su-login");
const OWN = "grep -E ':(memory|pids):' /proc/1/cgroup; echo =; grep -E ':(memory|pids):' /proc/self/cgroup";

test.each(CALLS)("%s: limits of the config hold, and another session enters, freezes and stops it", async (call) => {
  const there = (...argv: readonly [string, ...string[]]): Promise<Ran> => calls(desk, user, call, command(...argv));
  const elsewhere = (...argv: readonly [string, ...string[]]): Promise<Ran> => calls(desk, user, other(call), command(...argv));
  expect(await there("lxc-start", ...LIMITS)).toEqual({ status: 0, stdout: "", stderr: "" });
  expect((await there("lxc-cgroup", "memory.limit_in_bytes")).stdout.trim()).toBe(String(64 << 20));
  expect((await elsewhere("lxc-cgroup", "pids.max")).stdout.trim()).toBe("50");
  const attached = await elsewhere("lxc-attach", "--", "sh", "-c", OWN);
  const [init = "", entered] = attached.stdout.split("=\n");
  expect([attached.status, attached.stderr, entered]).toEqual([0, "", init]);
  expect(await elsewhere("lxc-freeze")).toEqual({ status: 0, stdout: "", stderr: "" });
  expect((await there("lxc-info", "-sH")).stdout).toBe("FROZEN\n");
  expect(await there("lxc-unfreeze")).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(await elsewhere("lxc-stop", "-k")).toEqual({ status: 0, stdout: "", stderr: "" });
}, 300_000);

describe("without a cgroup of his own", () => {
  let bare: Place;
  const of = (program: string, ...words: readonly string[]): readonly string[] => [join(DIST, "bin", program), "-P", bare.lxcpath, "-n", bare.name, ...words];
  beforeAll(() => { bare = makePlace("user-owned"); create(bare); }, 60_000);
  afterAll(async () => { await leavePlace(bare); }, 60_000);

  test.each(["ssh", "cron", "sudo"] as const)("%s: it runs, and its limits are told with the cgroup, its owner and the command that mends it; strictly it is refused", async (call) => {
    const owner = bare.user ?? user;
    const { status, stderr } = await calls(desk, owner, call, of("lxc-start", ...LIMITS));
    expect(status).toBe(0);
    for (const part of ["not applied: memory.limit_in_bytes, pids.max", "this session is in cgroup", "belongs to root", `remedy: sudo berth setup ${owner.name}`]) expect(stderr).toContain(part);
    expect((await calls(desk, owner, "runuser", of("lxc-attach", "--", "echo", "inside"))).stdout).toBe("inside\n");
    expect(await calls(desk, owner, "su", of("lxc-stop", "-k"))).toMatchObject({ status: 0, stderr: "" });
    const strict = await calls(desk, owner, call, of("lxc-start", "--strict", ...LIMITS));
    expect([strict.status, strict.stderr.includes("not applied: memory.limit_in_bytes, pids.max")]).toEqual([1, true]);
    expect((await calls(desk, owner, call, of("lxc-info", "-sH"))).stdout).toBe("STOPPED\n");
  }, 300_000);
});
