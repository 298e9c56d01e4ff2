// A user who is in no cgroup of his own has the tree that was made for him on cgroup v1: limits hold from any context, and
// any other of his sessions goes on with the container.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, DIST, leavePlace, makePlace } from "./place.ts";
import type { Place } from "./place.ts";
import { hierarchies, runAs } from "./users.ts";
import type { Context, User } from "./users.ts";

let place: Place;
let user: User;
const trees = (): string[] => hierarchies().map((top) => join(top, "berth", user.name));

beforeAll(() => {
  place = makePlace("user-owned");
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
  await leavePlace(place);
}, 60_000);

test.each(["setpriv", "su"] as const)("%s: limits of the config hold, and another session enters and stops it", (context: Context) => {
  const call = (how: Context, command: string, ...words: readonly string[]): ReturnType<typeof runAs> => runAs(user, how, [join(DIST, "bin", command), "-P", place.lxcpath, "-n", place.name, ...words]);
  expect(call(context, "lxc-start", "-s", "lxc.cgroup.memory.limit_in_bytes = 64M", "-s", "lxc.cgroup.pids.max = 50")).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(call("setpriv", "lxc-cgroup", "memory.limit_in_bytes").stdout.trim()).toBe(String(64 << 20));
  const attached = call(context === "su" ? "setpriv" : "su", "lxc-attach", "--", "sh", "-c", "grep -E ':(memory|pids):' /proc/1/cgroup; echo =; grep -E ':(memory|pids):' /proc/self/cgroup");
  const [init = "", command = ""] = attached.stdout.split("=\n");
  expect([attached.status, attached.stderr, command]).toEqual([0, "", init]);
  expect(call("setpriv", "lxc-stop", "-k").status).toBe(0);
}, 60_000);
