// Something of the host comes into a running container and goes again: every kind of container, never outside its root,
// --ro for good where root says so, owners as they are outside with --mine, and the host's own mounts as before.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, inside, leavePlace, makePlace, start, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";

/** Those of this test: others may run. */
const hostMounts = ({ mark }: Place): readonly string[] => readFileSync("/proc/self/mountinfo", "utf8").split("\n").filter((line) => line.includes(mark));
const door = (place: Place, verb: string, ...words: readonly string[]): ReturnType<typeof berth> => berth(place, "berth", [verb, "-P", place.lxcpath, ...words]);

describe.each<Kind>(["privileged", "root-owned", "user-owned", "single-id maps"])("%s", (kind) => {
  let place: Place;
  const host = (...path: readonly string[]): string => join(place.lxcpath, "host", ...path);
  const inRoot = (path: string): string => join(place.lxcpath, place.name, "rootfs", path);
  const mount = (...words: readonly string[]): string => works(place, "berth", ["mount", "-P", place.lxcpath, place.name, ...words]);
  const umount = (...words: readonly string[]): string => works(place, "berth", ["umount", "-P", place.lxcpath, place.name, ...words]);
  const refused = (verb: string, ...words: readonly string[]): string => {
    const { status, stderr } = door(place, verb, place.name, ...words);
    expect(status).toBe(1);
    return stderr;
  };
  let before: readonly string[] = [];
  beforeAll(() => {
    place = makePlace(kind);
    create(place);
    mkdirSync(host("data/sub"), { recursive: true });
    writeFileSync(host("data/file"), "of the host\n");
    writeFileSync(host("one"), "one\n");
    chmodSync(host("data"), 0o777);
    const { uid, gid } = place.user ?? { uid: 0, gid: 0 };
    for (const path of [host(), host("data"), host("data/sub"), host("data/file"), host("one")]) chownSync(path, uid, gid);
    start(place);
    before = hostMounts(place);
  }, 60_000);
  afterAll(async () => {
    expect(hostMounts(place)).toEqual(before);
    berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
    await leavePlace(place);
  }, 60_000);

  test("a directory, a file, a missing target, again and away", () => {
    mount(host("data"), "/srv/a/b");
    expect(inside(place, "cat /srv/a/b/file; echo inside > /srv/a/b/new; stat -c %u:%g /srv/a")).toBe("of the host\n0:0");
    expect(readFileSync(host("data/new"), "utf8")).toBe("inside\n");
    mount(host("one"), "srv/one");
    expect(inside(place, "cat /srv/one; grep -c ' /srv/' /proc/self/mountinfo")).toBe("one\n2");
    umount("/srv/one");
    umount("/srv/a/b");
    expect(inside(place, "grep -c ' /srv/' /proc/self/mountinfo || true; ls /srv/a/b; wc -c < /srv/one")).toBe("0\n0");
    expect(hostMounts(place)).toEqual(before);
  });

  test("--ro cannot be written; of root's containers with ids of their own not even after a remount", () => {
    mount(host("data"), "/srv/ro", "--ro");
    expect(inside(place, "echo x > /srv/ro/no 2>&1 || echo refused")).toContain("refused");
    const remounted = berth(place, "lxc-attach", ["-n", place.name, "--", "mount", "-o", "remount,bind,rw", "/srv/ro"]).status;
    if (kind === "root-owned") expect([remounted === 0, inside(place, "echo x > /srv/ro/no 2>&1 || echo refused").includes("refused")]).toEqual([false, true]);
    expect(existsSync(host("data/no"))).toBe(false);
    umount("/srv/ro");
  });

  test("what a link of the container names stays beneath its root, whatever it is in the path", () => {
    symlinkSync("/", inRoot("way"));
    symlinkSync("../../../../../..", inRoot("up"));
    mkdirSync(host("outside"));
    symlinkSync(host("outside"), inRoot("out"));
    for (const target of ["/way/srv/w", "/up/srv/w", "/../../srv/w"]) {
      mount(host("data"), target);
      expect(inside(place, "cat /srv/w/file")).toBe("of the host");
      umount("/srv/w");
    }
    // the host's directory of that name is another than the container's, which is not there
    expect(refused("mount", host("data"), "/out")).toContain("/out");
    expect(refused("umount", "/out")).toContain("/out");
    expect(hostMounts(place)).toEqual(before);
    for (const name of ["way", "up", "out"]) rmSync(inRoot(name));
  });

  test("what cannot be says why", () => {
    expect(refused("mount", host("none"), "/srv/x")).toContain("none' does not exist, or cannot be reached");
    expect(refused("mount", host("data"), "/")).toContain("'/' is no place to mount on");
    expect(refused("mount", host("data"))).toContain("a SOURCE of the host and a TARGET in the container are needed");
    expect(refused("mount", host("data"), "/bin/busybox")).toContain("is of another type than its source");
    expect(refused("umount", "/srv")).toContain("nothing is mounted on '/srv'");
    expect(refused("umount", "/none")).toContain("there is no '/none' in the container");
    expect(door(place, "mount", "none-such", host("data"), "/srv").stderr).toContain("is not running");
    expect(existsSync(inRoot("srv/x"))).toBe(false);
  });

  test("what is in use goes with --lazy", () => {
    mount(host("data"), "/srv/busy");
    const script = "cd /srv/busy && echo ready && exec sleep 1000";
    const held = berth(place, "lxc-attach", ["-n", place.name, "--", "sh", "-c", `(${script}) > /tmp/said 2>&1 < /dev/null & while ! grep -qs ready /tmp/said; do usleep 1000; done`]);
    expect(held).toMatchObject({ status: 0, stderr: "" });
    expect(refused("umount", "/srv/busy")).toContain("'/srv/busy' is in use");
    umount("/srv/busy", "--lazy");
    expect(inside(place, "grep -c ' /srv/' /proc/self/mountinfo || true; kill $(pidof sleep)")).toBe("0");
  });

  test("--mine: owners as they are outside, both ways; only root can", () => {
    if (place.user !== undefined) {
      expect(refused("mount", host("data"), "/srv/mine", "--mine")).toContain("--mine is for root");
      return;
    }
    chownSync(host("data/file"), 7, 8);
    mount(host("data"), "/srv/mine", "--mine");
    expect(inside(place, "stat -c %u:%g /srv/mine/file; touch /srv/mine/root; chown 5:6 /srv/mine/root; umount /srv/mine")).toBe("7:8");
    expect(spawnSync("stat", ["-c", "%u:%g", host("data/root")], { encoding: "utf8" }).stdout.trim()).toBe("5:6");
  });

  test("--explain does nothing", () => {
    expect(mount(host("data"), "/srv/e", "--explain")).toContain("/srv/e");
    expect(existsSync(inRoot("srv/e"))).toBe(false);
  });
});

test("a container that does not run", async () => {
  const place = makePlace("privileged");
  try {
    create(place);
    expect(door(place, "mount", place.name, "/etc/hostname", "/srv/x").stderr).toContain(`${place.name} is not running`);
    expect(door(place, "umount", place.name, "/srv/x").stderr).toContain(`${place.name} is not running`);
  } finally {
    berth(place, "lxc-destroy", ["-n", place.name, "-f"]);
    await leavePlace(place);
  }
}, 60_000);
