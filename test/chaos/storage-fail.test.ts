// The same for a start with all that mounts can ask for: an image on a loop device, ids that are mapped by the monitor,
// layers, a move, a shared directory. Neither loop devices nor mounts nor processes are left, whatever fails.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { leaksAtLast, snapshot } from "../kernel/leaks.ts";
import type { Snapshot } from "../kernel/leaks.ts";
import { berth, create, inside, leavePlace, makePlace, works } from "../kernel/place.ts";
import type { Place } from "../kernel/place.ts";
import { failEach, planFile, runFailing } from "./each-op.ts";

let place: Place;
let created: Snapshot;
const home = (...path: readonly string[]): string => join(place.lxcpath, place.name, ...path);
const OWN = ["image", "host", "plan"];
function sh(...argv: readonly string[]): void {
  const { status, stderr } = spawnSync(argv[0] ?? "", argv.slice(1), { encoding: "utf8" });
  expect([argv, status, stderr]).toEqual([argv, 0, stderr]);
}

beforeAll(() => {
  place = makePlace("root-owned");
  create(place);
  const [image, host] = [join(place.lxcpath, "image"), join(place.lxcpath, "host")];
  mkdirSync(join(host, "lower"), { recursive: true });
  writeFileSync(image, "");
  truncateSync(image, 32 << 20);
  sh("chown", "-hR", "0:0", home("rootfs"));
  sh("mkfs.ext4", "-q", "-d", home("rootfs"), image);
  appendFileSync(home("config"), [
    `lxc.rootfs.path = loop:${image}`, "lxc.rootfs.options = idmap=container", `lxc.mount.auto = shmounts:${host}`,
    `lxc.mount.entry = ${host} srv/mapped none bind,ro,idmap=container,create=dir 0 0`, `lxc.mount.entry = ${host}/none srv/none none bind,idmap=container,optional 0 0`,
    `lxc.mount.entry = overlay srv/over overlay lowerdir=${host}/lower,upperdir=${home("up")},workdir=${home("work")},create=dir 0 0`,
    "lxc.mount.entry = tmpfs mnt tmpfs size=1m 0 0", "lxc.mount.entry = mnt srv/moved none move,relative,create=dir 0 0", "",
  ].join("\n"));
  planFile(place);
  created = snapshot(place.watch);
});
afterAll(async () => {
  berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
  for (const path of OWN) rmSync(join(place.lxcpath, path), { recursive: true, force: true });
  await leavePlace(place);
});

test("without a fault the plan starts the container", async () => {
  expect(runFailing(place, "")).toBe(0);
  expect(inside(place, "stat -c %u / /srv/mapped; grep -cE ' /(srv/(mapped|over|moved)|dev/.lxc-mounts) ' /proc/self/mountinfo")).toBe("0\n0\n4");
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  expect(await leaksAtLast(created, place.watch)).toEqual([]);
});

test("every op made to fail in turn", () => failEach(place, created), 600_000);
