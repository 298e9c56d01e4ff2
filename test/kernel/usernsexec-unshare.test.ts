// lxc-usernsexec and lxc-unshare for real: who one is inside, what is new, and whose status comes out.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { DIST, argvFor, leavePlace, makePlace } from "./place.ts";
import type { Place, Ran } from "./place.ts";
import { leaveRoom, makeRoom, must } from "./net-room.ts";
import { asUser } from "./users.ts";

let root: Place;
let user: Place;
beforeAll(() => {
  root = makePlace("root-owned");
  user = makePlace("user-owned");
});
afterAll(async () => {
  await leavePlace(user);
  await leavePlace(root);
});

function run(place: Place, command: string, args: readonly string[]): Ran {
  const [program = "", ...rest] = argvFor(place, [join(DIST, "bin", command), ...args]);
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: "utf8", input: "" });
  return { status: status ?? -1, stdout, stderr };
}
const lines = (text: string): readonly string[] => text.trim().split("\n").map((line) => line.trim().replaceAll(/\s+/g, " "));
const said = (place: Place, command: string, args: readonly string[]): readonly string[] => {
  const ran = run(place, command, args);
  expect({ args, status: ran.status, stderr: ran.stderr }).toEqual({ args, status: 0, stderr: "" });
  return lines(ran.stdout);
};
const show = ["--", "sh", "-c", "id -u; id -g; cat /proc/self/uid_map; echo; cat /proc/self/gid_map"];

test("a user's ranges are the default map", () => expect(said(user, "lxc-usernsexec", show)).toEqual(["0", "0", "0 300000 65536", "", "0 300000 65536"]));
test("and itself, when asked", () => {
  const { uid, gid } = user.user ?? { uid: 0, gid: 0 };
  expect(said(user, "lxc-usernsexec", ["-s", ...show])).toEqual(["0", "0", "0 300000 65536", `65536 ${uid} 1`, "", "0 300000 65536", `65536 ${gid} 1`]);
});
test("only itself, without any helper's rights", () => {
  const { uid, gid } = user.user ?? { uid: 0, gid: 0 };
  expect(said(user, "lxc-usernsexec", ["-m", `u:0:${uid}:1`, "-m", `g:0:${gid}:1`, ...show])).toEqual(["0", "0", `0 ${uid} 1`, "", `0 ${gid} 1`]);
});
test("root maps what it likes, and becomes whom it likes", () =>
  expect(said(root, "lxc-usernsexec", ["-m", "b:0:700000:10", "-u", "3", "-g", "4", ...show])).toEqual(["3", "4", "0 700000 10", "", "0 700000 10"]));
test("--explain shows the maps and runs nothing", () => {
  const told = said(root, "lxc-usernsexec", ["-m", "b:0:700000:10", "--explain", "--", "touch", join(root.lxcpath, "ran")]).join("\n");
  expect([told.includes("700000"), told.includes("touch"), existsSync(join(root.lxcpath, "ran"))]).toEqual([true, true, false]);
});
test("ids of others are refused, with those that may be used", () => {
  const ran = run(user, "lxc-usernsexec", ["-m", "b:0:0:1", "--", "id"]);
  expect([ran.status, ran.stdout]).toEqual([1, ""]);
  expect(ran.stderr).toContain(`use ids that are granted: ${user.rootId} to `);
});
test("the status is the command's", () => {
  for (const place of [root, user]) {
    expect(run(place, "lxc-usernsexec", ["-m", `b:0:${place.rootId}:10`, "--", "sh", "-c", "exit 37"]).status).toBe(37);
    expect(run(place, "lxc-usernsexec", ["-m", `b:0:${place.rootId}:10`, "--", "sh", "-c", "kill -9 $$"]).status).toBe(137);
  }
});
test("what it mounts is not seen outside", () =>
  expect(said(user, "lxc-usernsexec", ["--", "sh", "-c", "mount -t tmpfs none /mnt && touch /mnt/inside && ls /mnt; nsenter --help >/dev/null; readlink /proc/self/ns/mnt"])[1]).not.toBe(readlinkSync("/proc/self/ns/mnt")));

test("unshare: another host name, alone with its processes", () =>
  expect(said(root, "lxc-unshare", ["-s", "UTSNAME|PID|MOUNT", "-H", "box", "-M", "--", "sh", "-c", "hostname; echo $$; ls -d /proc/[0-9]* | wc -l"]).slice(0, 2)).toEqual(["box", "1"]));
test("unshare: a user becomes root of its own network", () => {
  const ran = spawnSync("sh", ["-c", asUser(user.user!, "setpriv", [join(DIST, "bin/lxc-unshare"), "-s", "USER|NETWORK", "-u", "0", "--", "sh", "-c", "id -u; ls /sys/class/net >/dev/null; readlink /proc/self/ns/net"]).at(-1) ?? ""], { encoding: "utf8" });
  expect([ran.status, lines(ran.stdout)[0]]).toEqual([0, "0"]);
  expect(lines(ran.stdout)[1]).not.toBe(readlinkSync("/proc/self/ns/net"));
});
test("unshare: an interface goes in, and comes back to nobody", async () => {
  const room = await makeRoom();
  must(room.into, "ip link add in0 type veth peer name in1");
  expect(said({ ...root, into: room.into }, "lxc-unshare", ["-s", "NETWORK", "-i", "in0", "--", "sh", "-c", "grep -o '[a-z0-9]*:' /proc/net/dev | tr -d : | sort"]).includes("in0")).toBe(true);
  expect(must(room.into, "ls /sys/class/net")).not.toContain("in0");
  leaveRoom(room);
});
test("unshare: the status is the command's", () => expect(run(root, "lxc-unshare", ["-s", "IPC", "--", "sh", "-c", "exit 9"]).status).toBe(9));
