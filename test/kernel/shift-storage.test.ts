// berth shift on what is no plain directory: layers, a subvolume, an image; by an ordinary user, in the user's own ids; on a full file system.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, create, inside, leavePlace, makePlace, start, works } from "./place.ts";
import type { Place, Ran } from "./place.ts";
import { sh } from "./port.ts";

const PATIENCE_MS = 90_000;
const shift = (place: Place, ...args: readonly string[]): Ran => berth(place, "berth", ["shift", "-P", place.lxcpath, place.name, ...args]);
const home = (place: Place, ...path: readonly string[]): string => join(place.lxcpath, place.name, ...path);
const stages = (place: Place): readonly string[] => readdirSync(home(place, ".berth")).filter((name) => /^(shift|exchange|changing|read-|import-)/.test(name));
const owner = (path: string): number => statSync(path).uid;
function booted(place: Place, line: string): string {
  start(place);
  const said = inside(place, line);
  works(place, "lxc-stop", ["-n", place.name, "-k"]);
  return said;
}
const MAKE = "echo one > /etc/mark; echo gone > /etc/gone; chown 5:6 /etc/mark; chmod 4751 /etc/mark; ln /etc/mark /etc/hard";
const LOOK = "stat -c '%u:%g %a %h' /etc/mark; ls /etc/gone 2>/dev/null; cut -c1-22 /proc/self/uid_map | tr -s ' '";

/** Layers above another container's files, as those above an image's: with other ids they are its own, and so are its snapshots'. */
function shiftsClone(place: Place, config: string, to: readonly [string, number]): void {
  const base: Place = { ...place, name: `${place.name}base` };
  works(place, "lxc-create", ["-n", base.name, "-t", "busybox", "-f", config]);
  booted(base, MAKE);
  works(place, "lxc-copy", ["-n", base.name, "-N", place.name, "-s"]);
  booted(place, "rm /etc/gone; echo two > /etc/note");
  works(place, "lxc-snapshot", ["-n", place.name]);
  expect(readFileSync(home(base, "lxc_snapshots"), "utf8").split("\n")).toHaveLength(5);
  const shifted = shift(place, "--to", to[0]);
  expect([shifted.status, shifted.stderr]).toEqual([0, expect.stringContaining(`'${place.name}' has files of its own now, and shares none any more`)]);
  for (const part of ["", "snaps/snap0"]) {
    expect([part, existsSync(home(place, part, "lxc_rdepends")), owner(home(place, part, "rootfs/etc/mark")) - to[1]]).toEqual([part, false, 5]);
    expect(readFileSync(home(place, part, "config"), "utf8")).toContain(`lxc.rootfs.path = overlay:${home(place, part, "rootfs")}:`);
  }
  expect([existsSync(home(base, "lxc_snapshots")), stages(place)]).toEqual([false, []]);
  // as a kill straight after the exchange leaves it
  for (const [file, other] of [[home(base, "lxc_snapshots"), place], [home(place, "lxc_rdepends"), base]] as const) writeFileSync(file, `${other.lxcpath}\n${other.name}\n`);
  mkdirSync(home(place, "overlay/delta"), { recursive: true });
  if (place.user !== undefined) sh(`chown -R ${place.user.uid}:${place.user.gid} ${home(base, "lxc_snapshots")} ${home(place, "lxc_rdepends")} ${home(place, "overlay")}`, "/");
  expect(shift(place, "--to", to[0]).status).toBe(0);
  expect([existsSync(home(base, "lxc_snapshots")), existsSync(home(place, "lxc_rdepends")), existsSync(home(place, "overlay"))]).toEqual([false, false, false]);
  works(place, "lxc-destroy", ["-n", base.name]);
  expect(booted(place, LOOK).replace("\n ", "\n").trim()).toBe(`5:6 4751 2\n0 ${to[1]}`);
  works(place, "lxc-snapshot", ["-n", place.name, "-r", "snap0", "-N", base.name]);
  expect(booted(base, "cat /etc/note; ls /etc/gone 2>/dev/null; stat -c %u /etc/mark")).toBe("two\n5");
  works(place, "lxc-destroy", ["-n", base.name]);
  works(place, "lxc-destroy", ["-n", place.name, "-s"]);
}

describe("root", () => {
  const place = makePlace("privileged");
  beforeAll(() => {
    mkdirSync(join(place.lxcpath, "btrfs"));
    sh("truncate -s 300M image; mkfs.btrfs -q image; mount -o loop image btrfs", place.lxcpath);
    writeFileSync(join(place.lxcpath, "c.conf"), "lxc.net.0.type = empty\n");
  }, PATIENCE_MS);
  afterAll(async () => {
    sh("umount btrfs", place.lxcpath);
    await leavePlace(place);
  }, PATIENCE_MS);

  test.each([["overlay", [], ""], ["loop", ["--fssize", "48M"], ""], ["btrfs", [], "btrfs"]] as const)("%s: to other ids and back, with all that was written and removed", (backend, words, folder) => {
    const there: Place = { ...place, lxcpath: join(place.lxcpath, folder) };
    works(there, "lxc-create", ["-n", there.name, "-t", "busybox", "-f", join(place.lxcpath, "c.conf"), "-B", backend, ...words]);
    booted(there, `${MAKE}; rm /etc/gone`);
    for (const [to, map] of [["300000:70000", "0 300000"], ["none", "0 0"]] as const) {
      expect(shift(there, "--to", to)).toEqual({ status: 0, stdout: "", stderr: "" });
      expect(booted(there, LOOK).replace("\n ", "\n").trim()).toBe(`5:6 4751 2\n${map}`);
      expect([stages(there), readFileSync(home(there, "config"), "utf8").includes(`lxc.rootfs.path = ${backend}:`)]).toEqual([[], true]);
    }
    if (backend === "btrfs") expect(statSync(home(there, "rootfs")).ino).toBe(256);
    if (backend === "overlay") {
      works(there, "lxc-snapshot", ["-n", there.name]);
      expect(shift(there, "--to", "200000").stderr).toContain("has snapshots\n    cause: they are layers above the files that it has now");
      expect(existsSync(home(there, "overlay"))).not.toBe(existsSync(home(there, "overlay2")));
    }
    works(there, "lxc-destroy", ["-n", there.name, "-s"]);
  }, PATIENCE_MS);

  test("layers above another one's files", () => shiftsClone(place, join(place.lxcpath, "c.conf"), ["300000", 300_000]), PATIENCE_MS);

  test("a full file system: it has the ids it had, and nothing of the others", () => {
    const small = join(place.lxcpath, "small");
    mkdirSync(small);
    sh("mount -t tmpfs -o size=4m none small", place.lxcpath);
    const there: Place = { ...place, lxcpath: small };
    try {
      create(there);
      const bytes = readFileSync("/bin/busybox");
      writeFileSync(home(there, "rootfs/etc/large"), bytes.subarray(0, 1 << 20));
      const failed = shift(there, "--to", "200000");
      expect([failed.status, failed.stderr]).toEqual([1, expect.stringContaining("no space left")]);
      expect([owner(home(there, "rootfs")), stages(there)]).toEqual([0, []]);
      works(there, "lxc-destroy", ["-n", there.name]);
    } finally {
      spawnSync("umount", [small]);
    }
  }, PATIENCE_MS);
});

describe("an ordinary user", () => {
  const place = makePlace("user-owned");
  afterAll(async () => { await leavePlace(place); }, PATIENCE_MS);

  test("layers above another one's files", () => {
    writeFileSync(join(place.lxcpath, "clone.conf"), `${place.config.join("\n").replaceAll("65536", "2000")}\n`);
    shiftsClone(place, join(place.lxcpath, "clone.conf"), ["302000:2000", 302_000]);
  }, PATIENCE_MS);

  test.each(["dir", "overlay"])("%s: to others of the user's own ids and back, snapshots too", (backend) => {
    writeFileSync(join(place.lxcpath, "c.conf"), `${place.config.join("\n")}\n`);
    works(place, "lxc-create", ["-n", place.name, "-t", "busybox", "-f", join(place.lxcpath, "c.conf"), "-B", backend]);
    booted(place, `${MAKE}; rm /etc/gone`);
    if (backend === "dir") works(place, "lxc-snapshot", ["-n", place.name]);
    for (const [to, first] of [["301000:2000", 301_000], [place.user?.name ?? "", 300_000]] as const) {
      expect(shift(place, "--to", to)).toEqual({ status: 0, stdout: "", stderr: "" });
      expect(booted(place, LOOK).replace("\n ", "\n").trim()).toBe(`5:6 4751 2\n0 ${first}`);
      expect([owner(home(place)), owner(home(place, "rootfs")), stages(place)]).toEqual([first, first, []]);
      if (backend === "dir") expect(owner(home(place, "snaps/snap0/rootfs"))).toBe(first);
    }
    expect(shift(place, "--to", "400000").stderr).toContain("uids 400000-465535 of the host are not assigned to");
    expect(shift(place, "--to", "none").stderr).toContain(`remedy: as root: berth shift ${place.name} --to none`);
    expect(booted(place, "stat -c %u /etc/mark")).toBe("5");
    works(place, "lxc-destroy", ["-n", place.name, "-s"]);
  }, PATIENCE_MS);
});
