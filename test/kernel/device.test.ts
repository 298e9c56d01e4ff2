// lxc-device: device nodes with the right to use them, and network interfaces that move in and come back. The network is one of the test's own.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, inside, leavePlace, makePlace, start, works } from "./place.ts";
import type { Kind, Place, Ran } from "./place.ts";
import { leaveRoom, makeRoom, must } from "./net-room.ts";
import type { Room } from "./net-room.ts";

const device = (place: Place, ...words: readonly string[]): Ran => berth(place, "lxc-device", ["-n", place.name, "--", ...words]);
const refused = (place: Place, ...words: readonly string[]): string => {
  const { status, stderr } = device(place, ...words);
  expect(status).toBe(1);
  return stderr.replaceAll(place.name, "NAME");
};

describe.each<Kind>(["privileged", "root-owned"])("%s", (kind) => {
  let place: Place;
  let room: Room;
  const inRoot = (path: string): string => join(place.lxcpath, place.name, "rootfs", path);
  beforeAll(async () => {
    room = await makeRoom();
    place = { ...makePlace(kind), into: room.into };
    must(room.into, "ip link add dev0 type veth peer name dev1; ip link add brx type bridge");
    // of the devices only those of memory(4) and terminals, as in LXC's common.conf
    create(place, ["lxc.cgroup.devices.deny = a", "lxc.cgroup.devices.allow = c 1:3 rwm", "lxc.cgroup.devices.allow = c 136:* rwm", "lxc.cgroup.devices.allow = c 5:* rwm"]);
    start(place);
  }, 60_000);
  afterAll(async () => {
    works(place, "lxc-destroy", ["-n", place.name, "-f"]);
    await leavePlace(place);
    leaveRoom(room);
  }, 60_000);

  test("an interface moves in under a new name, and comes back under another", () => {
    must(room.into, "ip link set dev0 up");
    expect(device(place, "add", "dev0", "lan0")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect([existsInside("lan0"), must(room.into, "ls /sys/class/net").includes("dev0")]).toEqual([true, false]);
    expect(device(place, "add", "dev1")).toMatchObject({ status: 0 });
    expect(inside(place, "ip link set lan0 up; ip link set dev1 up; cat /sys/class/net/lan0/operstate /proc/net/dev | grep -cE 'lan0|dev1'")).toBe("2");
    must(room.into, "ip link add dev1 type dummy 2> /dev/null || ip link add dev1 type bridge");
    expect(refused(place, "del", "dev1")).toContain("a network interface 'dev1' exists already on the host");
    must(room.into, "ip link del dev1");
    expect(device(place, "del", "dev1")).toMatchObject({ status: 0 });
    expect(device(place, "del", "lan0", "again0")).toMatchObject({ status: 0 });
    expect([existsInside("lan0"), existsInside("dev1")]).toEqual([false, false]);
    must(room.into, "ip link set again0 name dev0; ip link show dev1");
  });
  const existsInside = (name: string): boolean => inside(place, "cat /proc/net/dev").includes(`${name}:`);

  test("what cannot move is told, and stays", () => {
    expect(refused(place, "add", "lo", "lo2")).toContain("the kernel does not let this link leave its network");
    expect(refused(place, "add", "brx")).toContain("the kernel does not let this link leave its network");
    expect(refused(place, "add", "dev0", "a-name-that-is-too-long")).toContain("cannot be the name of a network interface");
    expect(refused(place, "add", "dev0", "lo")).toContain("a network interface 'lo' exists already in NAME");
    expect(refused(place, "add", "none0")).toContain("'none0' is neither a network interface of this host nor a device");
    expect(refused(place, "del", "none0")).toContain("NAME has neither a network interface 'none0' nor a device");
    must(room.into, "ip link show dev0; ip link show brx");
  });

  test("LXC's words where the command line is none", () => {
    const lines = (...words: readonly string[]): string => refused(place, ...words).trim();
    expect(lines()).toBe("lxc-device: NAME: Error: no command given (Please see --help output)");
    expect(lines("frob", "x")).toBe("lxc-device: NAME: Error: Please use add or del (Please see --help output)");
    const missing = berth(place, "lxc-device", ["-n", "none-such", "--", "add", "/dev/null"]);
    expect([missing.status, missing.stderr.split("\n")[0]]).toEqual([1, "lxc-device: none-such: Container none-such is not running"]);
  });

  if (kind === "privileged") {
    const reads = (path: string): boolean => inside(place, `head -c1 < ${path} > /dev/null 2>&1 && echo yes || echo no`) === "yes";
    test("a node with the right to use it, under a path of its own, and gone again with both", () => {
      expect(device(place, "add", "/dev/zero", "/dev/deep/er/nought")).toEqual({ status: 0, stdout: "", stderr: "" });
      expect([inside(place, "stat -c '%F %t:%T %a' /dev/deep/er/nought"), reads("/dev/deep/er/nought")]).toEqual(["character special file 1:5 666", true]);
      for (const _ of [1, 2]) expect(device(place, "add", "/dev/full")).toMatchObject({ status: 0 });
      expect(device(place, "del", "/dev/zero", "/dev/deep/er/nought")).toMatchObject({ status: 0 });
      expect([inside(place, "ls /dev/deep/er"), reads("/dev/zero")]).toEqual(["", false]);
      expect(device(place, "add", "/dev/zero")).toMatchObject({ status: 0 });
      expect(reads("/dev/zero")).toBe(true);
    });
    test("links of the container lead nowhere outside it, and what is no device stays", () => {
      const outside = join(place.lxcpath, "outside");
      mkdirSync(outside);
      symlinkSync(outside, inRoot("srv"));
      expect(refused(place, "add", "/dev/zero", "/srv/zero")).toContain("a symbolic link that leads nowhere");
      expect(existsSync(join(outside, "zero"))).toBe(false);
      rmSync(inRoot("srv"));
      symlinkSync("../../../../..", inRoot("srv"));
      expect(device(place, "add", "/dev/zero", "/srv/zero")).toMatchObject({ status: 0 });
      expect([existsSync(join(outside, "zero")), existsSync("/zero"), existsSync(inRoot("zero"))]).toEqual([false, false, true]);
      expect(device(place, "del", "/dev/zero", "/srv/zero")).toMatchObject({ status: 0 });
      writeFileSync(inRoot("plain"), "stays");
      expect(refused(place, "add", "/dev/zero", "/plain")).toContain("something of another kind is there");
      expect(refused(place, "del", "/plain")).toContain("nor a device '/plain'");
      expect(inside(place, "cat /plain")).toBe("stays");
      for (const path of ["srv", "plain"]) rmSync(inRoot(path));
      rmSync(outside, { recursive: true });
    });
  } else {
    test("nodes are refused where the kernel would not open them, with the way that works", () => {
      expect(refused(place, "add", "/dev/full", "/dev/f")).toMatch(/cause: the container has ids of its own[^\n]*\n *remedy: bind the host's: berth mount NAME \/dev\/full/);
      expect(refused(place, "del", "/dev/full")).toContain("remedy: berth umount NAME /dev/full");
      works(place, "berth", ["mount", "-P", place.lxcpath, place.name, "/dev/null", "/dev/other"]);
      expect(inside(place, "echo gone > /dev/other; stat -c %t:%T /dev/other")).toBe("1:3");
      works(place, "berth", ["umount", "-P", place.lxcpath, place.name, "/dev/other"]);
    });
  }
});

test("an ordinary user is told that it is for root; a container with the host's network has its interfaces already", async () => {
  const users = makePlace("user-owned");
  const shared = makePlace("privileged");
  try {
    expect(device(users, "add", "/dev/null")).toEqual({ status: 1, stdout: "", stderr: `lxc-device: ${users.name}: lxc-device must be run as root\n` });
    create({ ...shared, config: ["lxc.net.0.type = none"] });
    start(shared);
    expect(refused(shared, "add", "lo", "lo1")).toContain("NAME has no network of its own");
  } finally {
    berth(shared, "lxc-destroy", ["-n", shared.name, "-f"]);
    await leavePlace(shared);
    await leavePlace(users);
  }
}, 60_000);
